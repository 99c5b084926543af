"""Each row of the return parsed and checked by itself; each failure with its place, a code and what to do."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core import rules as time_rules
from core.disposal import certificates_of
from core.feeds.base import Problems, Severity
from core.feeds.columns import EXCEL_ERRORS, CellError, parse_date, refuse_excel_error, refuse_formula
from pupils import rules
from pupils.feeds.disposed import DISPOSED_ADVICE, disposed_message
from pupils.feeds.ssda903.delivery import SourceRow, TableFile
from pupils.feeds.ssda903.tables import EPISODES, HEADER, MISSING, OC2, PREVIOUS_PERMANENCE, REVIEWS, UASC
from pupils.feeds.upns import read_upn

CODE_LENGTH = 12
CODE_LISTS: Mapping[str, Mapping[str, str]] = {
    "RNE": rules.REASONS_NEW_EPISODE,
    "LS": rules.LEGAL_STATUSES,
    "CIN": rules.CATEGORY_OF_NEED,
    "PLACE": rules.PLACEMENTS,
    "PLACE_PROVIDER": rules.PLACE_PROVIDERS,
    "REC": rules.CEASED_REASONS,
    "REASON_PLACE_CHANGE": rules.PLACE_CHANGE_REASONS,
    "ETHNIC": rules.ETHNICITIES,
    "REVIEW_CODE": rules.REVIEW_CODES,
    "MISSING": rules.MISSING_KINDS,
    "PREV_PERM": rules.PREVIOUS_PERMANENCE,
}
DATE_ADVICE = "Correct the date in the care system and send the row again."
EARLIEST_DECOM = date(1991, 10, 14)
_LETTERED = re.compile(r"^[a-z]{1,2}\)\s*", re.IGNORECASE)
_LABELLED = re.compile(r"^([A-Za-z0-9]{1,6})\s*(?::|\s-|\s\u2013)")
_INWARD = re.compile(r"[CIKMOV][A-Z]$|[CIKMOV]$")


def code_part(text: str) -> str:
    """The code of a cell in upper case: "p" -> P, "E1: Placement order" -> E1, "q) 6: Police" -> 6."""
    bare = _LETTERED.sub("", text.strip())
    labelled = _LABELLED.match(bare)
    return (labelled[1] if labelled else bare).upper()


@dataclass
class HeaderFacts:
    """What a header row says of a child; None where the cell is blank or cannot be used."""

    child: str
    source: SourceRow
    table: TableFile
    sex: str | None = None
    dob: date | None = None
    ethnicity: str | None = None
    upn: str | None = None
    upn_unknown_reason: str | None = None


EPISODE_FIELDS = (
    "rne", "ls", "cin", "place", "place_provider", "dec", "rec", "reason_place_change", "home_post", "pl_post",
    "ofsted_urn",
)  # fmt: skip
"""Columns of pupils_careepisode that an episode row carries, in the order of `EpisodeRow.values`."""
_EPISODE_COLUMNS = (
    "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN",
)  # fmt: skip


@dataclass
class EpisodeRow:
    """One episode as sent; `values` in the order of EPISODE_FIELDS."""

    child: str
    source: SourceRow
    table: TableFile
    decom: date
    values: tuple[Any, ...]

    @property
    def dec(self) -> date | None:
        found: date | None = self.values[5]
        return found

    @property
    def rec(self) -> str:
        return str(self.values[6])


@dataclass
class RecordRow:
    """A row of another table; `data` holds its filled cells, dates in ISO form."""

    child: str
    source: SourceRow
    table: TableFile
    key: str
    on: date | None
    data: dict[str, str]
    dob: date | None = None


@dataclass
class Parsed:
    """All usable rows of a delivery, the children with an episode that could not be used, and all child ids read."""

    headers: list[HeaderFacts] = field(default_factory=list)
    episodes: list[EpisodeRow] = field(default_factory=list)
    records: list[RecordRow] = field(default_factory=list)
    held_episodes: dict[str, SourceRow] = field(default_factory=dict)
    mentioned: frozenset[str] = frozenset()

    def all_rows(self) -> "Iterator[HeaderFacts | EpisodeRow | RecordRow]":
        yield from self.headers
        yield from self.episodes
        yield from self.records


class RowReader:
    """Parses rows; distinct values are parsed once. `today` is the day of the import."""

    def __init__(self, problems: Problems, *, today: date) -> None:
        self.problems = problems
        self.today = today
        self._dates: dict[str, date | CellError | None] = {}
        self._children: dict[str, str | None] = {}
        self._codes: dict[str, str] = {}
        self._posts: dict[str, tuple[str, str]] = {}
        self._disposed: dict[str, str] = {}

    # ------------------------------------------------------------ cells

    def child(self, table: TableFile, row: SourceRow) -> str | None:
        """The child id, or None (the row is held)."""
        cell = row.cells.get("CHILD", "")
        if cell not in self._children:
            self._children[cell] = rules.normalise_child_id(cell)
        found = self._children[cell]
        if found is None:
            row.fate = "held"
            code, message = (
                ("CHILD_TOO_LONG", "A child id has at most 20 characters.")
                if cell
                else ("CHILD_MISSING", "The row names no child.")
            )
            self.problems.add(code, message, advice="Fill in CHILD and send it again.", **table.where(row, "CHILD"))
        elif found in self._disposed:
            row.fate = "held"
            message = disposed_message(self._disposed[found])
            self.problems.add("CHILD_DISPOSED", message, advice=DISPOSED_ADVICE, **table.where(row, "CHILD"))
        return found

    def day(self, table: TableFile, row: SourceRow, column: str, *, hold: bool = True) -> date | None:
        """The date in a cell. One that is no date is a problem, and holds the row if `hold`."""
        cell = row.cells.get(column, "")
        if not cell:
            return None
        if cell not in self._dates:
            try:
                self._dates[cell] = parse_date(cell)
            except CellError as error:
                self._dates[cell] = error
        found = self._dates[cell]
        if isinstance(found, CellError):
            self.problems.add(
                found.code,
                found.message,
                severity=Severity.ERROR if hold else Severity.WARNING,
                advice=found.advice,
                **table.where(row, column),
            )
            if hold:
                row.fate = "held"
            return None
        return found

    def code(self, table: TableFile, row: SourceRow, column: str) -> str:
        """The code in a cell; one that is not in the list is kept as sent, with a warning."""
        cell = row.cells.get(column, "")
        if not cell:
            return ""
        if cell not in self._codes:
            self._codes[cell] = code_part(cell)
        code = self._codes[cell]
        if code not in CODE_LISTS[column]:
            self.problems.warn(
                "UNKNOWN_CODE",
                f"{cell[:40]} is not in the list of codes for {column}; it was kept as sent.",
                advice="Correct it at the source, or ask for the code to be added to the list.",
                **table.where(row, column),
            )
        return code[:CODE_LENGTH]

    def post(self, table: TableFile, row: SourceRow, column: str) -> str:
        """A postcode in one form; one that cannot be a postcode is kept as sent, with a warning."""
        cell = row.cells.get(column, "")
        if not cell:
            return ""
        if cell not in self._posts:
            self._posts[cell] = self._postcode(cell)
        value, fault = self._posts[cell]
        if fault:
            self.problems.warn(
                "POSTCODE", fault, advice="Correct the postcode in the care system.", **table.where(row, column)
            )
        return value

    @staticmethod
    def _postcode(cell: str) -> tuple[str, str]:
        normal = rules.normalise_postcode(cell)
        if normal is None:
            half = re.fullmatch(r"\s*[0-9][A-Za-z]{2}\s*", cell)
            fault = "The first half of the postcode is missing." if half else "This is not the shape of a postcode."
            return cell.upper()[:CODE_LENGTH], fault
        if _INWARD.search(normal[-2:]):
            return normal, "No postcode ends in these letters (C, I, K, M, O and V do not occur there)."
        return normal, ""

    # ------------------------------------------------------------ tables

    def header(self, table: TableFile, row: SourceRow) -> HeaderFacts | None:
        child = self.child(table, row)
        dob = self.day(table, row, "DOB")
        if dob is not None and dob > self.today:
            row.fate = "held"
            self.problems.add(
                "DOB_IN_FUTURE", "The date of birth lies in the future.", advice=DATE_ADVICE, **table.where(row, "DOB")
            )
        if row.fate == "held" or child is None:
            return None
        facts = HeaderFacts(child, row, table, dob=dob)
        facts.ethnicity = self.code(table, row, "ETHNIC") or None
        facts.sex = self._sex(table, row)
        self._upn(table, row, facts)
        return facts

    def _sex(self, table: TableFile, row: SourceRow) -> str | None:
        cell = row.cells.get("SEX", "")
        found = rules.normalise_sex(cell) if cell else None
        if cell and found is None:
            self.problems.warn(
                "UNKNOWN_CODE", f"{cell[:20]} is no code for SEX; it was left out.",
                advice="Write 1 or M, 2 or F, or U.", **table.where(row, "SEX"),
            )  # fmt: skip
        return found.value if found else None

    def _upn(self, table: TableFile, row: SourceRow, facts: HeaderFacts) -> None:
        cell = row.cells.get("UPN", "")
        if not cell:
            return
        read = read_upn(cell)
        facts.upn, facts.upn_unknown_reason = read.upn, read.unknown_reason
        if read.code:
            self.problems.warn(read.code, read.message, advice=read.advice, **table.where(row, "UPN"))

    def episode(self, table: TableFile, row: SourceRow) -> EpisodeRow | None:
        child = self.child(table, row)
        decom = self.day(table, row, "DECOM")
        dec = self.day(table, row, "DEC")
        if decom is None and row.fate != "held":
            row.fate = "held"
            self.problems.add(
                "DECOM_MISSING", "The episode has no start date.", advice=DATE_ADVICE, **table.where(row, "DECOM")
            )
        if row.fate == "held" or child is None or decom is None:
            return None
        values = tuple(
            dec if c == "DEC"
            else self.post(table, row, c) if c in {"HOME_POST", "PL_POST"}
            else row.cells.get(c, "").upper()[:CODE_LENGTH] if c == "URN"
            else self.code(table, row, c)
            for c in _EPISODE_COLUMNS
        )  # fmt: skip
        episode = EpisodeRow(child, row, table, decom, values)
        self._check_episode(episode)
        return episode

    def _check_episode(self, episode: EpisodeRow) -> None:
        """Facts that cannot be so are kept as sent and told (rules 148, 353, 355, 356)."""
        dec, table, row = episode.dec, episode.table, episode.source
        warn = self.problems.warn
        if dec is not None and dec < episode.decom:
            warn(
                "DEC_BEFORE_DECOM", "The episode ends before it begins; it was kept as sent.",
                advice=DATE_ADVICE, **table.where(row, "DEC"),
            )  # fmt: skip
        elif dec == episode.decom:
            warn(
                "ONE_DAY_EPISODE", "The episode begins and ends on the same day; it was kept as sent.",
                advice=DATE_ADVICE, **table.where(row, "DEC"),
            )  # fmt: skip
        if episode.decom > self.today or episode.decom < EARLIEST_DECOM:
            warn(
                "DECOM_UNLIKELY", "The episode begins in the future or before 14 October 1991.",
                advice=DATE_ADVICE, **table.where(row, "DECOM"),
            )  # fmt: skip
        self._check_code_dates(episode)
        if dec is None and episode.rec:
            warn(
                "REC_WITHOUT_DEC", "The episode has a reason for ending but no end date; it counts as open.",
                advice="Fill in DEC, or take REC out, at the source.", **table.where(row, "REC"),
            )  # fmt: skip
        elif dec is not None and not episode.rec:
            warn(
                "DEC_WITHOUT_REC", "The episode has an end date but no reason for ending.",
                advice="Fill in REC at the source.", **table.where(row, "REC"),
            )  # fmt: skip

    def _check_code_dates(self, episode: EpisodeRow) -> None:
        """A code that is no longer, or not yet, in the list on its day is kept and told."""
        ls, place, rec = (episode.values[EPISODE_FIELDS.index(n)] for n in ("ls", "place", "rec"))
        dated = [("LS", ls, episode.decom), ("PLACE", place, episode.decom)]
        if episode.dec is not None:
            dated.append(("REC", rec, episode.dec))
        for column, code, on in dated:
            if not rules.code_in_force(column, code, on):
                self.problems.warn(
                    "CODE_OUT_OF_TIME",
                    f"{code} was not in the list of codes on {on:%d/%m/%Y}; it was kept as sent.",
                    advice="Correct the code or the date at the source.",
                    **episode.table.where(episode.source, column),
                )

    def record(self, table: TableFile, row: SourceRow) -> RecordRow | None:
        child = self.child(table, row)
        on, key = self._record_key(table, row)
        if row.fate == "held" or child is None:
            return None
        data = {}
        for column in table.layout.columns:
            cell = row.cells.get(column, "")
            if cell and column not in {"CHILD", "DOB", "SEX"}:
                data[column] = self._record_cell(table, row, column)
        dob = self.day(table, row, "DOB", hold=False)
        return RecordRow(child, row, table, key, on, data, dob)

    def _record_key(self, table: TableFile, row: SourceRow) -> tuple[date | None, str]:
        """(date, key): what tells two rows of one child apart. OC2, UASC and permanence have one row a child."""
        column = {REVIEWS.name: "REVIEW", MISSING.name: "MIS_START"}.get(table.layout.name)
        if column is None:
            return None, ""
        on = self.day(table, row, column)
        if on is None and row.fate != "held":
            row.fate = "held"
            self.problems.add(
                "DATE_MISSING", f"The row has no {column}.", advice=DATE_ADVICE, **table.where(row, column)
            )
        return on, on.isoformat() if on else ""

    def _record_cell(self, table: TableFile, row: SourceRow, column: str) -> str:
        if column in {"REVIEW", "DUC", "MIS_START", "MIS_END"}:
            on = self.day(table, row, column, hold=False)
            return on.isoformat() if on else row.cells[column]
        if column in CODE_LISTS:
            return self.code(table, row, column)
        return row.cells[column]

    # ------------------------------------------------------------ all

    def parse(self, tables: list[TableFile]) -> Parsed:
        """Every row of every table that is used; rows that cannot be used are marked held."""
        parsed = Parsed()
        cells = {row.cells.get("CHILD", "") for table in tables for row in table.rows}
        self._disposed = certificates_of({child for cell in cells if (child := rules.normalise_child_id(cell))})
        for table in tables:
            for row, found in self._rows(table):
                if isinstance(found, HeaderFacts):
                    parsed.headers.append(found)
                elif isinstance(found, EpisodeRow):
                    parsed.episodes.append(found)
                elif isinstance(found, RecordRow):
                    parsed.records.append(found)
                elif table.layout is EPISODES:
                    child = rules.normalise_child_id(row.cells.get("CHILD", ""))
                    if child:
                        parsed.held_episodes[child] = row
        parsed.mentioned = frozenset(filter(None, self._children.values()))
        return parsed

    def _rows(self, table: TableFile) -> Iterator[tuple[SourceRow, HeaderFacts | EpisodeRow | RecordRow | None]]:
        read: Callable[[TableFile, SourceRow], HeaderFacts | EpisodeRow | RecordRow | None]
        if table.layout is HEADER:
            read = self.header
        elif table.layout is EPISODES:
            read = self.episode
        elif table.layout in (REVIEWS, UASC, OC2, PREVIOUS_PERMANENCE, MISSING):
            read = self.record
        else:
            return
        for row in table.rows:
            self._refuse_spreadsheet_faults(table, row)
            yield row, None if row.fate == "held" else read(table, row)

    def _refuse_spreadsheet_faults(self, table: TableFile, row: SourceRow) -> None:
        """#N/A and the like, or a formula for a child: who and when hold the row, other cells are left out."""
        suspect = not EXCEL_ERRORS.isdisjoint(row.cells.values())
        if not suspect and row.cells.get("CHILD", "")[:1] not in {"=", "@", "+"}:
            return
        for column, cell in list(row.cells.items()):
            if not cell:
                continue
            try:
                refuse_excel_error(cell)
                if column in {"CHILD", "UPN"}:
                    refuse_formula(cell)
            except CellError as fault:
                holds = column in {"CHILD", "UPN", *table.layout.date_columns, "DOB", "DECOM", "DEC"}
                severity = Severity.ERROR if holds else Severity.WARNING
                where = table.where(row, column)
                self.problems.add(fault.code, fault.message, severity=severity, advice=fault.advice, **where)
                row.cells[column] = "" if not holds else cell
                row.fate = "held" if holds else row.fate


def school_age_reason(facts: HeaderFacts, on: date) -> bool:
    """UN1 says "not of school age"; it cannot be so for a child of compulsory school age (rule 209)."""
    return (
        facts.upn_unknown_reason == "UN1"
        and facts.dob is not None
        and time_rules.is_school_age(facts.dob, time_rules.academic_year_of(on))
    )
