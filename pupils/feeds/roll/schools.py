"""Which school a row of the roll means, and what became of one that closed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from core.feeds.base import Problems
from core.feeds.columns import Row
from schools.models import School, SchoolLink
from schools.rules import Link, successors

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownSchool:
    pk: int
    urn: str
    laestab: str
    is_open: bool
    opened_on: date | None
    closed_on: date | None

    def covers(self, on: date) -> bool:
        """The school existed on a day, as far as the register knows (closing day included)."""
        return (self.opened_on is None or self.opened_on <= on) and (self.closed_on is None or self.closed_on >= on)


class SchoolIndex:
    """The register by URN and DfE number, with what closed schools became: two queries."""

    def __init__(self) -> None:
        self.by_urn: dict[str, KnownSchool] = {}
        self.by_laestab: dict[str, list[KnownSchool]] = defaultdict(list)
        rows = School.objects.values_list("pk", "urn", "laestab", "is_open", "opened_on", "closed_on")
        for pk, urn, laestab, is_open, opened_on, closed_on in rows:
            school = KnownSchool(pk, urn, laestab, is_open, opened_on, closed_on)
            self.by_urn[urn] = school
            if laestab:
                self.by_laestab[laestab].append(school)
        self._links: dict[str, list[Link]] = defaultdict(list)
        for urn, linked, kind, on in SchoolLink.objects.values_list(
            "school__urn", "linked_urn", "link_type", "established_on"
        ):
            link = Link(urn, linked, kind, on)
            self._links[urn].append(link)
            self._links[linked].append(link)

    def find(self, row: Row, problems: Problems, *, today: date) -> KnownSchool | None:
        """The school that a row names, or None: then the row is held, with the reason told."""
        urn, laestab = row["school_urn"], row["school_laestab"]
        if urn:
            school = self.by_urn.get(urn)
            if school is None:
                return self._unknown(row, problems, "school_urn")
            if laestab and school.laestab and laestab != school.laestab:
                problems.warn(
                    "SCHOOL_DIFFERS",
                    f"The DfE number is not that of URN {urn} ({school.laestab}); the URN was used.",
                    advice="Correct one of the two.",
                    **row.where("school_laestab"),
                )
            return school
        fits = self.by_laestab.get(laestab, [])
        if not fits:
            return self._unknown(row, problems, "school_laestab")
        on = row["place_from"] or today
        if len(fits) > 1:
            fits = [s for s in fits if s.covers(on)] or fits
        if len(fits) > 1:
            fits = [s for s in fits if s.is_open] or fits
        if len(fits) == 1:
            return fits[0]
        row.held = True
        urns = ", ".join(s.urn for s in fits)
        problems.add(
            "SCHOOL_AMBIGUOUS",
            f"More than one school has this DfE number: {urns}.",
            advice="Give the URN in school_urn.",
            **row.where("school_laestab"),
        )
        return None

    @staticmethod
    def _unknown(row: Row, problems: Problems, column: str) -> None:
        row.held = True
        problems.add(
            "SCHOOL_UNKNOWN",
            "The register has no such school; the row waits.",
            advice="Load the schools register (GIAS) with this school in it, or correct the number.",
            **row.where(column),
        )

    def spans(
        self,
        school: KnownSchool,
        from_on: date,
        to_on: date | None,
        row: Row,
        problems: Problems,
        *,
        before: frozenset[str] = frozenset(),
    ) -> list[tuple[KnownSchool, date, date | None]]:
        """A place as stays at schools that existed: where a school closed, the rest is at its one successor.

        The stay before the closing remains with the closed school: that is the child's history. `before` are schools
        on the way here: a register may name two each other's successor, and the way ends there.
        """
        closed = school.closed_on
        if closed is None or (to_on is not None and to_on <= closed + DAY):
            return [(school, from_on, to_on)]
        urns = successors(school.urn, self._links[school.urn])
        before |= {school.urn}
        following = [self.by_urn[urn] for urn in urns if urn in self.by_urn and urn not in before]
        if len(following) != 1 or len(urns) != 1:
            if from_on > closed or to_on is None:
                self._tell_closed(school, urns, row, problems)
            return [(school, from_on, to_on)]
        successor = following[0]
        problems.note(
            "SCHOOL_SUCCEEDED",
            f"School {school.urn} closed on {closed:%d/%m/%Y}; from then on the child is at its successor "
            f"{successor.urn}.",
            advice="Give the successor's URN in future files.",
            **row.where("school_urn" if row["school_urn"] else "school_laestab"),
        )
        if from_on > closed:
            return self.spans(successor, from_on, to_on, row, problems, before=before)
        start = closed + DAY
        return [(school, from_on, start), *self.spans(successor, start, to_on, row, problems, before=before)]

    @staticmethod
    def _tell_closed(school: KnownSchool, urns: list[str], row: Row, problems: Problems) -> None:
        why = f"several successors ({', '.join(urns)})" if len(urns) > 1 else "no successor in the register here"
        problems.warn(
            "SCHOOL_CLOSED",
            f"School {school.urn} closed on {school.closed_on:%d/%m/%Y} and has {why}; the place was kept as sent.",
            advice="Give the school the child is at now.",
            **row.where("school_urn" if row["school_urn"] else "school_laestab"),
        )
