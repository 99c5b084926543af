"""How registers follow when two records of a child become one: marks are laid together, what counts is derived anew."""

from collections.abc import Iterator

from attendance import rules
from attendance.models import EffectiveRegister, MarkConflict, MarkNote, Register
from pupils.duplicates.handling import Change, Drop, Handling, Stays, Step, always_kept, register

MARK_STANDS = "the surviving record has a mark of the same source and school for the session"
SAYS_NOTHING = {rules.BLANK, rules.UNMARKED}
State = MarkConflict.State


def lay_together(stays: str, goes: str) -> str:
    """The marks of two registers of one source and school: those of the first, and where it has none the second's."""
    return "".join(b if a in SAYS_NOTHING and b != rules.BLANK else a for a, b in zip(stays, goes, strict=True))


def _unite(stays: Register, goes: Register) -> Iterator[Step]:
    marks = lay_together(stays.marks, goes.marks)
    covered = [place for place, mark in enumerate(stays.marks) if mark not in SAYS_NOTHING]
    for note in MarkNote.objects.filter(register=goes, place__in=covered):
        yield Drop(note, MARK_STANDS)
    if marks != stays.marks:
        yield Change(stays, {"marks": marks}, "blank sessions are filled with the other record's marks")


def _decided_one(kept: MarkConflict, other: MarkConflict) -> Stays:
    """What a person decided is kept; whether it still holds is seen when the marks are derived anew."""
    only_other = other.state == State.RESOLVED and kept.state != State.RESOLVED
    return Stays.OTHER if only_other else Stays.KEPT


def derive_anew(kept: int) -> None:
    """Which mark counts, for every year of the child."""
    from attendance.register.effective import derive

    for year in sorted(set(Register.objects.filter(pupil=kept).values_list("academic_year", flat=True))):
        derive([kept], year)


register(
    Handling(
        model=Register,
        stays=always_kept,
        why="the surviving record's marks stay; the other's fill the sessions where it has none",
        unite=_unite,
        after=derive_anew,
    ),
    Handling(model=MarkNote, stays=always_kept, why=MARK_STANDS),
    Handling(
        model=EffectiveRegister,
        stays=always_kept,
        why="which marks count is worked out anew from the registers",
    ),
    Handling(
        model=MarkConflict,
        stays=_decided_one,
        why="what a person decided stays",
        same_but=frozenset({"first", "second"}),
    ),
)
