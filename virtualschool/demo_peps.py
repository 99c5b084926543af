"""PEPs of the demo county in every state: the last term as it ended, in short; the present one in mid-work.

The rows are written many at a time, as the services would write them one by one; a test holds them against the rules
(every submitted plan is complete, every approved one is graded and signed). The same for the same county and day; a
second run adds nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import rules as time_rules
from core.models import User
from core.roles import Role
from peps import cycle, rules
from peps.models import (
    PEP,
    FormVersion,
    Invitee,
    Meeting,
    PEPSection,
    PEPStep,
    PEPVersion,
    QualityCheck,
    SignOff,
    Target,
)
from peps.rules import form as form_rules
from peps.rules.workflow import Contributor, State
from peps.services.content import content_of
from pupils import roll
from pupils.models import Pupil
from schools.models import School, SchoolMembership
from virtualschool.demo import pep_words as words
from virtualschool.demo.names import adult_name
from virtualschool.demo.people import demo_logins
from virtualschool.demo.pep_answers import Subject, answers_for, targets_for
from virtualschool.demo.pep_course import Course, course_of, grades_of

MODELS: tuple[Any, ...] = (PEPSection, Target, Meeting, Invitee, SignOff, PEPStep, QualityCheck)
IN_SHORT = ("C", "E")
"""Sections that a plan of the last term has in the demo: the whole would take a minute to write."""
CHILD, CARER = "Child or young person", "Carer"


def load_peps(today: date) -> int:
    """Fill the PEPs of the county; returns how many plans have content. Needs the PEPs of the term (load_thin)."""
    head = User.objects.filter(role=Role.VSH, is_active=True).order_by("pk").first()
    form = FormVersion.objects.filter(state=FormVersion.State.IN_FORCE).first()
    if head is None or form is None or PEPVersion.objects.exists():
        return 0
    term = cycle.current_term(today)
    terms = [cycle.term_of(*cycle.term_before(term.academic_year, term.season)), term]
    made = 0
    with transaction.atomic():
        earlier: dict[int, list[Target]] = {}
        planned: set[int] = set()
        for one in terms:
            making = _Term(one, today, head, form, current=one == term, planned_before=set(planned), earlier=earlier)
            earlier = making.make()
            made += making.made
            planned |= set(PEP.objects.of_term(one).values_list("pupil_id", flat=True))
        _supersede(terms)
        _look_after_from_elsewhere()
    return made


def _supersede(terms: Iterable[rules.Term]) -> None:
    """An approved plan gives way when a later one of the child is approved."""
    newest: set[int] = set()
    for term in reversed(list(terms)):
        done = PEP.objects.of_term(term).filter(state__in=[State.APPROVED, State.LOCKED])
        ids = set(done.values_list("pupil_id", flat=True))
        done.filter(pupil_id__in=newest).update(state=State.SUPERSEDED)
        newest |= ids


def _look_after_from_elsewhere() -> None:
    """A few children at the demo teacher's school are looked after by neighbouring councils."""
    teacher = User.objects.filter(email=demo_logins()[Role.DESIGNATED_TEACHER]).first()
    others = School.objects.exclude(la_code__in=["", settings.HOME_LA]).order_by("la_code")
    codes = list(others.values_list("la_code", flat=True).distinct()[:2])
    if teacher is None or not codes:
        return
    children = Pupil.objects.visible_to(teacher).order_by("child_id")
    for number, pupil in enumerate(children[:12:4]):
        Pupil.objects.filter(pk=pupil.pk).update(responsible_la=codes[number % len(codes)])


@dataclass
class _Child:
    """Who works with a child in a term."""

    pupil: Pupil
    nc_year: int
    adviser: User
    social_worker: User | None
    teacher: User | None
    on_roll: bool


@dataclass
class _Term:
    """The plans of one term in the making. `earlier` are the last targets of each child, to be reviewed."""

    term: rules.Term
    today: date
    head: User
    form: FormVersion
    current: bool
    planned_before: set[int]
    earlier: dict[int, list[Target]]
    made: int = 0
    rows: dict[type, list[Any]] = field(default_factory=lambda: defaultdict(list))
    reviewed: list[Target] = field(default_factory=list)
    frozen: list[tuple[PEP, datetime, User, int]] = field(default_factory=list)

    def make(self) -> dict[int, list[Target]]:
        """Write the term; returns the targets that stand open for the next, by child."""
        peps = self._peps()
        children = self._children([p.pupil for p in peps])
        for pep in peps:
            if pep.pupil_id in children:
                self._one(pep, children[pep.pupil_id])
        PEP.objects.bulk_update(
            peps, ["state", "held_on", "submitted_at", "approved_at", "locked_at", "circumstances"], batch_size=500
        )
        for model in MODELS:
            model.objects.bulk_create(self.rows[model], batch_size=1000)
        Target.objects.bulk_update(
            self.reviewed, ["result", "evidence", "money_impact", "reviewed_on", "reviewed_by"], batch_size=500
        )
        PEPVersion.objects.bulk_create(
            (
                PEPVersion(pep=pep, number=number, content=content_of(pep), made_at=at, made_by=by)
                for pep, at, by, number in self.frozen
            ),
            batch_size=500,
        )
        left: dict[int, list[Target]] = defaultdict(list)
        for target in self.rows[Target]:
            left[target.pep.pupil_id].append(target)
        return {**self.earlier, **left}

    def _peps(self) -> list[PEP]:
        """Those of the term; of an earlier term they are opened now, as they would have been then."""
        if not self.current:
            self._open()
        peps = list(PEP.objects.of_term(self.term).select_related("pupil").order_by("pupil__child_id"))
        for pep in peps:
            pep.form = self.form
            if pep.pupil_id in self.planned_before:
                pep.circumstances = [c for c in pep.circumstances if c != form_rules.Circumstance.INITIAL]
        return peps

    def _open(self) -> None:
        on = self.term.cut_off_on
        pupils = {p.pk: p for p in Pupil.objects.looked_after(on=on)}
        years = roll.year_groups({pk: p.dob for pk, p in pupils.items()}, self.term.academic_year)
        starts, places = roll.care_starts(pupils, on), roll.main_places_on(pupils, on)
        new = []
        for pk, pupil in pupils.items():
            year = years[pk]
            if year is None or not rules.needs_pep(year) or pk not in starts:
                continue
            is_first = starts[pk].is_start and starts[pk].on >= self.term.first_on - timedelta(days=20)
            due = rules.due_for(term=self.term, start=starts[pk].on, came_new=is_first, last_due_on=None)
            told = form_rules.circumstances_of(
                nc_year=year,
                is_first=is_first,
                has_ehcp=pupil.send in {Pupil.Send.EHCP, Pupil.Send.STATEMENT},
                on_roll=pk in places,
                season=self.term.season,
            )
            new.append(
                PEP(
                    pupil=pupil,
                    academic_year=self.term.academic_year,
                    season=self.term.season.value,
                    due_on=due.due_on,
                    due_because=due.because,
                    form=self.form,
                    phase=form_rules.phase_of(year).value,
                    circumstances=sorted(told),
                )
            )
        PEP.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)

    def _children(self, pupils: list[Pupil]) -> dict[int, _Child]:
        on = self.today if self.current else self.term.cut_off_on
        team = roll.team_on([p.pk for p in pupils], self.today)
        posts = {m.school_id: m.user for m in SchoolMembership.objects.current(self.today).select_related("user")}
        found = {}
        for entry in roll.entries(pupils, on=on):
            place, own = entry.main_place, team.get(entry.pupil.pk, {})
            found[entry.pupil.pk] = _Child(
                pupil=entry.pupil,
                nc_year=entry.nc_year if entry.nc_year is not None else 7,
                adviser=own["adviser"].user if "adviser" in own else self.head,
                social_worker=own["social_worker"].user if "social_worker" in own else None,
                teacher=posts.get(place.school_id) if place else None,
                on_roll=place is not None,
            )
        return found

    # ------------------------------------------------------------ one plan

    def _one(self, pep: PEP, child: _Child) -> None:
        chance = Random(f"pep:{child.pupil.child_id}:{self.term.label}")  # noqa: S311 - invented data
        course = course_of(pep, chance, today=self.today, term=self.term, current=self.current)
        pep.state, pep.held_on = course.state, course.held_on
        pep.submitted_at, pep.approved_at = _at(course.submitted_on), _at(course.approved_on)
        pep.locked_at = _at(course.locked_on)
        who = self._subject(child, chance, course.held_on or self.today)
        if course.state == State.PLANNED:
            return
        self.made += 1
        if course.state == State.NOT_REQUIRED:
            self._step(
                pep, "set_aside", (State.PLANNED, State.NOT_REQUIRED), self.today, self.head, reason="Moved back home."
            )
            return
        self._sections(pep, child, who, course, chance)
        self._meeting(pep, child, who, course, chance)
        if course.state == State.OPEN:
            return
        if course.submitted_on or chance.random() < 0.5:
            self._review(child, course.submitted_on or self.today, chance)
            due = self.term.cut_off_on + timedelta(days=100)
            self.rows[Target] += [Target(pep=pep, **values) for values in targets_for(who, chance, due)]
        self._sign(pep, child, course, chance)
        self._steps(pep, child, course, chance)
        self._graded(pep, child, course, chance)

    def _subject(self, child: _Child, chance: Random, held_on: date) -> Subject:
        phase = form_rules.phase_of(child.nc_year).value
        title, _, surname = adult_name(chance)
        return Subject(
            phase=phase,
            nc_year=child.nc_year,
            send=child.pupil.send,
            key_adult=f"{title} {surname}",
            teacher=child.teacher.name if child.teacher else f"{title} {surname}",
            social_worker=child.social_worker.name if child.social_worker else "Duty social worker",
            theme=chance.choice(words.THEMES[phase]),
            held_on=held_on,
        )

    def _sections(self, pep: PEP, child: _Child, who: Subject, course: Course, chance: Random) -> None:
        """All of them once it was submitted; before that what has come so far."""
        whole = bool(course.submitted_on)
        sections = pep.form_sections
        answers = answers_for(sections, who, chance)
        for section in sections:
            if not self.current and section.code not in IN_SHORT:
                continue
            if not whole and chance.random() > (0.7 if course.held_on else 0.35):
                continue
            by = {Contributor.SOCIAL_WORKER: child.social_worker, Contributor.ADVISER: child.adviser}.get(
                section.by, child.teacher
            )
            because = course.returned_for.get(section.code, "") if course.state == State.RETURNED else ""
            at = _at(course.submitted_on or course.held_on or self.today - timedelta(days=chance.randrange(1, 12)))
            ready = at if (whole or chance.random() < 0.6) and not because else None
            self.rows[PEPSection].append(
                PEPSection(
                    pep=pep,
                    code=section.code,
                    answers=answers[section.code],
                    revision=chance.randrange(1, 9),
                    changed_by=by,
                    changed_as=section.by.value,
                    changed_at=at,
                    ready_at=ready,
                    ready_by=by if ready else None,
                    returned_because=because,
                )
            )
        if course.state == State.RETURNED and "J" in course.returned_for:
            self.rows[PEPSection].append(PEPSection(pep=pep, code="J", returned_because=course.returned_for["J"]))

    def _meeting(self, pep: PEP, child: _Child, who: Subject, course: Course, chance: Random) -> None:
        on = course.held_on
        if on is None:
            ahead = time_rules.add_working_days(self.today, chance.randrange(1, 12))
            on = ahead if chance.random() < 0.8 else None
        if on is None:
            return
        held = course.held_on is not None
        starts = timezone.make_aware(datetime.combine(on, time(chance.choice([9, 10, 11, 13, 14]), 30)))
        came = chance.choices(["all", "part", "no"], weights=[5, 3, 2])[0]
        meeting = Meeting(
            pep=pep,
            starts_at=starts,
            venue="At the school" if child.on_roll else "Westmarch House, room 2",
            mode=chance.choice(["in_person", "in_person", "mixed", "online"]),
            chair=who.teacher,
            papers_sent_on=on - timedelta(days=7),
            child_attended=came if held else "",
            child_absent_because="Wrote it down beforehand and did not want to come" if held and came == "no" else "",
            next_on=on + timedelta(days=98) if held and (course.submitted_on or chance.random() < 0.6) else None,
            combined="lac_review" if chance.random() < 0.1 else "",
            arranged_by=child.social_worker or child.adviser,
        )
        self.rows[Meeting].append(meeting)
        people = (
            (CHILD, child.pupil.known_as or child.pupil.forename or CHILD, None),
            (CARER, CARER, None),
            ("Designated teacher", who.teacher, child.teacher),
            ("Social worker", who.social_worker, child.social_worker),
            ("LAC education adviser", child.adviser.name, child.adviser),
        )
        for role, name, user in people:
            attended = chance.choices(["came", "apologies", "contributed", "absent"], weights=[30, 1, 1, 1])[0]
            if role == CHILD:
                attended = "came" if came != "no" else "contributed"
            self.rows[Invitee].append(
                Invitee(
                    meeting=meeting,
                    role=role,
                    name=name,
                    email=user.email if user else "",
                    user=user,
                    invited_at=starts - timedelta(days=20),
                    response=chance.choice(["coming", "coming", "coming", ""]),
                    attendance=attended if held else "",
                )
            )

    def _review(self, child: _Child, on: date, chance: Random) -> None:
        for target in self.earlier.pop(child.pupil.pk, []):
            result = chance.choices(["achieved", "partly", "not_achieved", "not_relevant"], weights=[9, 5, 3, 1])[0]
            target.result, target.evidence = result, words.REVIEW_WORDS[result]
            target.money_impact = "The sessions were used as agreed." if target.cost else ""
            target.reviewed_on, target.reviewed_by = on, child.teacher or child.adviser
            self.reviewed.append(target)

    def _sign(self, pep: PEP, child: _Child, course: Course, chance: Random) -> None:
        names: Mapping[Contributor, tuple[str, User | None]] = {
            Contributor.SOCIAL_WORKER: (child.social_worker.name if child.social_worker else "", child.social_worker),
            Contributor.TEACHER: (child.teacher.name if child.teacher else "", child.teacher),
            Contributor.CHILD: (child.pupil.known_as or child.pupil.forename, None),
            Contributor.CARER: ("The carer", None),
            Contributor.ADVISER: (child.adviser.name, child.adviser),
        }
        on = course.submitted_on or course.held_on
        if on is None or not self.current:
            return
        for party, (name, user) in names.items():
            if not course.approved_on and chance.random() < 0.45:
                continue
            declined = party is Contributor.CHILD and chance.random() < 0.06
            method = "declined" if declined else "in_system" if user else "verbal"
            self.rows[SignOff].append(
                SignOff(
                    pep=pep,
                    party=party.value,
                    name=name or "Recorded at the meeting",
                    method=method,
                    on=on,
                    note="Did not want to sign anything today" if declined else "",
                    recorded_by=user or child.teacher or child.adviser,
                )
            )

    def _step(self, pep: PEP, name: str, way: tuple[State, State], on: date, by: User, **more: Any) -> None:
        source, target = way
        self.rows[PEPStep].append(
            PEPStep(pep=pep, name=name, source=source, target=target, by=by, at=_moment(on), **more)
        )

    def _steps(self, pep: PEP, child: _Child, course: Course, chance: Random) -> None:
        school = child.teacher or child.adviser
        if not self.current and course.held_on:
            self._step(pep, "hold", (State.OPEN, State.MEETING_HELD), course.held_on, school)
        source, version = State.MEETING_HELD, 0
        for on in course.submissions:
            version += 1
            self._step(pep, "submit", (source, State.SUBMITTED), on, school, version=version)
            self.frozen.append((pep, _moment(on), school, version))
            if version == 1 and course.returned_on:
                why = " ".join(f"{code}: {text}" for code, text in sorted(course.returned_for.items()))
                self._step(
                    pep, "return", (State.SUBMITTED, State.RETURNED), course.returned_on, child.adviser, reason=why,
                    sections=sorted(course.returned_for), version=version,
                )  # fmt: skip
                source = State.RETURNED
        if course.approved_on:
            self._step(
                pep, "approve", (State.SUBMITTED, State.APPROVED), course.approved_on, child.adviser, version=version
            )
        if course.locked_on:
            self._step(pep, "lock", (State.APPROVED, State.LOCKED), course.locked_on, child.adviser, version=version)

    def _graded(self, pep: PEP, child: _Child, course: Course, chance: Random) -> None:
        """The grade of each version that somebody read; one of ten is read by a second person."""
        for version, on, red in course.gradings:
            given, overall = grades_of(pep, chance, red=course.returned_for if red else {})
            kind = words.AMBER_WORDS if overall == "amber" else words.GREEN_WORDS
            common = {
                "pep": pep,
                "version": version,
                "proposed": {},
                "to_teacher": chance.choice(kind) if not red else "Please mend the sections that came back.",
                "to_social_worker": "Thank you for your part." if not red else "",
            }
            self.rows[QualityCheck].append(
                QualityCheck(**common, grades=given, overall=overall, assessor=child.adviser, at=_moment(on))
            )
            if not red and course.approved_on and chance.random() < 0.1 and child.adviser.pk != self.head.pk:
                second, other = grades_of(pep, chance, red={})
                agreed = chance.random() < 0.7
                self.rows[QualityCheck].append(
                    QualityCheck(
                        **common,
                        moderation=True,
                        grades=given if agreed else second,
                        overall=overall if agreed else other,
                        assessor=self.head,
                        at=_moment(min(on + timedelta(days=3), self.today)),
                    )
                )


def _moment(on: date) -> datetime:
    """In the afternoon of a day, but never later than now."""
    return min(timezone.make_aware(datetime.combine(on, time(15, 40))), timezone.now())


def _at(on: date | None) -> datetime | None:
    return None if on is None else _moment(on)
