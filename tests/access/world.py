"""Two schools with a child each, and one person of each role: the teacher, officer and worker of the first child only.

What must not leave its scope bears words that occur nowhere else, so that a test can look for them in any page.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore

from attainment.models import IndicatorFigure, IndicatorPupil, Qualification
from attendance.models import MarkConflict, Register
from attendance.register.places import place_of
from core.models import Calendar, ClosureDay, FeedRun, User
from core.roles import ROLE_LABELS, Role
from core.rules import default_terms
from incentives.models import GcseScheme
from peps.models import PEP, FormVersion
from pledge.models import Commitment, CommitmentRecord
from provision.models import Exclusion
from pupils.models import Allocation, ProtectedNote, Pupil
from pupils.search import sort_name
from reports import services as reports
from reports.models import ReportRun
from schools.models import School, SchoolMembership
from tests import factories as make
from tests.conftest import PASSWORD
from tests.factories import SCHOOL_YEAR, marks_of, upn_of

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=ZoneInfo("Europe/London"))
TODAY = NOW.date()
MONDAY = TODAY - timedelta(days=7)
FIGURE_YEAR = 2009


@dataclass(frozen=True)
class Side:
    """A child with a row of everything that hangs off a child, its school, and who works with it."""

    pupil: Pupil
    school: School
    membership: SchoolMembership
    due_pep: PEP
    held_pep: PEP
    exclusion: Exclusion
    conflict: MarkConflict
    commitment: Commitment
    former_upn: str
    postcodes: tuple[str, ...]
    note: ProtectedNote
    protected_words: tuple[str, ...]
    report: ReportRun = field(default_factory=ReportRun)

    @property
    def child_words(self) -> tuple[str, ...]:
        """What tells that a page knows of the child."""
        p = self.pupil
        return (p.forename, p.surname, p.known_as, p.child_id, p.upn, self.former_upn, p.uln)

    @property
    def school_words(self) -> tuple[str, ...]:
        return (self.school.name, self.school.urn)


@dataclass
class World:
    users: dict[Role, User]
    own: Side
    foreign: Side
    qualification: Qualification
    scheme: GcseScheme
    run: FeedRun
    figure: IndicatorFigure
    calendar: Calendar
    closures: list[ClosureDay]
    sessions: dict[Role, str] = field(default_factory=dict)

    def side(self, which: str) -> Side:
        return self.own if which == "own" else self.foreign


def build() -> World:
    """Needs the database. Everything is dated from TODAY."""
    password = make_password(PASSWORD)
    users = {
        role: make.UserFactory(
            email=f"{role.value}@westmarch.example", role=role.value, name=f"Tester {label}", password=password
        )
        for role, label in ROLE_LABELS.items()
    }
    figure = IndicatorFigure.objects.create(
        code="NI 99", assessment_year=FIGURE_YEAR, basis="oc2-30sep", definition="test", as_at=date(2009, 9, 30),
        numerator=1, denominator=2, review=0, looked_after=2, continuous=2, computed_at=NOW,
    )  # fmt: skip
    own = _side(
        1, figure, forename="Ownforename", surname="Ownsurname", known_as="Ownknown", school="Ownschool College",
        teacher=users[Role.DESIGNATED_TEACHER], officer=users[Role.IRO], worker=users[Role.SOCIAL_WORKER],
        adviser=users[Role.ADVISER],
    )  # fmt: skip
    foreign = _side(
        2, figure, forename="Strangeforename", surname="Strangesurname", known_as="Strangeknown",
        school="Strangeschool College", teacher=_other(Role.DESIGNATED_TEACHER), officer=_other(Role.IRO),
        worker=_other(Role.SOCIAL_WORKER), adviser=_other(Role.ADVISER),
    )  # fmt: skip
    calendar = _calendar()
    draft, issued = _reports(users[Role.VSH])
    world = World(
        users=users,
        calendar=calendar,
        closures=list(calendar.closures.order_by("on")),
        own=replace(own, report=issued),
        foreign=replace(foreign, report=draft),
        qualification=Qualification.objects.create(name="Rural Craft Award", key="rural craft award", mapped=False),
        scheme=GcseScheme.objects.create(
            assessment_year=2027, budget=Decimal(10_000), letters_due_on=date(2026, 12, 31),
            payments_due_on=date(2027, 9, 30),
        ),
        run=_delivery(),
        figure=figure,
    )  # fmt: skip
    world.sessions = {role: _session(user) for role, user in users.items()}
    return world


def _reports(head: User) -> tuple[ReportRun, ReportRun]:
    """A frozen draft without documents, and an issued report with both."""
    runs = [
        reports.freeze_run(run=reports.open_run(term="2026-autumn", as_at=as_at, actor=head, today=TODAY), today=TODAY)
        for as_at in (TODAY, MONDAY)
    ]
    draft, issued = runs
    issued = reports.approve_report(run=issued, actor=head)
    reports.make_documents(run=issued)
    return draft, reports.issue_report(run=issued, actor=head)


def _delivery() -> FeedRun:
    counts = {"read": 1, "applied": 1, "unchanged": 0, "held": 0, "ignored": 0}
    return FeedRun.objects.create(kind="roll", status=FeedRun.Status.APPLIED, counts=counts)


def _calendar() -> Calendar:
    """Of some schools, with a year's terms and two closure days."""
    calendar = Calendar.objects.create(name="Downland schools")
    for t in default_terms(SCHOOL_YEAR):
        days = {"starts_on": t.starts_on, "ends_on": t.ends_on}
        calendar.terms.create(academic_year=SCHOOL_YEAR, season=t.season, half=t.half, name=t.name, **days)
    for weeks in (1, 2):
        calendar.closures.create(on=MONDAY - timedelta(weeks=weeks), reason="Staff training")
    return calendar


def _pep(pupil: Pupil) -> PEP:
    """Of this term, with the form in force and something written in it."""
    pep: PEP = make.PEPFactory(pupil=pupil, form=FormVersion.objects.get(), phase="secondary", state="open")
    pep.sections.create(code="C", answers={"going_well": f"Art, says {pupil.forename}"}, revision=1)
    pep.targets.create(
        number=1, kind="academic", need="Reads slowly", outcome=f"{pupil.forename} reads 60 words a minute",
        why="Lessons", how=[{"what": "Paired reading"}], measure="Words a minute", measure_to="60", owner_name="Helen Lowe",
        due_on=TODAY + timedelta(days=90),
    )  # fmt: skip
    return pep


def _other(role: Role) -> User:
    user: User = make.UserFactory(role=role.value, email=f"other-{role.value}@westmarch.example")
    return user


def _side(number: int, figure: IndicatorFigure, *, school: str, teacher: User, **people: Any) -> Side:
    names = {key: people[key] for key in ("forename", "surname", "known_as")}
    at = make.SchoolFactory(urn=str(990_900 + number), name=school)
    pupil = make.PupilFactory(
        child_id=f"XCHILD{number}", upn=upn_of(4_100 + number), uln=f"901234567{number}", dob=date(2011, 1, 10),
        sort_name=sort_name(**names), **names,
    )  # fmt: skip
    make.PlaceFactory(pupil=pupil, school=at)
    former = upn_of(5_200 + number, year=12)
    make.FormerUPNFactory(pupil=pupil, upn=former)
    postcodes = (f"QH{number} 9ZZ", f"QP{number} 9ZZ")
    make.EpisodeFactory(pupil=pupil, home_post=postcodes[0], pl_post=postcodes[1])
    make.YearGroupFactory(pupil=pupil)
    for kind, who in (("iro", "officer"), ("social_worker", "worker"), ("adviser", "adviser")):
        make.AllocationFactory(pupil=pupil, user=people[who], kind=Allocation.Kind(kind))
    commitment, _ = Commitment.objects.get_or_create(
        code="ZZ1", defaults={"theme": "School", "text": "Somebody asks how school goes"}
    )
    CommitmentRecord.objects.create(
        pupil=pupil, commitment=commitment, answer="kept", recorded_on=MONDAY, recorded_by=people["officer"]
    )
    make.ResultFactory(pupil=pupil)
    make.ResultFactory(pupil=pupil, assessment_year=FIGURE_YEAR)
    IndicatorPupil.objects.create(
        figure=figure, pupil=pupil, status="in", in_denominator=True, in_numerator=number == 1, reason="All months."
    )
    return Side(
        pupil=pupil,
        school=at,
        membership=make.MembershipFactory(user=teacher, school=at),
        due_pep=_pep(pupil),
        held_pep=make.PEPFactory(
            pupil=pupil, academic_year=2025, season="summer", state="meeting_held", held_on=date(2026, 6, 11),
            due_on=date(2026, 7, 1),
        ),
        exclusion=make.ExclusionFactory(pupil=pupil, school=at),
        conflict=_marks(pupil, at),
        commitment=commitment,
        former_upn=former,
        postcodes=postcodes,
        note=_notes(pupil, people["worker"], f"Side{number}"),
        protected_words=(f"Side{number}restriction", f"Side{number}health"),
    )  # fmt: skip


def _notes(pupil: Pupil, worker: User, word: str) -> ProtectedNote:
    """A contact restriction and a health note."""
    restriction: ProtectedNote = make.ProtectedNoteFactory(
        pupil=pupil, recorded_by=worker, kind="contact", protected_text=f"{word}restriction"
    )
    make.ProtectedNoteFactory(pupil=pupil, recorded_by=worker, kind="health", protected_text=f"{word}health")
    return restriction


def _marks(pupil: Pupil, school: School) -> MarkConflict:
    """A week of marks from two sources that differ once."""
    week = {(MONDAY + timedelta(days=n), half): "/" for n in range(5) for half in ("AM", "PM")}
    week |= {(day, half): "\\" for day, half in week if half == "PM"}
    first = make.RegisterFactory(pupil=pupil, school=school, marks=marks_of(SCHOOL_YEAR, week))
    absent = week | {(MONDAY, "AM"): "N"}
    second = make.RegisterFactory(pupil=pupil, school=None, source="welfare-call", marks=marks_of(SCHOOL_YEAR, absent))
    make.EffectiveRegisterFactory(pupil=pupil, marks=marks_of(SCHOOL_YEAR, week))
    return _conflict(pupil, first, second)


def _conflict(pupil: Pupil, first: Register, second: Register) -> MarkConflict:
    return MarkConflict.objects.create(
        pupil=pupil, academic_year=SCHOOL_YEAR, place=place_of(MONDAY, "AM"), on=MONDAY, session="AM",
        first=first, first_mark="/", second=second, second_mark="N",
    )  # fmt: skip


def _session(user: User) -> str:
    """A session as sign-in leaves it, made once for all tests."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    assert store.session_key
    return store.session_key
