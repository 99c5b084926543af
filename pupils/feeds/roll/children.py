"""The children of a roll file: whom each row means, and what its rows together say of them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.disposal import certificates_of
from core.feeds.base import Problems
from core.feeds.columns import Row
from pupils import rules
from pupils.feeds.disposed import DISPOSED_ADVICE, disposed_message
from pupils.feeds.upns import ReadUpn, read_upn
from pupils.matching import PupilIndex

FACTS = ("uln", "surname", "forename", "known_as", "dob", "sex", "send", "responsible_la")
STAFF = {"adviser_email": "adviser", "social_worker_email": "social_worker", "iro_email": "iro"}
_ONCE = ("upn", "dob", "sex", "surname", "forename", "known_as", "uln", "send", "responsible_la", *STAFF)
"""Facts of the child, not of the place: all rows of a child must agree on them."""


@dataclass
class RollChild:
    """One child of the file: `pupil_id` None for one that the roll does not have yet."""

    child_id: str
    pupil_id: int | None
    rows: list[Row] = field(default_factory=list)

    def first(self, name: str) -> Row | None:
        """The first usable row that fills a column."""
        return next((row for row in self.rows if not row.held and row[name] not in (None, "")), None)

    def value(self, name: str) -> Any:
        row = self.first(name)
        return row[name] if row else None


def gather(rows: Sequence[Row], index: PupilIndex, problems: Problems, *, today: date) -> list[RollChild]:
    """The rows by child. Rows that mean nobody, or contradict one another, are held."""
    children: dict[int | str, RollChild] = {}
    disposed = certificates_of({row["child_id"] for row in rows if not row.held and row["child_id"]})
    for row in rows:
        if row.held:
            continue
        if row["child_id"] is None:
            _hold(
                row, problems, "child_id", code="CHILD_MISSING", message="The row names no child.",
                advice="Fill in child_id.",
            )  # fmt: skip
            continue
        if row["dob"] and row["dob"] > today:
            _hold(
                row, problems, "dob", code="DOB_IN_FUTURE", message="The date of birth lies in the future.",
                advice="Correct it.",
            )  # fmt: skip
            continue
        if certificate := disposed.get(row["child_id"]):
            _hold(
                row, problems, "child_id", code="CHILD_DISPOSED", message=disposed_message(certificate),
                advice=DISPOSED_ADVICE,
            )  # fmt: skip
            continue
        held, pupil_id = _pupil_of(row, index, problems)
        if not held:
            key: int | str = pupil_id if pupil_id is not None else row["child_id"]
            child_id = index.child_ids[pupil_id] if pupil_id is not None else row["child_id"]
            children.setdefault(key, RollChild(child_id, pupil_id)).rows.append(row)
    for child in children.values():
        _set_merged_aside(child, index, problems)
        _hold_contradiction(child, problems)
    usable = [child for child in children.values() if not all(row.held for row in child.rows)]
    _tell_new(usable, problems)
    return usable


def _hold(row: Row, problems: Problems, column: str, *, code: str, message: str, advice: str) -> None:
    row.held = True
    problems.add(code, message, advice=advice, **row.where(column))


def _pupil_of(row: Row, index: PupilIndex, problems: Problems) -> tuple[bool, int | None]:
    """(held, pupil) of a row; no pupil and not held means a child that is new to the roll."""
    match = index.match(
        child_id=row["child_id"], upn=row["upn"] or "", forename=row["forename"] or row["known_as"] or "",
        surname=row["surname"] or "", dob=row["dob"],
    )  # fmt: skip
    if match.pupil_id is None:
        if match.code == "UNKNOWN_CHILD" and not match.proposal:
            return False, None
        _hold(row, problems, "child_id", code=match.code, message=match.message, advice=match.advice)
    elif match.code == "CHILD_ID_NOT_OURS":
        problems.warn(match.code, match.message, advice=match.advice, **row.where("child_id"))
    return row.held, match.pupil_id


def _set_merged_aside(child: RollChild, index: PupilIndex, problems: Problems) -> None:
    """Where a file names a child under both ids that a merge made one, the rows of the id given up do not count.

    Alone they are the child's; beside the other record's they would only contradict it.
    """
    if all(row["child_id"] != child.child_id for row in child.rows):
        return
    for row in list(child.rows):
        if row["child_id"] != child.child_id and index.by_child_id.get(row["child_id"]) == child.pupil_id:
            _hold(
                row, problems, "child_id", code="MERGED_CHILD",
                message=f"{row['child_id']} and {child.child_id} are one child, and the file has rows of both; this "
                "row was not used.",
                advice=f"Give the child as {child.child_id} only.",
            )  # fmt: skip
            child.rows.remove(row)


def _hold_contradiction(child: RollChild, problems: Problems) -> None:
    """Rows of one child that disagree on the child (not on the place) hold the child; all rows are named."""
    for name in _ONCE:
        filled: dict[Any, list[Row]] = defaultdict(list)
        for row in child.rows:
            if row[name] not in (None, ""):
                filled[_comparable(name, row[name])].append(row)
        if len(filled) > 1:
            numbers = " and ".join(str(row.number) for row in child.rows)
            for row in child.rows:
                _hold(
                    row, problems, name, code="CHILD_CONTRADICTS",
                    message=f"The rows of child {child.child_id} ({numbers}) disagree on {name}; none was used.",
                    advice=f"Give one {name} in all rows of the child.",
                )  # fmt: skip
            return


def _comparable(name: str, value: Any) -> Any:
    if name == "upn":
        return rules.normalise_upn(value)
    return value.replace("\u2019", "'") if isinstance(value, str) else value


def _tell_new(children: Sequence[RollChild], problems: Problems) -> None:
    for child in children:
        row = next((row for row in child.rows if not row.held), None)
        if child.pupil_id is None and row is not None:
            problems.warn(
                "NOT_IN_903",
                f"Child {child.child_id} is new here: no SSDA903 return has named the child yet, so the child is not "
                "looked after in any figure.",
                advice="Load the return that names the child, or correct the child id.",
                **row.where("child_id"),
            )


def upn_of(child: RollChild, problems: Problems) -> ReadUpn:
    """The child's UPN cell, checked; a problem is told once, at the row that gives it."""
    row = child.first("upn")
    if row is None:
        return ReadUpn()
    read = read_upn(row["upn"])
    if read.code:
        problems.warn(read.code, read.message, advice=read.advice, **row.where("upn"))
    return read


def former_upns_of(child: RollChild, problems: Problems) -> list[str]:
    """All former UPNs that the child's rows list, split at semicolons, commas and blanks; each told of once."""
    found: dict[str, str | None] = {}
    for row in child.rows:
        for cell in re.split(r"[;,|\s]+", "" if row.held else row["former_upns"] or ""):
            if not cell or cell in found:
                continue
            read = read_upn(cell)
            found[cell] = read.upn
            if read.code in {"UPN_SHAPE", "UPN_CHECK_LETTER"}:
                problems.warn(f"FORMER_{read.code}", read.message, advice=read.advice, **row.where("former_upns"))
    return list(dict.fromkeys(filter(None, found.values())))
