"""What a feed is made of. An app's feeds/ module subclasses `FeedKind` and registers one instance."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from core.roles import Permission


class Severity(StrEnum):
    """ERROR holds the row (or refuses the file), WARNING keeps the row and asks for a look, NOTICE only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


MAX_NAME = 255
PROBLEM_LENGTHS = {"code": 40, "file": MAX_NAME, "column": 100, "value": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, where it stands (row as Excel numbers it), what was read and what to do."""

    code: str
    severity: Severity
    message: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    advice: str = ""

    def __post_init__(self) -> None:
        """Cut to what the table of problems holds, so that page, CSV and command line say the same."""
        for name, length in PROBLEM_LENGTHS.items():
            text = getattr(self, name)
            if len(text) > length:
                object.__setattr__(self, name, text[-length:] if name == "file" else text[:length])

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.file,
            "row": self.row,
            "column": self.column or None,
            "value": self.value or None,
            "message": self.message,
            "advice": self.advice,
        }


class FeedRefused(Exception):
    """The file as a whole cannot be used; nothing has been written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = list(problems)

    @classmethod
    def because(cls, code: str, message: str, *, file: str = "", advice: str = "", value: str = "") -> "FeedRefused":
        return cls(
            Problem(
                code=code,
                severity=Severity.ERROR,
                message=message,
                file=file,
                advice=advice,
                value=value,
            )
        )


class Problems:
    """Collects problems while a file is checked."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        file: str = "",
        row: int | None = None,
        column: str = "",
        value: object = "",
        advice: str = "",
    ) -> None:
        self.found.append(
            Problem(
                code=code,
                severity=severity,
                message=message,
                file=file,
                row=row,
                column=column,
                value="" if value is None else str(value),
                advice=advice,
            )
        )

    def warn(self, code: str, message: str, **where: Any) -> None:
        self.add(code, message, severity=Severity.WARNING, **where)

    def note(self, code: str, message: str, **where: Any) -> None:
        self.add(code, message, severity=Severity.NOTICE, **where)

    def by_severity(self) -> dict[str, int]:
        return dict(Counter(p.severity.value for p in self.found))


@dataclass
class Counts:
    """Data rows over all files: read = applied + unchanged + held + ignored."""

    read: int = 0
    applied: int = 0
    unchanged: int = 0
    held: int = 0
    ignored: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    def check(self) -> None:
        """Every row is accounted for; a feed that loses one is a fault of ours."""
        total = self.applied + self.unchanged + self.held + self.ignored
        if self.read != total:
            raise AssertionError(f"{self.read} rows read but {total} accounted for")

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry that would change, for the preview. `subject` is an id that the reader knows, never a name."""

    subject: str
    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Something that applying does only where the confirming person ticks it.

    `option` is the name of a FeedOption asked on confirmation; problems of `codes` list whom or what it concerns.
    """

    option: str
    label: str
    hint: str
    codes: Sequence[str]


@dataclass
class Difference:
    """What applying would do to the tables, in numbers and entry by entry."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    left: int = 0
    summary: list[str] = field(default_factory=list)
    """Sentences for the confirmation page ("3 children on the roll are not in this file")."""
    added_as: str = ""
    """What the added entries are, for one row of a file may make several ("2 children and 3 episodes of care")."""
    about: str = ""
    """What time the files are about, in words, where their names and the day of receipt do not say it."""
    warnings: list[str] = field(default_factory=list)
    """Sentences to be read right before applying."""
    consents: list[Consent] = field(default_factory=list)
    entries: list[Change] = field(default_factory=list)
    """Every entry that is changed or taken out; of what is only added, the feed decides what is worth a line."""

    def tell(self, change: Change) -> None:
        self.entries.append(change)

    def as_dict(self) -> dict[str, Any]:
        """Numbers and sentences; the entries are kept in rows of their own."""
        return {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "left": self.left,
            "summary": self.summary,
            "added_as": self.added_as,
            "about": self.about,
            "warnings": self.warnings,
            "consents": [asdict(consent) for consent in self.consents],
        }


@dataclass(kw_only=True)
class Checked:
    """The result of checking all rows of all files against the tables. `payload` is the feed's own, for `apply`."""

    counts: Counts
    problems: Problems
    difference: Difference
    payload: Any = None

    @property
    def changes_anything(self) -> bool:
        return self.counts.applied > 0 or bool(
            self.difference.added or self.difference.changed or self.difference.removed
        )

    @property
    def is_to_decide(self) -> bool:
        """Whether somebody has to look at it: it changes something, or would if a box were ticked."""
        return self.changes_anything or bool(self.difference.consents)


@dataclass(frozen=True)
class SourceFile:
    """A file of the delivery: the name it came with, and where its bytes lie."""

    name: str
    path: Path

    def __post_init__(self) -> None:
        """A name that can be stored and shown: no NUL, no half characters of a foreign disk, of bearable length."""
        tidy = self.name.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        object.__setattr__(self, "name", tidy[-MAX_NAME:] or "file")

    def read_bytes(self) -> bytes:
        return self.path.read_bytes()

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()


def no_progress(done: int, total: int, text: str) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, kw_only=True)
class FeedContext:
    """What a check or an application may know beside the files."""

    today: date
    actor: Any = None
    run_id: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[int, int, str], None] = no_progress


@dataclass(frozen=True, kw_only=True)
class FeedOption:
    """A choice made on upload and by a flag of the command line (welfare-call: the word map).

    A `yes_no` option is a box to tick; one `on_confirm` is not asked on upload but right before applying.
    """

    name: str
    label: str
    hint: str
    asked_by: frozenset[str] = frozenset()
    """Codes of problems whose value is a word that this option gives a meaning, so that the page can ask for it."""
    choices: Callable[[], Sequence[tuple[str, str]]] = tuple
    """What a word may mean: (as the option writes it, in words)."""
    yes_no: bool = False
    on_confirm: bool = False


YES = "yes"
"""The value of a yes-no option that was ticked; one that was not has none."""
ACCOUNT_MADE = "account made"


class FeedKind(ABC):
    """A kind of file that the county gets."""

    kind: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str]
    order: ClassVar[int] = 100
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".txt", ".tsv", ".xlsx")
    template_columns: ClassVar[Sequence[str]] = ()
    """Headings of the downloadable template; empty where the layout is somebody else's."""
    options: ClassVar[Sequence[FeedOption]] = ()
    permission: ClassVar[Permission] = Permission.IMPORT_FEEDS
    about: ClassVar[str] = "children"
    """Who is in the files, for the warning beside what the sender must not get."""
    makes_accounts: ClassVar[bool] = False
    """New accounts are entries of its difference (`ACCOUNT_MADE`, the subject is the email address)."""

    def layouts(self) -> Collection[Collection[str]]:
        """The normalised headings of each table of this kind, to tell a file that was sent as another kind."""
        return ()

    @abstractmethod
    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        """Read and check every row and compare with the tables; writes nothing.

        Raises FeedRefused when the delivery as a whole cannot be used.
        """

    @abstractmethod
    def apply(self, checked: Checked, context: FeedContext) -> None:
        """Write what `check` found. Called inside the engine's one transaction, right after `check`."""


def refuse_unless_rows(total: int, files: Iterable[SourceFile]) -> None:
    """A delivery with headings only is refused: it is far more often a fault at the sender than a fact."""
    if not total:
        names = ", ".join(f.name for f in files)
        raise FeedRefused.because(
            "NO_ROWS",
            "The file has no rows.",
            file=names,
            advice="Check that the whole file was sent, and send it again.",
        )
