"""A file as columns of categories: each distinct text is looked at once, whatever the number of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from attendance.register.places import Bools, Ints
from core.feeds.base import Problems
from core.feeds.columns import CellError, Column, HeadingMatch
from core.feeds.reading import RawTable


@dataclass
class Sheet:
    """One file of a delivery. `offset` is the position of its first row among all rows of the delivery."""

    table: RawTable
    match: HeadingMatch
    columns: Sequence[Column]
    offset: int = 0

    def __post_init__(self) -> None:
        self._codes: dict[str, Ints] = {}
        self._texts: dict[str, list[str]] = {}
        self.numbers = self.table.frame.index.to_numpy()
        for name, position in self.match.positions.items():
            cells = self.table.frame[position].cat
            self._codes[name] = cells.codes.to_numpy().astype(np.int64)
            self._texts[name] = [str(text) for text in cells.categories]

    def __len__(self) -> int:
        return len(self.numbers)

    def has(self, name: str) -> bool:
        """Whether the file has the column."""
        return name in self._codes

    def codes(self, name: str) -> Ints:
        """For each row the position of its text in `texts(name)`."""
        return self._codes[name]

    def texts(self, name: str) -> list[str]:
        """The distinct texts of a column."""
        return self._texts[name]

    def text(self, name: str, row: int) -> str:
        """What one cell holds; "" where the file has no such column."""
        return self._texts[name][self._codes[name][row]] if name in self._codes else ""

    def look_up(self, name: str, values: Sequence[Any], dtype: Any = np.int64) -> Any:
        """An array with a value for each row, from one value for each distinct text."""
        return np.array(values, dtype)[self._codes[name]]

    def picked(self, name: str, rows: Ints) -> list[str]:
        """The texts of a column in some rows; "" where the file has no such column."""
        if name not in self._codes:
            return [""] * len(rows)
        texts = self._texts[name]
        return [texts[code] for code in self._codes[name][rows].tolist()]

    def filled(self, name: str) -> Bools:
        """Rows in which the column is not blank."""
        if name not in self._codes:
            return np.zeros(len(self), bool)
        result: Bools = self.look_up(name, [text != "" for text in self._texts[name]], bool)
        return result

    def where(self, row: int, column: str = "") -> dict[str, Any]:
        """Keyword arguments of a Problem: the row as Excel numbers it, the column as the file heads it."""
        return {
            "file": self.table.file,
            "row": int(self.numbers[row]),
            "column": self.match.headings.get(column, column),
            "value": self.text(column, row),
        }

    def groups(self, names: Iterable[str]) -> tuple[Ints, Ints]:
        """Rows that agree in all these columns: (group of each row, first row of each group)."""
        groups = np.zeros(len(self), np.int64)
        for name in names:
            if name in self._codes:
                groups = pd.factorize(groups * len(self._texts[name]) + self._codes[name])[0]
        groups = pd.factorize(groups)[0].astype(np.int64)
        firsts = np.zeros(int(groups.max(initial=-1)) + 1, np.int64)
        firsts[groups[::-1]] = np.arange(len(self))[::-1]
        return groups, firsts

    def parsed(self, name: str, problems: Problems) -> tuple[list[Any], Bools]:
        """The value of each distinct text (None for blank or refused), and the rows that are refused.

        A column that is lenient refuses no row. Every refused cell is a problem at its row.
        """
        column = next(c for c in self.columns if c.name == name)
        values: list[Any] = []
        errors: dict[int, CellError] = {}
        for number, text in enumerate(self._texts[name]):
            try:
                values.append(column.parse(text) if text else None)
            except CellError as error:
                errors[number] = error
                values.append(None)
        bad = np.zeros(len(self._texts[name]), bool)
        bad[list(errors)] = True
        refused: Bools = bad[self._codes[name]]
        for row in np.flatnonzero(refused).tolist():
            found = errors[int(self._codes[name][row])]
            tell = problems.warn if column.lenient else problems.add
            tell(found.code, str(found), advice=found.advice, **self.where(row, name))
        return values, refused & (not column.lenient)
