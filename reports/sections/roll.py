"""Who is on the roll on the day: year groups, care, placements, schools, and who joined and left over the term."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts import Chart, bar_chart
from core.documents import KeyFigure, Table
from core.figures import HIDDEN_SYMBOL
from core.rules import year_group_label
from pupils.models import Pupil, ReturnRecord
from pupils.roll import CareStart, RollEntry, is_out_of_county
from pupils.rules import LegalStatusGroup, PlacementGroup, legal_status_group, placement_group
from reports.sections.base import Breakdown, Collected, ReportSection, Scope, View, break_down, from_iso, in_words

SLUG = "roll"
TOTAL = "roll.total"
SCHOOL_AGE = "roll.school_age"
NO_PLACE = "roll.school.no_place"
FIRST_SCHOOL_YEAR, LAST_SCHOOL_YEAR = 1, 11
CARE_LENGTHS = (
    ("under_6", "Less than 6 months", 183),
    ("under_12", "6 to 12 months", 365),
    ("under_24", "1 to 2 years", 730),
    ("under_60", "2 to 5 years", 1826),
    ("longer", "5 years or more", None),
)
"""Upper limits in days (OURS): enough to see who can be in a 12-month cohort."""

Groups = dict[str, list[int]]


def _group(rows: Iterable[RollEntry], key: Callable[[RollEntry], str]) -> Groups:
    found: Groups = defaultdict(list)
    for entry in rows:
        found[key(entry)].append(entry.pupil.pk)
    return found


def _year_key(nc_year: int | None) -> str:
    if nc_year is None:
        return "unknown"
    return "early" if nc_year < 0 else str(min(nc_year, 14))


def _school_key(entry: RollEntry, home_la: str) -> str:
    """Where the child's main (else any) school lies, by the school's authority; unknown is shown as such."""
    place = entry.main_place or (entry.places[0] if entry.places else None)
    if place is not None:
        away = is_out_of_county(place, home_la)
        return "unknown" if away is None else ("away" if away else "home")
    of_age = entry.nc_year is not None and FIRST_SCHOOL_YEAR <= entry.nc_year <= LAST_SCHOOL_YEAR
    return "no_place" if of_age else "none_needed"


def _care_length(start: CareStart | None, on: dt.date) -> str:
    """Where the start of the period is not known, only the longest time can be told: it is at least so long."""
    if start is None:
        return "unknown"
    days = (on - start.on).days
    key, limit = next((key, limit) for key, _, limit in CARE_LENGTHS if limit is None or days < limit)
    return key if start.is_start or limit is None else "unknown"


def _unaccompanied(on: dt.date) -> set[int]:
    """Children recorded as unaccompanied asylum-seeking whose status (DUC) had not ended by the day."""
    rows = ReturnRecord.objects.filter(table=ReturnRecord.Table.UASC).values_list("pupil_id", "data__DUC")
    return {pk for pk, ended in rows if not ended or ended > on.isoformat()}


def collect(scope: Scope) -> Collected:
    """The roll on the as-at day, in breakdowns that all add up to it."""
    found = Collected()
    rows = scope.roll
    found.children(TOTAL, (e.pupil.pk for e in rows), "Children on the roll")
    found.data["as_at"] = scope.as_at.isoformat()
    found.data["first_on"] = scope.first_on.isoformat()
    found.data["breakdowns"] = {b.slug.split(".")[-1]: b.as_data() for b in _breakdowns(found, scope)}
    _movement(found, scope)
    found.definitions["On the roll"] = "Looked after on the day, by the care episodes of the SSDA903 return"
    return found


@dataclass(frozen=True)
class _Division:
    """One way to divide the roll: `groups` are (key, label) in the order of printing, `of` gives a child's key."""

    key: str
    caption: str
    heading: str
    groups: Sequence[tuple[str, str]]
    of: Callable[[RollEntry], str]


SEXES = (("F", "Girls"), ("M", "Boys"), ("U", "Not recorded"))
SCHOOLS = (
    ("home", "In the county"),
    ("away", "In another authority"),
    ("unknown", "Authority of the school not known"),
    ("no_place", "School age, no school place recorded"),
    ("none_needed", "Not of school age, no place recorded"),
)


def _divisions(scope: Scope) -> list[_Division]:
    asylum = _unaccompanied(scope.as_at)
    send = dict(Pupil.Send.choices)
    return [
        _Division("sex", "Girls and boys", "Sex", SEXES, lambda e: e.pupil.sex if e.pupil.sex in {"F", "M"} else "U"),
        _Division(
            "legal",
            "Legal status",
            "Legal status",
            [(group.name.lower(), group.value) for group in LegalStatusGroup],
            lambda e: legal_status_group(e.episode.ls if e.episode else None).name.lower(),
        ),
        _Division(
            "placement",
            "Where they live",
            "Placement",
            [(group.name.lower(), group.value) for group in PlacementGroup],
            lambda e: placement_group(e.episode.place if e.episode else None).name.lower(),
        ),
        _Division("school", "Where they go to school", "Main school", SCHOOLS, lambda e: _school_key(e, scope.home_la)),
        _Division(
            "send",
            "Special educational needs",
            "Recorded need",
            [*send.items(), ("unknown", "Not recorded")],
            lambda e: e.pupil.send if e.pupil.send in send else "unknown",
        ),
        _Division(
            "length",
            "How long in care",
            "In this period of care",
            [*((key, label) for key, label, _ in CARE_LENGTHS), ("unknown", "Start not known")],
            lambda e: _care_length(e.start, scope.as_at),
        ),
        _Division(
            "uasc",
            "Unaccompanied children",
            "Status on the day",
            (("yes", "Unaccompanied asylum-seeking"), ("no", "All other children")),
            lambda e: "yes" if e.pupil.pk in asylum else "no",
        ),
    ]


def _breakdowns(found: Collected, scope: Scope) -> list[Breakdown]:
    made = [
        _years(found, scope),
        *(
            break_down(
                found,
                total=TOTAL,
                prefix=f"roll.{division.key}",
                caption=division.caption,
                heading=division.heading,
                groups=division.groups,
                members=_group(scope.roll, division.of),
                keep_empty=division.key == "uasc",
            )
            for division in _divisions(scope)
        ),
    ]
    found.children(NO_PLACE, found.cohorts.get(NO_PLACE, ()), "School age, no school place recorded")
    return made


def _years(found: Collected, scope: Scope) -> Breakdown:
    """By year group, with those of school age summed once more for the shares that rest on them."""
    labels = [("early", "Under school age"), *((str(n), year_group_label(n)) for n in range(14))]
    years = break_down(
        found,
        total=TOTAL,
        prefix="roll.year",
        caption="Year groups",
        heading="Year group",
        groups=[*labels, ("14", year_group_label(14)), ("unknown", "Not known")],
        members=_group(scope.roll, lambda e: _year_key(e.nc_year)),
    )
    names = {str(n): f"roll.year.{n}" for n in range(FIRST_SCHOOL_YEAR, LAST_SCHOOL_YEAR + 1)}
    inside = [name for name in names.values() if name in found.cohorts]
    found.children(SCHOOL_AGE, (pk for name in inside for pk in found.cohorts[name]), "Children of school age")
    found.numbers.sum(SCHOOL_AGE, inside)
    return years


def _movement(found: Collected, scope: Scope) -> None:
    """Joined and left between the day before the term and the as-at day; the two days tie all four together."""
    now = set(found.cohorts[TOTAL])
    before = set(Pupil.objects.looked_after(on=scope.day_before_term).values_list("pk", flat=True))
    during = set(
        Pupil.objects.looked_after_between(scope.first_on, scope.as_at).values_list("pk", flat=True),
    )
    year_ago = set(Pupil.objects.looked_after(on=scope.year_before).values_list("pk", flat=True))
    found.children("roll.before", before, "On the roll the day before the term")
    found.children("roll.joined", now - before, "Joined over the term and still on the roll")
    found.children("roll.left", before - now, "Left over the term")
    found.children("roll.passed", during - now - before, "Joined and left within the term")
    found.children("roll.year_ago", year_ago, "On the roll a year earlier")
    found.numbers.count("roll.stayed", len(now & before), printed=False)
    found.numbers.sum(TOTAL, ["roll.stayed", "roll.joined"])
    found.numbers.sum("roll.before", ["roll.stayed", "roll.left"])
    found.data["day_before"] = scope.day_before_term.isoformat()
    found.data["year_before"] = scope.year_before.isoformat()


# ---------------------------------------------------------------- presenting


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Tables and charts of the frozen roll."""
    as_at = from_iso(data["as_at"])
    parts = data["breakdowns"]
    return {
        "view": view,
        "as_at": as_at,
        "key_figures": key_figures(data, view),
        "years_chart": _chart("Children on the roll by year group", parts["year"], view),
        "pairs": [
            (table_of(parts["sex"], view), table_of(parts["send"], view)),
            (table_of(parts["legal"], view), table_of(parts["length"], view)),
        ],
        "placements_chart": _chart("Where the children live", parts["placement"], view),
        "school_pair": (table_of(parts["school"], view), table_of(parts["uasc"], view)),
        "movement": _movement_table(data, view),
        "lead": _lead(data, view),
    }


def key_figures(data: Mapping[str, Any], view: View) -> list[KeyFigure]:
    """The roll at a glance."""
    return [
        KeyFigure(
            "On the roll",
            view.text(TOTAL),
            f"children looked after on {in_words(from_iso(data['as_at']))}",
            f"A year earlier: {view.text('roll.year_ago')}",
        ),
        KeyFigure(
            "Joined and left over the term",
            f"+{view.text('roll.joined')}  −{view.text('roll.left')}",
            f"of {view.text('roll.before')} on {in_words(from_iso(data['day_before']))}",
        ),
        KeyFigure(
            "At school outside the county",
            _percent(view, "roll.school.away"),
            f"{_of(view, 'roll.school.away')} children",
        ),
    ]


def _percent(view: View, name: str) -> str:
    return view.percent(name, TOTAL) if name in view.figures["numbers"] else "0.0%"


def _of(view: View, name: str) -> str:
    return view.of(name, TOTAL) if name in view.figures["numbers"] else f"0 of {view.text(TOTAL)}"


def _lead(data: Mapping[str, Any], view: View) -> str:
    return (
        f"On {in_words(from_iso(data['as_at']))} the county looked after {view.text(TOTAL)} children, "
        f"{view.text(SCHOOL_AGE)} of them of school age. Since the term began {view.text('roll.joined')} joined "
        f"the roll and {view.text('roll.left')} left it."
    )


def table_of(part: Mapping[str, Any], view: View) -> Table:
    """One breakdown as a table: children, and their share of the roll."""
    rows = [(label, view.text(name), view.percent(name, part["total"])) for label, name in part["rows"]]
    rows.append(("All children", view.text(part["total"]), view.percent(part["total"], part["total"])))
    return Table(part["caption"], [part["heading"], "Children", "Share"], rows, total=True)


def _chart(title: str, part: Mapping[str, Any], view: View) -> Chart:
    """One breakdown as bars, each with its number and share of the roll."""
    names = [name for _, name in part["rows"]]
    return bar_chart(
        title,
        [label for label, _ in part["rows"]],
        [view.value(name) for name in names],
        value_label="Children",
        category_label=part["heading"],
        labels=[_number_and_share(name, part["total"], view) for name in names],
        labels_heading="With share of the roll",
        key=f"{part['slug'].replace('.', '-')}-{view.audience.value}",
    )


def _number_and_share(name: str, total: str, view: View) -> str:
    share = view.percent(name, total)
    return view.text(name) if share == HIDDEN_SYMBOL else f"{view.text(name)} ({share})"


def _movement_table(data: Mapping[str, Any], view: View) -> Table:
    rows = [
        (f"On the roll on {in_words(from_iso(data['day_before']))}", view.text("roll.before")),
        ("Joined since, and still on the roll", view.text("roll.joined")),
        ("Left since", view.text("roll.left")),
        (f"On the roll on {in_words(from_iso(data['as_at']))}", view.text(TOTAL)),
    ]
    note = (
        f"Joined and left again within the term, in neither line: {view.text('roll.passed')}. "
        f"On the roll on {in_words(from_iso(data['year_before']))}: {view.text('roll.year_ago')}."
    )
    return Table("Joined and left over the term", ["Day or movement", "Children"], rows, note=note, total=True)


SECTION = ReportSection(
    slug=SLUG,
    title="Who is on the roll",
    template="reports/sections/roll.html",
    collect=collect,
    present=present,
)
