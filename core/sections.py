"""The parts of a child's record, for people who see named parts of it only (docs/adr/0010-delegation-by-sections.md).

A panel and a model of a child name their `section`. One that names none is shut to a section-limited person: what is
new is not open to them until somebody says of which part it is. The core knows no child: the floor that does says by
`register_source` which sections of which child are open to a person.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from core.roles import Role


class Section(StrEnum):
    BASICS = "basics"
    SCHOOL = "school"
    ATTENDANCE = "attendance"
    ATTAINMENT = "attainment"
    PEPS = "peps"
    EXCLUSIONS = "exclusions"


SECTION_LABELS: dict[Section, str] = {
    Section.BASICS: "Name, date of birth, year group and school",
    Section.SCHOOL: "School history and identity",
    Section.ATTENDANCE: "Attendance",
    Section.ATTAINMENT: "Results",
    Section.PEPS: "PEPs",
    Section.EXCLUSIONS: "Exclusions",
}

SECTION_HINTS: dict[Section, str] = {
    Section.SCHOOL: "Earlier schools, UPN, special educational needs, who works with the child",
    Section.ATTENDANCE: "Marks of each session, percentages, alerts",
    Section.ATTAINMENT: "Results of each key stage. They may also record how the child stands at the end of a term",
    Section.PEPS: "They may also record that a meeting was held",
    Section.EXCLUSIONS: "They may also record an exclusion by your school",
}

CHOOSABLE = tuple(section for section in Section if section is not Section.BASICS)
"""BASICS goes with every other section: a part of a record is of no use without the child's name."""

LIMITED_ROLES = frozenset({Role.SCHOOL_COLLEAGUE})

Open = Mapping[int, frozenset[Section]]
"""Which sections of which child (by primary key) are open to a person."""

_sources: list[Callable[[Any], Open]] = []


def register_source(source: Callable[[Any], Open]) -> None:
    """`source(user)` gives what is open today to a section-limited person; called once, by the floor of the child."""
    _sources.append(source)


def is_limited(user: Any) -> bool:
    """The person sees sections of records and no whole record."""
    return user.is_authenticated and Role(user.role) in LIMITED_ROLES


def open_to(user: Any) -> Open:
    """{child: sections} for a section-limited person."""
    found: dict[int, frozenset[Section]] = {}
    for source in _sources:
        for pk, sections in source(user).items():
            found[pk] = found.get(pk, frozenset()) | sections | {Section.BASICS}
    return found


def sections_of(user: Any, child: Any = None) -> frozenset[Section] | None:
    """The sections open to a person, of one child or of any; None for people who are not limited by sections."""
    if not is_limited(user):
        return None
    found = open_to(user)
    if child is not None:
        return found.get(child.pk, frozenset())
    return frozenset().union(*found.values())


def may_see(user: Any, section: Section | None, child: Any) -> bool:
    """Whether a part of one child's record is open, the child being in the person's scope."""
    sections = sections_of(user, child)
    return sections is None or section in sections
