"""What the codes of problems mean in words, and of whom a problem speaks; each app tells it of its own codes."""

from collections.abc import Iterable, Mapping

from core.feeds.base import Severity

_labels: dict[str, str] = {}
_internal: set[str] = set()
_quoting: set[str] = set()
_of_file: set[str] = set()


def register_codes(
    labels: Mapping[str, str],
    *,
    internal: Iterable[str] = (),
    quoting: Iterable[str] = (),
    of_file: Iterable[str] = (),
) -> None:
    """Called beside the code that makes the problems.

    `internal` codes speak of children whom the file does not name, so they never go back to its sender. The words of
    `quoting` codes may hold the id of another child: the sender gets the label in their place. `of_file` codes speak
    of the file as a whole.
    """
    _labels.update(labels)
    _internal.update(internal)
    _quoting.update(quoting)
    _of_file.update(of_file)


def label_of(code: str) -> str:
    """The code in words; a code that nobody explained is spelt out."""
    return _labels.get(code) or code.replace("_", " ").capitalize()


def has_label(code: str) -> bool:
    """Whether somebody put the code in words."""
    return code in _labels


def is_internal(code: str) -> bool:
    """Whether the problem speaks of children whom the file does not name."""
    return code in _internal


def internal_codes() -> list[str]:
    """All codes of which `is_internal` is true."""
    return sorted(_internal)


def is_quoting(code: str) -> bool:
    """Whether the problem's words may hold another child's id."""
    return code in _quoting


def is_for_sender(code: str, severity: str, row: int | None) -> bool:
    """Whether a problem may go back to who sent the file: one of its rows, or of the whole file.

    What is not known to be about the file stays inside, so that a code which somebody adds later cannot hand a
    child's id to a stranger by default.
    """
    if code in _internal:
        return False
    return row is not None or severity == Severity.ERROR or code in _of_file


def words_for_sender(code: str, message: str, advice: str) -> tuple[str, str]:
    """Message and advice without another child's id."""
    return (f"{label_of(code)}.", "Check the row at the source.") if code in _quoting else (message, advice)


register_codes(
    {
        "BAD_DATE": "Not a date",
        "BAD_NUMBER": "Not a number",
        "BAD_YES_NO": "Neither yes nor no",
        "BAD_ZIP": "The zip cannot be opened",
        "COLUMN_TWICE": "Two columns mean the same",
        "DISK_FULL": "No room to store the file",
        "EMPTY_FILE": "The file is empty",
        "EXCEL_ERROR": "An error of the spreadsheet in place of a value",
        "EXTRA_COLUMN": "A column that is not used",
        "FAULT": "Stopped by a fault",
        "FILE_GONE": "The stored file is gone",
        "FORMULA": "A formula in place of a value",
        "MALFORMED": "The file is damaged",
        "MISSING_COLUMN": "A column is missing",
        "NOT_A_TABLE": "The file is no table",
        "NOT_STORED": "The file could not be stored",
        "NOT_ALLOWED": "The actor may not do this",
        "NO_FILE": "There is no file",
        "NO_ROWS": "The file has no rows",
        "OTHER_KIND": "Another kind of file",
        "TOO_LONG": "The text is too long",
        "TOO_MANY_CELLS": "More cells than headings",
        "UNKNOWN_CODE": "A code that is on no list",
        "WORKBOOK_TOO_LARGE": "The workbook is too large",
        "ZIP_PASSWORD": "The zip has a password",
        "ZIP_TOO_LARGE": "The zip is too large",
    },
    of_file=["EXTRA_COLUMN"],
)
