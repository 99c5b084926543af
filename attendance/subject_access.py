"""What attendance holds of a child, in words. Registers are printed a month at a time (core.subject_access)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from attendance.models import EffectiveRegister, MarkConflict, MarkCorrection, MarkNote, Register, Source
from core.recipients import EVERYBODY
from core.roles import Permission
from core.rules import academic_year_label, academic_year_start
from core.subject_access import About, Piece, RecordPart, Words, leave_out, register
from core.wording import moment, short_date

P = Permission
PRESENT = {"/", "\\"}


def _session_words(academic_year: int, place: int) -> str:
    """ "2 Nov 2026, AM"."""
    from attendance.register.places import date_of, session_of

    return f"{short_date(date_of(academic_year, place))}, {session_of(place)}"


def _mark_words(symbol: str, on: date) -> str:
    """ "I (Illness)"; the code alone where it has no meaning."""
    from attendance.indicators.child import meaning_of

    if symbol.isspace() or not symbol:
        return "no mark"
    code, meaning = meaning_of(symbol, on)
    return f"{code} ({meaning})"


def _months(row: Register) -> Iterator[Piece]:
    """The marks of each month, a day after the other, with what the codes mean below."""
    from attendance.indicators.child import meaning_of
    from attendance.register.places import date_of

    months: dict[date, list[str]] = defaultdict(list)
    codes: dict[date, dict[str, str]] = defaultdict(dict)
    for place in range(0, len(row.marks) - 1, 2):
        pair = row.marks[place : place + 2]
        if not pair.strip():
            continue
        on = date_of(row.academic_year, place)
        found = [meaning_of(symbol, on) if symbol.strip() else ("no mark", "") for symbol in pair]
        month = on.replace(day=1)
        months[month].append(f"{on:%a} {on.day}: {found[0][0]} {found[1][0]}")
        codes[month] |= {code: meaning for code, meaning in found if meaning and code not in PRESENT}
    for month, days in months.items():
        yield Piece(
            on=month,
            key=f"{month:%Y-%m}",
            texts={
                "school": row.school.name if row.school else "",
                "source": Source(row.source).label,
                "marks": "; ".join(days),
                "codes": "; ".join(f"{code} is {meaning}" for code, meaning in sorted(codes[month].items())),
            },
        )


def _year_total(row: EffectiveRegister) -> str:
    """ "350 of 380 (92.1%)": sessions attended of those possible, all marks of the year taken together."""
    import numpy as np

    from attendance import rules
    from attendance.register.places import categories_of, grid_from_texts

    tally = np.bincount(categories_of(grid_from_texts([row.marks]), row.academic_year)[0], minlength=8)
    counts = rules.counts_from_categories([int(n) for n in tally])
    return f"{counts.attendance.text()}; absent with permission {counts.authorised}, without {counts.unauthorised}"


def _on(row: Any) -> date:
    from attendance.register.places import date_of

    return date_of(row.register.academic_year, row.place)


def _source_words(row: Any) -> str:
    return str(Source(row.register.source).label)


register(
    RecordPart(
        key="attendance-year",
        label="Attendance in a school year",
        model=EffectiveRegister,
        order=40,
        permission=P.SEE_PUPILS,
        to=EVERYBODY,
        on=lambda row: academic_year_start(row.academic_year),
        fields=(
            Words(name="academic_year", label="School year", words=lambda row: academic_year_label(row.academic_year)),
            Words(name="marks", label="Sessions attended", words=_year_total),
        ),
    ),
    RecordPart(
        key="register",
        label="Attendance register",
        model=Register,
        order=41,
        permission=P.SEE_PUPILS,
        related=("school",),
        on=lambda row: academic_year_start(row.academic_year),
        pieces=_months,
        fields=(
            Words(name="school", label="School", whereabouts=True),
            Words(name="source", label="Sent by"),
            Words(name="marks", label="Morning and afternoon"),
            Words(name="codes", label="What the codes mean"),
        ),
    ),
    RecordPart(
        key="mark-note",
        label="Said about a mark",
        model=MarkNote,
        path="register__pupil",
        order=42,
        permission=P.SEE_PUPILS,
        related=("register",),
        on=_on,
        fields=(
            Words(
                name="session",
                label="Session",
                words=lambda row: _session_words(row.register.academic_year, row.place),
            ),
            Words(name="source", label="Sent by", words=_source_words),
            Words(name="code_text", label="Code as it was read"),
            Words(name="reason", label="Reason", about=About.CHECK),
            Words(name="comment", label="Comment", about=About.CHECK),
            Words(name="minutes_late", label="Minutes late"),
        ),
    ),
    RecordPart(
        key="mark-correction",
        label="A mark was corrected",
        model=MarkCorrection,
        path="register__pupil",
        order=43,
        permission=P.SEE_PUPILS,
        related=("register",),
        on=_on,
        fields=(
            Words(
                name="session",
                label="Session",
                words=lambda row: _session_words(row.register.academic_year, row.place),
            ),
            Words(name="before", label="Before", words=lambda row: _mark_words(row.before, _on(row))),
            Words(name="before_text", label="Said before", about=About.CHECK),
            Words(name="after", label="After", words=lambda row: _mark_words(row.after, _on(row))),
            Words(name="at", label="Corrected", words=lambda row: moment(row.at)),
        ),
    ),
    RecordPart(
        key="mark-conflict",
        label="Two registers differed",
        model=MarkConflict,
        order=44,
        permission=P.SEE_PUPILS,
        related=("decided_by", "first", "second"),
        on=lambda row: row.on,
        fields=(
            Words(name="on", label="Session", words=lambda row: f"{short_date(row.on)}, {row.session}"),
            Words(name="first_mark", label="One register", words=lambda row: _mark_words(row.first_mark, row.on)),
            Words(name="second_mark", label="The other", words=lambda row: _mark_words(row.second_mark, row.on)),
            Words(name="state", label="State"),
            Words(name="decided_by", label="Decided by"),
            Words(name="decided_at", label="Decided"),
        ),
    ),
)
leave_out("attendance.Mark", "A view over the registers: the same marks, which the registers print.")
