"""PEPs of the term: PEP-1 to PEP-7 of practice.md 1.11, with the children behind each figure."""

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

from core.documents import KeyFigure, Table, TableColumn
from core.figures import SMALL_DENOMINATOR
from peps import cycle
from peps.indicators.measures import measures_for
from peps.models import PEP
from peps.rules.measures import Measure
from reports.sections.base import Collected, ReportSection, Scope, View, from_iso

SLUG = "peps"
OF_TARGETS = {"PEP-6a", "PEP-6b"}
"""Counted in targets: hidden by the number of children whose targets they are."""


def collect(scope: Scope) -> Collected:
    """The measures of the term as on the day."""
    found = Collected()
    found.data |= {"as_at": scope.as_at.isoformat(), "measures": []}
    term = cycle.term_of(scope.academic_year, scope.season)
    if not PEP.objects.of_term(term).exists():
        return found  # plans of that term were kept elsewhere: nothing is said, not "none of all"
    for one in measures_for(term, as_at=scope.as_at):
        name = f"peps.{one.slug}"
        (_targets if one.code in OF_TARGETS else _children)(found, one, name)
        found.definitions[f"{one.code} {one.title}"] = one.definition
        found.data["measures"].append(
            {
                "code": one.code,
                "title": one.title,
                "of": one.of,
                "name": name,
                "median": one.is_median,
                "days": f"{one.middle:g}" if one.is_median and one.middle is not None else None,
                "definition": one.definition,
            }
        )
    _nest(found)
    return found


def _nest(found: Collected) -> None:
    """State of each two groups of which one lies within the other what is left of it.

    All who were approved were submitted: what two printed numbers leave between them is a number of children too.
    """
    groups = {name: set(ids) for name, ids in found.cohorts.items() if name.endswith((".d", ".children"))}
    for (small, inner), (large, outer) in permutations(groups.items(), 2):
        if inner < outer:
            rest = found.numbers.count(f"{large} without {small}", len(outer - inner), printed=False)
            found.numbers.sum(large, [small, rest])


def _children(found: Collected, one: Measure, name: str) -> None:
    """One plan of each child: the children are counted."""
    label = f"{one.code} {one.title}"
    found.children(f"{name}.d", (x.pupil_id for x in one.lines if x.counts), f"{label}: {one.of}")
    if not one.is_median:
        met = (x.pupil_id for x in one.lines if x.counts and x.met)
        found.share_of(f"{name}.n", f"{name}.d", met, label)


def _targets(found: Collected, one: Measure, name: str) -> None:
    label = f"{one.code} {one.title}"
    children = (x.pupil_id for x in one.lines if x.counts)
    found.children(f"{name}.children", children, f"{label}: children with {one.of}")
    found.numbers.add(f"{name}.d", one.figure.denominator, f"{label}: {one.of}")
    found.numbers.add(f"{name}.n", one.figure.numerator, label)
    found.numbers.rate(f"{name}.n", f"{name}.d", f"{name}.children")


# ---------------------------------------------------------------- presenting


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Three figures at a glance, and the table of all."""
    return {
        "view": view,
        "as_at": from_iso(data["as_at"]),
        "any": bool(data["measures"]),
        "key_figures": list(_key_figures(data, view)),
        "table": Table(
            "Personal Education Plans this term",
            [TableColumn("Indicator", "text"), "Result", "Counted"],
            [(f"{one['code']} {one['title']}", _result(one, view), _counted(one, view)) for one in data["measures"]],
            note="PEP-1 stays below 100% where children come into care in mid-term.",
        ),
    }


def _key_figures(data: Mapping[str, Any], view: View) -> Iterator[KeyFigure]:
    for one in data["measures"]:
        if one["code"] in {"PEP-1", "PEP-3", "PEP-4a"}:
            yield KeyFigure(one["title"], _result(one, view), f"{_counted(one, view)} {one['of']}")


def _result(one: Mapping[str, Any], view: View) -> str:
    if not one["median"]:
        return view.percent(f"{one['name']}.n", f"{one['name']}.d")
    counted = view.number(f"{one['name']}.d")
    if one["days"] is None:
        return "n/a"
    # A median of few children is nearly one child's own number.
    hidden = counted is None or (view.is_public and counted <= SMALL_DENOMINATOR)
    return "x" if hidden else f"{one['days']} working days"


def _counted(one: Mapping[str, Any], view: View) -> str:
    if one["median"]:
        return view.text(f"{one['name']}.d")
    return view.of(f"{one['name']}.n", f"{one['name']}.d")


SECTION = ReportSection(
    slug=SLUG,
    title="Personal Education Plans",
    template="reports/sections/peps.html",
    collect=collect,
    present=present,
    new_page=False,
)
