"""Columns of a feed: headings matched by alias, cells parsed one by one, each failure with its place and advice."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from core.feeds.base import FeedRefused, Problem, Problems, Severity

if TYPE_CHECKING:
    from core.feeds.reading import RawTable


class CellError(Exception):
    """A cell cannot be used: code, what is wrong, what to do."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice


Parser = Callable[[str], Any]


def text(cell: str) -> str:
    return cell


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a layout. `aliases` are other headings it comes under; case, blanks and punctuation do not matter.

    A cell that `parse` refuses holds its row, unless `lenient`: then the cell is left out with a warning.
    `identifying` columns say who is meant: a fault of the spreadsheet there (#N/A, a formula) holds the row always.
    """

    name: str
    aliases: Sequence[str] = ()
    required: bool = False
    parse: Parser = text
    lenient: bool = False
    identifying: bool = False
    keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(normalise_heading(n) for n in (self.name, *self.aliases)))


def normalise_heading(heading: str) -> str:
    """`Date of Birth `, `DATE_OF_BIRTH` and `date-of-birth*` are one heading."""
    return re.sub(r"[^a-z0-9]", "", heading.lower()) or heading.strip()


def keys_of(columns: Sequence[Column]) -> frozenset[str]:
    """All headings, normalised, under which the columns of a layout come."""
    return frozenset(key for column in columns for key in column.keys)


@dataclass(frozen=True)
class HeadingMatch:
    """Which position holds which column; headings nobody asked for; required columns that are not there."""

    positions: Mapping[str, int]
    headings: Mapping[str, str]
    extra: tuple[str, ...]
    missing: tuple[Column, ...]
    twice: tuple[str, ...] = ()


def match_headings(headings: Sequence[str], columns: Sequence[Column]) -> HeadingMatch:
    by_key = {key: column.name for column in columns for key in column.keys}
    positions: dict[str, int] = {}
    names: dict[str, str] = {}
    extra: list[str] = []
    twice: list[str] = []
    for position, heading in enumerate(headings):
        if not heading:
            continue
        name = by_key.get(normalise_heading(heading))
        if name is None:
            extra.append(heading)
        elif name in positions:
            twice.append(heading)
        else:
            positions[name], names[name] = position, heading
    missing = tuple(c for c in columns if c.required and c.name not in positions)
    return HeadingMatch(positions, names, tuple(extra), missing, tuple(twice))


def headings_fit(columns: Sequence[Column]) -> Callable[[Sequence[str]], bool]:
    """For `read_table`: this row holds all required headings."""
    return lambda headings: not match_headings(headings, columns).missing


def require_headings(table: "RawTable", columns: Sequence[Column], problems: Problems) -> HeadingMatch:
    """Match, note extra columns, and refuse the file naming what is missing and the nearest heading present."""
    match = match_headings(table.headings, columns)
    if match.missing or match.twice:
        raise FeedRefused(*_heading_problems(table, match))
    for heading in match.extra:
        problems.note(
            "EXTRA_COLUMN",
            f"The column {heading} is not part of this layout and was ignored.",
            file=table.file,
            row=table.heading_row,
            column=heading,
        )
    return match


ADD_IT = "Add it and send the file again."


def _heading_problems(table: "RawTable", match: HeadingMatch) -> Iterator[Problem]:
    for number, column in enumerate(match.missing):
        near = difflib.get_close_matches(
            normalise_heading(column.name), [normalise_heading(h) for h in match.extra], n=1, cutoff=0.6
        )
        found = next((h for h in match.extra if near and normalise_heading(h) == near[0]), "")
        hint = f" Is it the one called “{found}”? Then rename that heading." if found else ""
        read = "" if number else f" Headings read: {', '.join(table.headings)[:300]}."
        yield Problem(
            code="MISSING_COLUMN",
            severity=Severity.ERROR,
            file=table.file,
            row=table.heading_row,
            column=column.name,
            message=f"The column {column.name} is missing.",
            advice=f"{ADD_IT}{hint}{read}",
        )
    for heading in match.twice:
        yield Problem(
            code="COLUMN_TWICE",
            severity=Severity.ERROR,
            file=table.file,
            row=table.heading_row,
            column=heading,
            message=f"Two columns mean the same; the second is headed {heading}.",
            advice="Remove one of them and send the file again.",
        )


@dataclass
class Row:
    """One data row: parsed values (None for a blank or an absent column), the text read, and whether it is held."""

    file: str
    number: int
    values: dict[str, Any]
    raw: dict[str, str]
    headings: Mapping[str, str]
    held: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def where(self, column: str = "") -> dict[str, Any]:
        """Keyword arguments of a Problem: this row, this column as the file heads it, the value read."""
        return {
            "file": self.file,
            "row": self.number,
            "column": self.headings.get(column, column),
            "value": self.raw.get(column, ""),
        }


def parse_rows(table: "RawTable", match: HeadingMatch, columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    """Every row, parsed. Distinct values are parsed once a column; failures are recorded at their row."""
    present = [c for c in columns if c.name in match.positions]
    texts = [table.frame[match.positions[c.name]].astype(object).to_numpy() for c in present]
    caches: list[dict[str, Any]] = [{} for _ in present]
    for offset, number in enumerate(table.frame.index):
        row = Row(table.file, int(number), {}, {}, match.headings)
        for column, cells, cache in zip(present, texts, caches, strict=True):
            cell = cells[offset]
            row.raw[column.name] = cell
            if cell == "":
                row.values[column.name] = None
                continue
            if cell not in cache:
                cache[cell] = _parse(column, cell)
            value = cache[cell]
            if isinstance(value, CellError):
                kept = column.lenient and not (column.identifying and value.code in SPREADSHEET_FAULTS)
                severity = Severity.WARNING if kept else Severity.ERROR
                problems.add(
                    value.code,
                    value.message,
                    severity=severity,
                    advice=value.advice,
                    **row.where(column.name),
                )
                row.values[column.name] = None
                row.held |= not kept
            else:
                row.values[column.name] = value
        if row.number in table.overflow:
            problems.add(
                "TOO_MANY_CELLS",
                "The row has more cells than there are headings.",
                file=table.file,
                row=row.number,
                advice="Usually a separator inside a text: put the text in double quotes.",
            )
            row.held = True
        yield row


def _parse(column: Column, cell: str) -> Any:
    try:
        refuse_excel_error(cell)
        if column.identifying:
            refuse_formula(cell)
        return column.parse(cell)
    except CellError as error:
        return error


EXCEL_ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA",
})  # fmt: skip
SPREADSHEET_FAULTS = frozenset({"EXCEL_ERROR", "FORMULA"})
_FORMULA = re.compile(r"=|[@+][A-Za-z(]")


def refuse_excel_error(cell: str) -> None:
    """Raises CellError EXCEL_ERROR for the text that Excel shows in place of a value it cannot find."""
    if cell[0] == "#" and cell.upper() in EXCEL_ERRORS:
        raise CellError(
            "EXCEL_ERROR",
            f"{cell} is an error of the spreadsheet, not a value.",
            "Mend the formula or the look-up in the spreadsheet, and save the file again.",
        )


def refuse_formula(cell: str) -> None:
    """Raises CellError FORMULA for a formula where a name or a number should stand."""
    if _FORMULA.match(cell):
        raise CellError(
            "FORMULA",
            "This is a formula, not a value.",
            "Copy the column and paste it as values in the spreadsheet, and save the file again.",
        )


DATE_ADVICE = "Write dates as dd/mm/yyyy or yyyy-mm-dd."
_DATE_FORMS = (
    (re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$"), (1, 2, 3)),
    (re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?$"), (3, 2, 1)),
)
_NAMED_MONTH = re.compile(r"^(\d{4}-[A-Za-z]{3}-\d{1,2}|\d{1,2}[ -][A-Za-z]{3}[ -]\d{4})(?: .*)?$")
_NO_DATE = {"nat", "nan", "null", "none", "n/a"}


def parse_date(cell: str) -> date | None:
    """ISO or dd/mm/yyyy (never month first), with or without a time, or an Excel serial number (1900 system).

    Raises CellError BAD_DATE. `NaT` and the like, left behind by other systems, are blanks.
    """
    if cell.lower() in _NO_DATE:
        return None
    for pattern, (year, month, day) in _DATE_FORMS:
        if found := pattern.match(cell):
            try:
                return _plausible(date(int(found[year]), int(found[month]), int(found[day])), cell)
            except ValueError:
                raise CellError("BAD_DATE", f"{cell} is not a date.", DATE_ADVICE) from None
    if found := _NAMED_MONTH.match(cell):
        for form in ("%Y-%b-%d", "%d-%b-%Y", "%d %b %Y"):
            try:
                return datetime.strptime(found[1], form).date()  # noqa: DTZ007 - a date has no zone
            except ValueError:
                continue
    if re.fullmatch(r"\d{5}(\.0+)?", cell):
        return date(1899, 12, 30) + timedelta(days=int(float(cell)))
    raise CellError("BAD_DATE", f"{cell} is not a date.", DATE_ADVICE)


def _plausible(value: date, cell: str) -> date:
    if not 1900 <= value.year <= 2100:
        raise CellError("BAD_DATE", f"{cell} is not a likely date.", DATE_ADVICE)
    return value


def parse_integer(cell: str) -> int:
    """`3,000`, `1.0` and `12` are whole numbers. Raises CellError BAD_NUMBER."""
    tidy = cell.replace(",", "")
    if re.fullmatch(r"-?\d+(\.0+)?", tidy):
        return int(float(tidy))
    raise CellError("BAD_NUMBER", f"{cell} is not a whole number.", "Write digits only.")


def parse_decimal(cell: str) -> Decimal:
    """Raises CellError BAD_NUMBER."""
    try:
        value = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        raise CellError("BAD_NUMBER", f"{cell} is not a number.", "Write digits with a point.") from None
    if not value.is_finite():
        raise CellError("BAD_NUMBER", f"{cell} is not a number.", "Write digits with a point.")
    return value


def parse_yes_no(cell: str) -> bool:
    """y/n, yes/no, true/false, 1/0. Raises CellError BAD_YES_NO."""
    low = cell.lower()
    if low in {"y", "yes", "true", "t", "1", "1.0"}:
        return True
    if low in {"n", "no", "false", "f", "0", "0.0"}:
        return False
    raise CellError("BAD_YES_NO", f"{cell} is neither yes nor no.", "Write y or n.")
