"""Which child, which school and which day a row means; each distinct value is decided once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db.models import Q

from attendance.feeds.sheets import Sheet
from attendance.register.places import Bools, Ints
from core.feeds.base import Problems
from core.feeds.columns import DATE_ADVICE
from pupils.matching import Match, PupilIndex
from pupils.models import Pupil
from pupils.rules import check_upn, is_upn_unknown_code, normalise_laestab, normalise_urn
from schools.models import School

CHILD_COLUMNS = ("upn", "former_upn", "child_ref", "surname", "forename", "dob")
SCHOOL_COLUMNS = ("urn", "laestab", "lea")
EARLIEST_ON = dt.date(1990, 1, 1)


def times(rows: int) -> str:
    """ "in this row" or "in 12 rows"."""
    return "in this row" if rows == 1 else f"in {rows:,} rows"


class Children:
    """The children of the roll, for every file of a delivery."""

    def __init__(self) -> None:
        self.index = PupilIndex.load()
        self.births = dict(Pupil.objects.exclude(dob=None).values_list("pk", "dob"))

    def resolve(self, sheet: Sheet, problems: Problems) -> tuple[Ints, Bools]:
        """The pupil of each row (0: none), and the rows to be held because of it."""
        births, _ = sheet.parsed("dob", problems) if sheet.has("dob") else ([], None)
        groups, firsts = sheet.groups(CHILD_COLUMNS)
        pupils = np.zeros(len(firsts), np.int64)
        sizes = np.bincount(groups, minlength=len(firsts))
        unknown: dict[int, Match] = {}
        for group, row in enumerate(firsts.tolist()):
            born = births[int(sheet.codes("dob")[row])] if births else None
            match = self._match(sheet, row, born)
            if match.pupil_id is None:
                unknown[group] = match
                continue
            pupils[group] = match.pupil_id
            self._warn(sheet, row, match, born=born, rows=int(sizes[group]), problems=problems)
        result = pupils[groups]
        for row in np.flatnonzero(result == 0).tolist():
            match = unknown[int(groups[row])]
            column = "upn" if sheet.text("upn", row) else "child_ref"
            problems.add(match.code, match.message, advice=match.advice, **sheet.where(row, column))
        return result, result == 0

    def _match(self, sheet: Sheet, row: int, born: dt.date | None) -> Match:
        upn, child_id = sheet.text("upn", row), sheet.text("child_ref", row)
        who = {"forename": sheet.text("forename", row), "surname": sheet.text("surname", row), "dob": born}
        match = self.index.match(child_id=child_id, upn=upn, **who)  # type: ignore[arg-type]
        former = sheet.text("former_upn", row)
        if match.code in {"UNKNOWN_CHILD", "NO_CHILD"} and former:
            by_former = self.index.match(child_id=child_id, upn=former)
            match = by_former if by_former.pupil_id is not None else match
        if match.code == "UNKNOWN_CHILD" and upn and not is_upn_unknown_code(upn):
            check = check_upn(upn)
            if not check.is_valid:
                return Match(None, match.code, f"{match.message} {check.message}", match.advice, match.proposal)
        if match.code == "NO_CHILD" and sheet.text("mis_pupil_id", row):
            return Match(
                None, match.code, "The row has no UPN; a school's own pupil number tells us no child.",
                "Ask the school for the child's UPN, or add our child id in a column Child ID.",
            )  # fmt: skip
        return match

    def _warn(
        self, sheet: Sheet, row: int, match: Match, *, born: dt.date | None, rows: int, problems: Problems
    ) -> None:
        pupil = match.pupil_id
        assert pupil is not None
        if match.code:
            problems.warn(
                match.code, f"{match.message} ({times(rows)})", advice=match.advice, **sheet.where(row, "upn")
            )
        known = self.births.get(pupil)
        if born and known and born != known:
            problems.warn(
                "DOB_DIFFERS",
                f"The roll has another date of birth for child {self.index.child_ids[pupil]} ({times(rows)}).",
                advice="The marks were taken. Check that the UPN or child id is this child's.",
                **sheet.where(row, "dob"),
            )


@dataclass(frozen=True)
class _Candidate:
    pk: int
    opened_on: dt.date | None
    closed_on: dt.date | None
    is_open: bool

    def is_open_on(self, on: dt.date) -> bool:
        return (self.opened_on is None or self.opened_on <= on) and (self.closed_on is None or on < self.closed_on)


class Schools:
    """The schools that a delivery names, by URN, or by LAESTAB and day (a converter keeps its LAESTAB)."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        urns: set[str] = set()
        laestabs: set[str] = set()
        for sheet in sheets:
            for text in sheet.texts("urn") if sheet.has("urn") else ():
                urns.add(normalise_urn(text) or "")
            _, firsts = sheet.groups(SCHOOL_COLUMNS)
            laestabs |= {_laestab_of(sheet, row) or "" for row in firsts.tolist()}
        self.by_urn: dict[str, int] = {}
        self.by_laestab: dict[str, list[_Candidate]] = defaultdict(list)
        rows = School.objects.filter(Q(urn__in=urns - {""}) | Q(laestab__in=laestabs - {""}))
        for pk, urn, laestab, opened, closed, is_open in rows.values_list(
            "pk", "urn", "laestab", "opened_on", "closed_on", "is_open"
        ):
            self.by_urn[urn] = pk
            if laestab:
                self.by_laestab[laestab].append(_Candidate(pk, opened, closed, is_open))

    def resolve(self, sheet: Sheet, days: Ints, problems: Problems) -> Ints:
        """The school of each row, 0 for 'not stated': blank, unreadable or unknown, the last two with a warning."""
        groups, firsts = sheet.groups(SCHOOL_COLUMNS)
        sizes = np.bincount(groups, minlength=len(firsts))
        schools = np.zeros(len(firsts), np.int64)
        several: dict[int, list[_Candidate]] = {}
        for group, row in enumerate(firsts.tolist()):
            urn, laestab = normalise_urn(sheet.text("urn", row)), _laestab_of(sheet, row)
            candidates = self.by_laestab.get(laestab or "", [])
            if urn in self.by_urn:
                schools[group] = self.by_urn[urn]
                self._warn_two(sheet, row, schools[group], candidates, problems)
            elif len(candidates) == 1:
                schools[group] = candidates[0].pk
            elif candidates:
                several[group] = candidates
            elif sheet.text("urn", row) or sheet.text("laestab", row):
                self._warn_unknown(sheet, row, urn or laestab, int(sizes[group]), problems)
        result = schools[groups]
        for group, candidates in several.items():
            rows = np.flatnonzero(groups == group)
            for day in np.unique(days[rows]).tolist():
                result[rows[days[rows] == day]] = _open_on(candidates, day)
        return result

    def _warn_two(self, sheet: Sheet, row: int, school: int, candidates: list[_Candidate], problems: Problems) -> None:
        if candidates and all(c.pk != school for c in candidates):
            problems.warn(
                "TWO_SCHOOLS",
                "The URN and the LAESTAB are two schools'; the URN was used.",
                advice="Correct one of them.",
                **sheet.where(row, "laestab"),
            )

    def _warn_unknown(self, sheet: Sheet, row: int, number: str | None, rows: int, problems: Problems) -> None:
        column = "laestab" if sheet.text("laestab", row) else "urn"
        code = "UNKNOWN_SCHOOL" if number else "SCHOOL_NOT_READ"
        message = "No school of the register has this number" if number else "This is not a LAESTAB or URN"
        problems.warn(
            code,
            f"{message} ({times(rows)}). The marks were taken without a school.",
            advice="Correct the number, or load the schools register (gias), and send the file again.",
            **sheet.where(row, column),
        )


def _laestab_of(sheet: Sheet, row: int) -> str | None:
    """Seven digits; four are completed by the authority's column, else by our own authority."""
    text = sheet.text("laestab", row)
    lea = "".join(sheet.text("lea", row).split())
    compact = text.strip().removesuffix(".0")
    if compact.isascii() and compact.isdigit() and len(compact) == 4:
        text = f"{lea or settings.HOME_LA}{compact}"
    return normalise_laestab(text) if text else None


def _open_on(candidates: list[_Candidate], day: int) -> int:
    on = dt.date.fromordinal(day) if day else dt.date.max
    fits = [c for c in candidates if c.is_open_on(on)] or candidates
    return max(fits, key=lambda c: (c.is_open, c.opened_on or dt.date.min, c.pk)).pk


def resolve_days(sheet: Sheet, column: str, problems: Problems) -> tuple[Ints, Bools]:
    """The day of each row as an ordinal (0: none), and the rows to be held: no date, or none that can be read."""
    values, refused = sheet.parsed(column, problems)
    late = [v.toordinal() if v and v >= EARLIEST_ON else 0 for v in values]
    days: Ints = sheet.look_up(column, late)
    unlikely = sheet.look_up(column, [bool(v and v < EARLIEST_ON) for v in values], bool)
    for row in np.flatnonzero((days == 0) & ~refused).tolist():
        if unlikely[row]:
            problems.add(
                "BAD_DATE", "This day lies too far back for a mark.", advice=DATE_ADVICE, **sheet.where(row, column)
            )
        else:
            problems.add("NO_DATE", "The row has no date.", advice=DATE_ADVICE, **sheet.where(row, column))
    return days, days == 0
