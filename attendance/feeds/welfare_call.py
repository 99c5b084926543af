"""Welfare Call: one row a child and day with the marks of both sessions, as the calls found them (5.2)."""

import difflib

import numpy as np

from attendance import rules
from attendance.feeds.codes import CodeReader, Reading, parse_word_map
from attendance.feeds.layouts import DAILY_CALL, requiring
from attendance.feeds.marks import Delivery, MarkReader
from attendance.feeds.sheets import Sheet
from attendance.models import Source
from attendance.register.incoming import Marks, Note
from attendance.register.places import SESSIONS, Bools, Bytes, Ints
from core.feeds.base import FeedContext, FeedRefused, Problem, Problems, Severity, SourceFile
from core.feeds.columns import headings_fit, match_headings, require_headings
from core.feeds.reading import read_table

MARK_COLUMNS = ("am_code", "pm_code")
PRESENT = [ord(s) for s in ("/", "\\")]
SILENT = [ord(rules.BLANK), ord(rules.UNMARKED)]
LATE = [ord(s) for s in "LU"]
NO = frozenset({"", "n", "no", "false", "0"})
NOTHING = Note()
MAP_ADVICE = (
    "Choose on the delivery's page what the words mean; on the command line give --codes present=/,absent=N "
    "(the word, then the code of the attendance list)."
)


class WelfareCallReader(MarkReader):
    """Profile A."""

    source = Source.WELFARE_CALL.value

    def open_file(self, file: SourceFile, problems: Problems) -> Sheet:
        table = read_table(file, headings_fit(DAILY_CALL))
        present = match_headings(table.headings, DAILY_CALL).positions
        columns = DAILY_CALL if "child_ref" in present or "upn" in present else requiring(DAILY_CALL, "upn")
        return Sheet(table, require_headings(table, columns, problems), columns)

    def day_column(self, sheet: Sheet) -> str:
        return "date"

    def column_of(self, sheet: Sheet, session: int) -> str:
        return MARK_COLUMNS[session]

    def code_reader(self, context: FeedContext) -> CodeReader:
        return CodeReader(parse_word_map(context.options.get("codes", "")))

    def marks_of(self, sheet: Sheet, delivery: Delivery) -> Marks:
        part = delivery.rows_of(sheet)
        symbols, texts = [], []
        held = np.zeros(len(sheet), bool)
        for session, column in enumerate(MARK_COLUMNS):
            read = delivery.codes.read_all(sheet.texts(column))
            symbol: Bytes = sheet.look_up(column, [r[0] for r in read], np.uint8)
            symbol[np.isin(symbol, PRESENT)] = PRESENT[session]
            symbols.append(symbol)
            texts.append(sheet.look_up(column, [r[1] for r in read]))
            words: Bools = sheet.look_up(column, [r[2] is Reading.WORD for r in read], bool)
            for row in np.flatnonzero(words).tolist():
                _tell_word(sheet, row, column, delivery.problems)
            held |= words
        delivery.held[part] |= held
        _refuse_only_words(sheet, held, symbols, delivery.problems)
        rows = np.arange(part.start, part.stop)
        marks = Marks(
            np.tile(rows, 2),
            np.tile(delivery.pupil[part], 2),
            np.tile(delivery.school[part], 2),
            np.tile(delivery.day[part], 2),
            np.repeat(np.arange(2), len(sheet)),
            np.concatenate(symbols),
            np.concatenate(texts),
        )
        marks.notes = _Notes(sheet, delivery, symbols, texts).read()
        return marks

    def check_texts(self, delivery: Delivery, marks: Marks) -> None:
        """P and A for present and absent: P is a real code (sporting activity), A is none, so ask."""
        found = {chr(symbol) for symbol in np.unique(marks.symbol).tolist()}
        if found & {"/", "\\", "L"} or "P" not in found:
            return
        first = delivery.sheets[0]
        if "A" in delivery.codes.texts:
            raise FeedRefused.because(
                "WORDS_WITHOUT_MAP",
                "The file has P and A but no / or \\: P would be read as sporting activity, and A is no code.",
                file=first.table.file,
                value="P, A",
                advice="Choose on the delivery's page what they mean; on the command line give --codes P=/,A=N",
            )
        delivery.problems.warn(
            "P_WITHOUT_PRESENT",
            "The file has P (sporting activity) and not one / or \\.",
            file=first.table.file,
            value="P",
            advice="If P means present here, choose so on the delivery's page; on the command line give --codes P=/",
        )


def _tell_word(sheet: Sheet, row: int, column: str, problems: Problems) -> None:
    problems.add(
        "WORD_WITHOUT_MAP", "This is a word, not an attendance code.", advice=MAP_ADVICE, **sheet.where(row, column)
    )


def _refuse_only_words(sheet: Sheet, held: Bools, symbols: list[Bytes], problems: Problems) -> None:
    """A file that has words wherever it has a mark cannot be used without a map."""
    if not held.any() or any(np.any(~held & ~np.isin(symbol, SILENT)) for symbol in symbols):
        return
    words: dict[str, Problem] = {}
    for problem in problems.found:
        if problem.code == "WORD_WITHOUT_MAP" and problem.file == sheet.table.file:
            words.setdefault(problem.value.casefold(), problem)
    near = difflib.get_close_matches("present", list(words), n=1, cutoff=0.5)
    hint = f" ({near[0]}=/)" if near else ""
    first = next(iter(words.values()))
    raise FeedRefused(
        Problem(
            code="WORDS_WITHOUT_MAP",
            severity=Severity.ERROR,
            file=sheet.table.file,
            row=first.row,
            column=first.column,
            value=", ".join(p.value for p in words.values())[:200],
            message="The file has words in place of attendance codes, and no word map was given.",
            advice=MAP_ADVICE + hint,
        )
    )


class _Notes:
    """What came with the marks of a file: reasons, minutes, comments; only for the rows that have any."""

    def __init__(self, sheet: Sheet, delivery: Delivery, symbols: list[Bytes], texts: list[Ints]) -> None:
        self.sheet, self.symbols, self.texts = sheet, symbols, texts
        self.codes = list(delivery.codes.texts)
        names = ("am_minutes_late", "pm_minutes_late", "minutes_late")
        self.minutes = {name: sheet.parsed(name, delivery.problems)[0] for name in names if sheet.has(name)}

    def read(self) -> dict[int, Note]:
        """Notes by position among the file's marks (mornings first, then afternoons)."""
        sheet, spoken, notes = self.sheet, self._spoken_of(), {}
        late, size = self._late(spoken), len(sheet)
        for session in (0, 1):
            low = SESSIONS[session].lower()
            comments = (sheet.filled("comment") | sheet.filled("exclusion")) & (spoken == session)
            minutes = sheet.filled("minutes_late") & (late == session)
            own = sheet.filled(f"{low}_reason") | sheet.filled(f"{low}_minutes_late") | (self.texts[session] >= 0)
            rows = np.flatnonzero((comments | minutes | own) & (self.symbols[session] != ord(rules.BLANK)))
            columns = zip(
                rows.tolist(),
                self._codes(session, rows),
                sheet.picked(f"{low}_reason", rows),
                self._comments(rows, comments),
                self._minutes(f"{low}_minutes_late", rows, np.ones(len(rows), bool)),
                self._minutes("minutes_late", rows, late[rows] == session),
                strict=True,
            )
            for row, code, reason, comment, exact, general in columns:
                note = Note(code, reason[:300], comment[:500], general if exact is None else exact)
                if note != NOTHING:
                    notes[session * size + row] = note
        return notes

    def _codes(self, session: int, rows: Ints) -> list[str]:
        return [self.codes[text] if text >= 0 else "" for text in self.texts[session][rows].tolist()]

    def _comments(self, rows: Ints, wanted: Bools) -> list[str]:
        """The call's comment, and what the exclusion column says unless that is no."""
        said = zip(
            wanted[rows].tolist(), self.sheet.picked("comment", rows), self.sheet.picked("exclusion", rows), strict=True
        )
        return [
            "; ".join(filter(None, (comment, "" if exclusion.casefold() in NO else f"Exclusion: {exclusion}")))
            if here
            else ""
            for here, comment, exclusion in said
        ]

    def _minutes(self, name: str, rows: Ints, wanted: Bools) -> list[int | None]:
        if name not in self.minutes:
            return [None] * len(rows)
        values = self.minutes[name]
        codes = self.sheet.codes(name)[rows].tolist()
        return [values[code] if here else None for code, here in zip(codes, wanted.tolist(), strict=True)]

    def _late(self, spoken: Ints) -> Ints:
        """The session that minutes without a session are about: the first marked late, else the one spoken of."""
        am, pm = (np.isin(symbol, LATE) for symbol in self.symbols)
        return np.where(am, 0, np.where(pm, 1, spoken))

    def _spoken_of(self) -> Ints:
        """The session that a row's one comment is about: the first that is not simply present, else the first given."""
        am_told, pm_told = (~np.isin(symbol, [*PRESENT, *SILENT]) for symbol in self.symbols)
        am_given = self.symbols[0] != ord(rules.BLANK)
        return np.where(am_told, 0, np.where(pm_told, 1, np.where(am_given, 0, 1)))
