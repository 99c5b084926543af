"""What a PEP need not ask, because the roll, the feeds and the record know it: shown in its sections, never retyped.

Each fact is (label, value); a group says where it comes from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from attainment.collection.reading import history_of
from attainment.models import Result
from attainment.outcomes import outcomes_of
from attendance.indicators.child import child_year
from core import rules as time_rules
from core.roles import Permission
from core.sections import Section, may_see
from core.wording import when
from provision.models import Exclusion
from pupils import roll
from pupils import rules as pupil_rules
from pupils.models import Allocation, CareEpisode, Pupil, SchoolPlace

MONTHS_12 = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts of one kind, where they come from, and as of which day."""

    title: str
    source: str
    rows: Sequence[tuple[str, Any]]


def _identity(user: Any, pupil: Pupil, today: date) -> FactGroup:
    entry = roll.entries([pupil], on=today)[0]
    rows = [
        ("Name", f"{pupil.forename} {pupil.surname}"),
        ("Known as", pupil.known_as or pupil.forename),
        ("Date of birth", pupil.dob),
        ("Year group", entry.year_label),
        ("Sex", pupil.get_sex_display()),
        ("Ethnicity", pupil_rules.describe_ethnicity(pupil.ethnicity) if pupil.ethnicity else ""),
        ("UPN", pupil.upn),
    ]
    return FactGroup("Identity", "The roll", rows)


def _care(user: Any, pupil: Pupil, today: date) -> FactGroup | None:
    if not user.can(Permission.SEE_CARE_DETAIL):
        return None
    entry = roll.entries([pupil], on=today)[0]
    if entry.episode is None:
        return FactGroup("Care", "The roll", [("Looked after", "Not now")])
    placements = CareEpisode.objects.visible_to(user).filter(pupil=pupil).count()
    rows = [
        ("Looked after", entry.start.words if entry.start else ""),
        ("Legal status", entry.legal_status),
        ("Placement", entry.placement),
        ("Present episode since", entry.episode.decom),
        ("Episodes of care", placements),
    ]
    return FactGroup("Care", "The roll and the yearly return", rows)


def _people(user: Any, pupil: Pupil, today: date) -> FactGroup:
    team = roll.team_on([pupil.pk], today).get(pupil.pk, {})
    labels = dict(Allocation.Kind.choices)
    rows = [(labels[k], team[k].user.name if k in team else "") for k in Allocation.Kind.values]
    return FactGroup("People", "The roll", rows)


def _school(user: Any, pupil: Pupil, today: date) -> FactGroup:
    place = roll.main_places_on([pupil.pk], today).get(pupil.pk)
    if place is None:
        return FactGroup("School", "The roll", [("School", "No school place known")])
    school = place.school
    teachers = [m.user.name for m in school.memberships.current(today).select_related("user")]
    rows = [
        ("School", f"{school.name} (URN {school.urn})"),
        ("Type", school.kind),
        ("On roll since", place.from_on),
        ("Designated teacher", ", ".join(teachers)),
        ("Ofsted", f"{school.ofsted_rating}, {when(school.ofsted_on)}" if school.ofsted_rating else ""),
    ]
    return FactGroup("School", "The roll and the schools register", rows)


def _school_history(user: Any, pupil: Pupil, today: date) -> FactGroup:
    places = SchoolPlace.objects.visible_to(user).filter(pupil=pupil).select_related("school").order_by("-from_on")
    rows = [
        (p.school.name, f"{when(p.from_on)} to {when(p.to_on - timedelta(days=1)) if p.to_on else 'now'}")
        for p in places
    ]
    return FactGroup("School history", "The roll", rows or [("Places", "None known")])


def _attendance(user: Any, pupil: Pupil, today: date) -> FactGroup:
    year = time_rules.academic_year_of(today)
    found = child_year(pupil, year, today=today)
    label = time_rules.academic_year_label(year)
    if found.attendance is None:
        return FactGroup("Attendance", "The attendance feeds", [(label, "No marks")])
    total = found.counts
    rows: list[tuple[str, Any]] = [
        (f"Attendance {label}", total.attendance.text()),
        ("Authorised absence", total.authorised_absence.text()),
        ("Unauthorised absence", total.unauthorised_absence.text()),
    ]
    rows += [(name, counts.attendance.text()) for name, counts in found.terms]
    return FactGroup("Attendance", f"The attendance feeds, to {when(today)}", rows)


def _exclusions(user: Any, pupil: Pupil, today: date) -> FactGroup:
    recent = Exclusion.objects.visible_to(user).filter(pupil=pupil, from_on__gt=today - MONTHS_12)
    rows = [(when(e.from_on), f"{e.tag[0]}, {e.length.lower()}") for e in recent.order_by("-from_on")]
    return FactGroup("Last twelve months", "The record of exclusions", rows or [("Suspensions", "None")])


def _attainment(user: Any, pupil: Pupil, today: date) -> FactGroup:
    results = list(Result.objects.visible_to(user).filter(pupil=pupil))
    rows = [(outcome.title, outcome.summary) for outcome in outcomes_of(results)]
    return FactGroup("Results", "The results feed", rows or [("Results", "None known")])


def _term_assessments(user: Any, pupil: Pupil, today: date) -> FactGroup:
    history = history_of(user, pupil)
    rows = []
    for line in history.lines:
        row = line.latest
        target = f", target {row.target}" if row.target else ""
        rows.append((line.subject, f"{row.working_at}{target}: {row.tag[0].lower()} ({row.term_label.lower()})"))
    none = [("Subjects", "Nothing recorded: the school does it under Attainment, once a term")]
    return FactGroup("How the child stands", "The termly collection", rows or none)


def _send(user: Any, pupil: Pupil, today: date) -> FactGroup:
    return FactGroup("Special needs on record", "The roll", [("SEND", pupil.get_send_display() or "Not known")])


def _moves(user: Any, pupil: Pupil, today: date) -> FactGroup:
    places = SchoolPlace.objects.visible_to(user).filter(pupil=pupil, kind=SchoolPlace.Kind.MAIN)
    schools = places.filter(from_on__gt=today - MONTHS_12).values("school").distinct().count()
    return FactGroup("Changes", "The roll", [("Schools joined in twelve months", schools)])


GROUPS: Mapping[str, Callable[[Any, Pupil, date], FactGroup | None]] = {
    "identity": _identity,
    "care": _care,
    "people": _people,
    "school": _school,
    "school_history": _school_history,
    "attendance": _attendance,
    "exclusions": _exclusions,
    "attainment": _attainment,
    "term_assessments": _term_assessments,
    "send": _send,
    "moves": _moves,
}
"""By the names that a form's sections use."""


SECTION_OF_GROUP: Mapping[str, Section] = {
    "school": Section.BASICS,
    "attendance": Section.ATTENDANCE,
    "exclusions": Section.EXCLUSIONS,
    "attainment": Section.ATTAINMENT,
    "term_assessments": Section.ATTAINMENT,
}
"""Of which part of the record a group is; all others are of the school history and identity."""


def facts_of(names: Sequence[str], user: Any, pupil: Pupil, today: date) -> list[FactGroup]:
    """The groups of a section that the person may see, also where only parts of the record are open to them."""
    shown = [name for name in names if may_see(user, SECTION_OF_GROUP.get(name, Section.SCHOOL), pupil)]
    found = [GROUPS[name](user, pupil, today) for name in shown]
    return [group for group in found if group is not None]
