"""Decisions wanted: what the Virtual School Head asks of the readers, with suggestions drawn from the figures.

They are printed among the headlines; the section holds the suggestions, which rest on all the others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.sections import attainment, attendance, data_quality, roll
from reports.sections.base import Collected, ReportSection, Scope, View

SLUG = "decisions"


def collect(scope: Scope) -> Collected:
    """Nothing of its own: see `suggest`."""
    return Collected()


def suggest(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Suggestions as sentences, from the public figures only: they are printed in both versions."""
    return {
        "suggestions": [*_on_attainment(view), *_on_attendance(view), *_on_roll_and_data(view)],
    }


def _on_attainment(view: View) -> Iterator[str]:
    found = view.data(attainment.SLUG)
    for one in found["indicators"] if found else ():
        if not one["has_outcome"]:
            yield f"Note that the outcome of {one['code']} for summer {one['year']} is still awaited."
        elif view.number(f"{one['name']}.n") is not None and one["tone"] == "watch":
            aim = f" on the way to the target of {one['ahead'][1]} in {one['ahead'][0]}" if one["ahead"] else ""
            yield (
                f"Agree what is done next for {one['code']} ({one['short']}){aim}: "
                f"summer {one['year']} came out {_lower(one['standing'])}."
            )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _on_attendance(view: View) -> Iterator[str]:
    found = view.data(attendance.SLUG)
    if found is None:
        return
    rates = []
    for name in (attendance.TOTAL, found["terms"][-1][1]):
        n, d = view.number(f"{name}.attended"), view.number(f"{name}.possible")
        if not n or not d:
            return
        rates.append((n, d))
    (n, d), (n0, d0) = rates
    if n * d0 < n0 * d:
        yield "Ask the attendance leader for a plan: attendance is lower than in the same term a year ago."


def _on_roll_and_data(view: View) -> Iterator[str]:
    if view.number(roll.NO_PLACE) != 0:
        yield "Ask admissions for school places for the children of school age who have none on record."
    if view.number(data_quality.NO_UPN) != 0:
        yield "Ask schools and social workers for the missing UPNs, so that results and marks can be matched."
    if view.number(data_quality.SILENT):
        yield "Ask the schools that send no marks to send them daily."


def wanted(view: View) -> list[str]:
    """What was written, a decision a line; the suggestions are for the writer, not for print."""
    return [line.strip() for line in view.decisions_wanted.splitlines() if line.strip()]


def present(data: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Nothing of its own: the headlines print the decisions, where a reader looks first."""
    return {}


SECTION = ReportSection(
    slug=SLUG,
    title="Decisions wanted",
    collect=collect,
    conclude=suggest,
    present=present,
    printed=False,
)
