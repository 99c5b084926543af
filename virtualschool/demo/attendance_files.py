"""Writes the marks as files: one row a day (Welfare Call), one row a mark (B2B), and strings of marks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

from core.rules import academic_year_label
from virtualschool.demo.attendance import CODES, INDEX, Grid, YearMarks, simulate
from virtualschool.demo.eras import DAY, Era
from virtualschool.demo.names import read_list
from virtualschool.demo.schooling import Place, Pupil
from virtualschool.demo.schools import HOME_LA, School
from virtualschool.demo.tables import uk_date, write_bytes, write_table

MOVE_TO_B2B = date(2009, 11, 2)  # the first schools send B2B files after half-term
WELFARE_CALL_STOPS = date(2009, 11, 13)  # for them, after two weeks of both
SILENT_SCHOOL = "Harrowmoor School"
SILENT_DAYS = 4
STRING_SCHOOLS = ("Springfield School", "Marden Park School", "Riverside Primary School", "Maplewood School")
BOTH_SCHOOLS = ("Oldbridge High School", "Penhallow Bay School")
CONFLICTS = 24  # marks in which the two sources differ, per thousand pupils

WELFARE_CALL = (
    "Child ID", "UPN", "Surname", "Forename", "DOB", "School", "LAESTAB", "Year", "Date", "AM", "AM Reason", "PM",
    "PM Reason", "Comments",
)  # fmt: skip
B2B = ("UPN", "LAESTAB", "Date", "Session", "Mark")
STRINGS = ("UPN", "LAESTAB", "start_date", "marks")
_BLANK, _SLASH, _BACK = 0, INDEX["/"], INDEX["\\"]
_N = INDEX["N"]


@dataclass(frozen=True)
class Segment:
    """A stretch of school days that one child spends at one school, as that school reports it."""

    number: int  # of the child in the grid
    pupil: Pupil
    school: School
    low: int
    high: int
    codes: Grid

    def cut(self, low: int, high: int) -> "Segment | None":
        """The part between two day numbers."""
        begin, end = max(self.low, low), min(self.high, high)
        if begin >= end:
            return None
        return replace(self, low=begin, high=end, codes=self.codes[begin - self.low : end - self.low])


def _on_dual_days(marks: YearMarks, place: Place, low: int, high: int) -> list[int]:
    """Monday, Wednesday and Friday are spent at the unit."""
    first, last = marks.span(place)
    return [d for d in range(max(low, first), min(high, last)) if marks.days[d].weekday() in (0, 2, 4)]


def _segments(marks: YearMarks, pupils: list[Pupil], until: int) -> Iterator[Segment]:
    """Every child's stretches at main schools and units; the main school marks days at the unit with D."""
    for i, pupil in enumerate(pupils):
        life = pupil.life
        for place in pupil.places:
            begins = max(place.from_on, life.episodes[0].decom)
            ends = min(place.to_on or life.end, life.end)
            low, high = marks.day_number(begins), min(until, marks.day_number(ends))
            if low >= high or not marks.grid[i, low:high].any():
                continue
            codes = marks.grid[i, low:high].copy()
            if place.kind == "main":
                for other in pupil.places:
                    if other.kind in ("dual", "alternative"):
                        away = [d - low for d in _on_dual_days(marks, other, low, high)]
                        _mark_away(codes, away, "D" if other.kind == "dual" else "B")
            elif place.kind == "dual":
                there = {d - low for d in _on_dual_days(marks, place, low, high)}
                rest = [d for d in range(high - low) if d not in there]
                codes[rest] = INDEX["D"]
                codes[(codes == INDEX["#"])] = INDEX["D"]
            else:
                continue
            yield Segment(i, pupil, place.school, low, high, codes)


def _mark_away(codes: Grid, days: list[int], code: str) -> None:
    for d in days:
        if codes[d, 0] not in (_BLANK, INDEX["#"]):
            codes[d] = INDEX[code]


# --- who reports what ---------------------------------------------------------------------------------


def _moved_to_b2b(school: School) -> bool:
    return school.la == HOME_LA and school.urn % 10 < 4


@dataclass(frozen=True)
class _Sources:
    """Which part of a stretch goes into which file."""

    era: Era
    marks: YearMarks
    current: bool

    def welfare_call(self, segment: Segment) -> Segment | None:
        if self.era.name == "plan":
            stops = self.marks.year == 2009 and _moved_to_b2b(segment.school) and segment.pupil.upn
            return segment.cut(0, self.marks.day_number(WELFARE_CALL_STOPS + DAY)) if stops else segment
        alone = segment.school.la != HOME_LA or not self._upn(segment)
        both = self.current and segment.school.name in BOTH_SCHOOLS
        return segment if alone or both else None

    def b2b(self, segment: Segment) -> Segment | None:
        if segment.school.la != HOME_LA or not self._upn(segment) or self.strings(segment):
            return None
        if self.era.name == "plan":
            moved = self.marks.year == 2009 and _moved_to_b2b(segment.school)
            return segment.cut(self.marks.day_number(MOVE_TO_B2B), len(self.marks.days)) if moved else None
        if self.current and segment.school.name == SILENT_SCHOOL:
            return segment.cut(0, self.marks.day_number(self.era.marks_until + DAY) - SILENT_DAYS)
        return segment

    def strings(self, segment: Segment) -> bool:
        return (
            self.era.name == "today"
            and self.current
            and segment.school.name in STRING_SCHOOLS
            and bool(self._upn(segment))
        )

    def _upn(self, segment: Segment) -> str:
        return segment.pupil.upn_on(self.last_day)

    @property
    def last_day(self) -> date:
        """The day on which the file of the year was written."""
        return min(self.marks.days[-1], self.era.marks_until)


# --- one row a day ------------------------------------------------------------------------------------


@cache
def _reasons() -> dict[str, list[str]]:
    return read_list("reasons.txt")


def _quoted(text: str) -> str:
    return f'"{text}"' if "," in text else text


def _reason(rng: Random, code: str) -> str:
    return rng.choice(_reasons()[code]) if code in _reasons() else ""


def _welfare_call_lines(segment: Segment, sources: _Sources, dates: list[str], rng: Random) -> list[str]:
    life, school = segment.pupil.life, segment.school
    year = life.year_group(sources.marks.year)
    upn = segment.pupil.upn_on(sources.last_day)
    prefix = (
        f"{life.child_id},{upn},{life.surname},{life.forename},{uk_date(life.dob)},{school.name},"
        f"{school.laestab},{'R' if year == 0 else year},"
    )
    lines = []
    usual = f",{CODES[_SLASH]},,{CODES[_BACK]},,\r\n"
    for d, (am, pm) in enumerate(segment.codes.tolist(), start=segment.low):
        if am == _SLASH and pm == _BACK:
            lines.append(prefix + dates[d] + usual)
        elif am or pm:
            morning, afternoon = CODES[am], CODES[pm]
            why = _quoted(_reason(rng, morning))
            why_pm = why if morning == afternoon else _quoted(_reason(rng, afternoon))
            comment = "Carer told 13:10" if am == _SLASH and afternoon == "I" else ""
            lines.append(f"{prefix}{dates[d]},{morning},{why},{afternoon},{why_pm},{comment}\r\n")
    return lines


def _disagree(segment: Segment, rng: Random, chance: float) -> Segment:
    """Change a few present marks to illness: what somebody heard on the telephone."""
    codes = segment.codes.copy()
    for d in range(len(codes)):
        if codes[d, 0] == _SLASH and rng.random() < chance:
            codes[d, rng.randrange(2)] = INDEX[rng.choice(("I", "I", "M", "O"))]
    return replace(segment, codes=codes)


def _spoil_overlap(segment: Segment, other: Segment | None, rng: Random, chance: float) -> Segment:
    """In the days that both sources report, a few marks differ."""
    overlap = segment.cut(other.low, other.high) if other else None
    if overlap is None or not chance:
        return segment
    codes = segment.codes.copy()
    spoiled = _disagree(overlap, rng, chance)
    codes[overlap.low - segment.low : overlap.high - segment.low] = spoiled.codes
    return replace(segment, codes=codes)


# --- one row a mark -----------------------------------------------------------------------------------


def _b2b_lines(segment: Segment, sources: _Sources, tails: list[tuple[str, str]]) -> list[str]:
    prefix = f"{segment.pupil.upn_on(sources.last_day)},{segment.school.laestab},"
    lines = []
    for (am_tail, pm_tail), (am, pm) in zip(tails[segment.low : segment.high], segment.codes.tolist(), strict=True):
        if am:
            lines.append(f"{prefix}{am_tail}{CODES[am]}\r\n")
        if pm:
            lines.append(f"{prefix}{pm_tail}{CODES[pm]}\r\n")
    return lines


def _late_reason_rows(segments: list[Segment], sources: _Sources, before: int) -> list[tuple[str, ...]]:
    """Reasons that schools found later for an N: the same key again, with the new mark and when it was changed."""
    rows: list[tuple[str, ...]] = []
    for segment in segments:
        rng = sources.era.rng("late reasons", sources.marks.year, segment.pupil.life.number)
        for d, pair in enumerate(segment.codes.tolist(), start=segment.low):
            if d >= before or _N not in pair or rng.random() > 0.6:
                continue
            code = rng.choice(("I", "I", "M", "O", "C"))
            day = sources.marks.days[d]
            changed = datetime.combine(day + timedelta(days=rng.randrange(1, 6)), time(15, rng.randrange(60)))
            for session, old in zip(("AM", "PM"), pair, strict=True):
                if old == _N:
                    upn = segment.pupil.upn_on(sources.last_day)
                    key = (upn, segment.school.laestab, day.isoformat(), session)
                    rows.append((*key, code, _reason(rng, code), changed.isoformat(sep=" ")))
    return rows


# --- strings of marks ---------------------------------------------------------------------------------

# what a one-character string can say instead of a code of two characters
_SHORTER = {"C1": "C", "C2": "C", "J1": "C", "Y1": "#", "Y2": "#", "Y4": "#", "Y7": "#"}


def _string_row(segment: Segment, sources: _Sources) -> tuple[str, ...]:
    """Two characters for each calendar day from a Monday to the last day known; weekends and holidays are #."""
    monday = sources.marks.days[0] - timedelta(days=sources.marks.days[0].weekday())
    length = (sources.last_day - monday).days + 1
    cells = ["##"] * length
    for d, day in enumerate(sources.marks.days):
        if day > sources.last_day:
            break
        if segment.low <= d < segment.high:
            cells[(day - monday).days] = "".join(
                _one_character(code) for code in segment.codes[d - segment.low].tolist()
            )
        else:
            cells[(day - monday).days] = "--"
    upn = segment.pupil.upn_on(sources.last_day)
    return (upn, segment.school.laestab, monday.isoformat(), "".join(cells))


def _one_character(number: int) -> str:
    code = CODES[number] or "-"
    return _SHORTER.get(code, code)


# --- files --------------------------------------------------------------------------------------------


def _write_lines(path: Path, headings: tuple[str, ...], lines: list[str], encoding: str) -> bool:
    if not lines:
        return False
    write_bytes(path, (",".join(headings) + "\r\n" + "".join(lines)).encode(encoding))
    return True


def write_attendance(folder: Path, era: Era, everyone: list[Pupil], known: set[int]) -> list[tuple[str, str]]:
    """All attendance files of one time. Returns (kind, name) of each, in the order of loading.

    `everyone` shapes the marks, `known` says whose are written (numbers of lives).
    """
    written: list[tuple[str, str]] = []
    for year in era.academic_years:
        marks = simulate(era, year, everyone)
        sources = _Sources(era, marks, year == era.academic_years[-1])
        until = marks.day_number(era.marks_until + DAY)
        segments = [s for s in _segments(marks, everyone, until) if s.pupil.life.number in known]
        written += _write_year(folder, sources, segments)
    return written


def _write_year(folder: Path, sources: _Sources, segments: list[Segment]) -> list[tuple[str, str]]:
    era, marks = sources.era, sources.marks
    label = academic_year_label(marks.year).replace("/", "-")
    uk_dates = [uk_date(day) for day in marks.days]
    iso = [day.isoformat() for day in marks.days]
    tails = [(f"{day},AM,", f"{day},PM,") for day in iso]
    per_mark = [(s, sources.b2b(s)) for s in segments]
    chance = _conflict_chance(sources, per_mark)
    daily: list[str] = []
    for segment, other in per_mark:
        part = sources.welfare_call(segment)
        if part:
            rng = era.rng("calls", marks.year, segment.pupil.life.number)
            part = _spoil_overlap(part, other, rng, chance)
            daily += _welfare_call_lines(part, sources, uk_dates, rng)
    sent = [part for _, part in per_mark if part]
    lines = [line for part in sent for line in _b2b_lines(part, sources, tails)]
    found: list[tuple[str, str]] = []
    name = f"welfare_call_{label}.csv"
    if _write_lines(folder / name, WELFARE_CALL, daily, "utf-8-sig"):
        found.append(("welfare-call", name))
    name = f"b2b_{label}.csv"
    if _write_lines(folder / name, B2B, lines, "utf-8"):
        found.append(("b2b", name))
    if sources.current and era.name == "today":
        found += _write_extras(folder, sources, segments, sent, label)
    return found


def _conflict_chance(sources: _Sources, per_mark: list[tuple[Segment, Segment | None]]) -> float:
    """The chance per day that makes about as many conflicts as wanted in the days that both sources report."""
    days = 0
    for segment, other in per_mark:
        part = sources.welfare_call(segment)
        both = part.cut(other.low, other.high) if part and other else None
        days += both.high - both.low if both else 0
    wanted = max(2, CONFLICTS * sources.era.pupils / 1000)
    return min(0.2, wanted / days) if days else 0.0


def _write_extras(
    folder: Path, sources: _Sources, segments: list[Segment], sent: list[Segment], label: str
) -> list[tuple[str, str]]:
    """The year in progress: schools that send strings, and reasons found later."""
    found: list[tuple[str, str]] = []
    writers: tuple[tuple[str, tuple[str, ...], Callable[[], list[tuple[str, ...]]]], ...] = (
        ("b2b_strings.csv", STRINGS, lambda: [_string_row(s, sources) for s in segments if sources.strings(s)]),
        (
            f"b2b_{label}_late_reasons.csv",
            (*B2B, "Reason", "Last Updated"),
            lambda: _late_reason_rows(sent, sources, sources.marks.day_number(sources.last_day - timedelta(days=9))),
        ),
    )
    for name, headings, make in writers:
        rows = make()
        if rows:
            write_table(folder / name, headings, rows)
            found.append(("b2b", name))
    return found
