"""Schools by age and distance, moves between them, and what the schools know: UPN, ULN, year group, SEND."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from core.rules import academic_year_of, academic_year_start
from virtualschool.demo.care import Life
from virtualschool.demo.eras import CLOSED_CASES_ON, DAY, Era
from virtualschool.demo.identifiers import UpnOffice, make_uln
from virtualschool.demo.schools import HOME_LA, School, Town, all_schools, school_by_urn

MOVE_SCHOOL_KM = 14


@dataclass(frozen=True)
class Place:
    """A place at a school from `from_on` up to but not including `to_on` (None while it runs)."""

    school: School
    kind: str
    from_on: date
    to_on: date | None

    def holds(self, on: date) -> bool:
        """True on days of the place."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


@dataclass
class Pupil:
    """What schools know of a child."""

    life: Life
    places: list[Place] = field(default_factory=list)
    upn: str = ""
    upn_from: date | None = None
    former_upns: tuple[tuple[str, date], ...] = ()  # (UPN, first day on which it was no longer used)
    unknown_reason: str = "UN1"
    uln: str = ""
    send: str = "N"

    def upn_on(self, on: date) -> str:
        """The UPN in use on a day, or blank."""
        for old, until in self.former_upns:
            if on < until and self.upn_from and self.upn_from <= on:
                return old
        return self.upn if self.upn_from and self.upn_from <= on else ""

    def main_place(self, on: date) -> Place | None:
        """The main school on a day."""
        return next((place for place in self.places if place.kind == "main" and place.holds(on)), None)


def _stage(nc_year: int) -> str:
    if nc_year < -1:
        return ""
    if nc_year <= 6:
        return "primary"
    return "secondary" if nc_year <= 11 else "post16" if nc_year <= 13 else ""


def _suits(school: School, stage: str, nc_year: int) -> bool:
    age = nc_year + 4
    if stage == "post16":
        return school.kind == "college" or (school.kind in ("secondary", "all-through") and school.sixth_form)
    if stage == "primary":
        fits = school.low <= age < school.high
        return (school.kind == "primary" and fits) or (school.kind == "all-through" and school.low <= age)
    return school.kind in ("secondary", "all-through")


def _distance(school: School, where: Town) -> float:
    return float(((school.town.easting - where.easting) ** 2 + (school.town.northing - where.northing) ** 2) ** 0.5)


@cache
def _nearest(where: Town, kind: str, nc_year: int, open_on: date, girl: bool) -> tuple[School, ...]:
    """The schools of a kind for a year group that are open on 1 September of a year, nearest first."""
    fitting = [
        school
        for school in all_schools()
        if school.open_at(open_on)
        and (girl or "Girls" not in school.name)
        and (school.kind == kind if kind in ("special", "pru") else _suits(school, kind, nc_year))
    ]
    return tuple(sorted(fitting, key=lambda school: (_distance(school, where), school.urn))[:5])


def choose_school(rng: Random, life: Life, where: Town, *, stage: str, nc_year: int, on: date) -> School:
    """One of the nearest schools that take the year group on that day, the nearer ones more often."""
    near = _nearest(where, stage, nc_year, on.replace(day=1), life.girl)
    weights = [1 / (1 + i + _distance(school, where) / 6000) for i, school in enumerate(near)]
    return rng.choices(near, weights)[0]


def _town_on(life: Life, on: date) -> Town:
    known = [episode for episode in life.episodes if episode.decom <= on]
    return (known[-1] if known else life.episodes[0]).town


class _Path:
    """Builds one child's school places year by year."""

    def __init__(self, life: Life, era: Era, send: str) -> None:
        self.life, self.era, self.send = life, era, send
        self.rng = era.rng("schooling", life.number)
        self.special = send in ("E", "S") and self.rng.random() < 0.38
        self.places: list[Place] = []
        self.open: tuple[School, date] | None = None
        self.stage = ""

    def _pick(self, stage: str, year: int, on: date) -> School:
        group = self.life.year_group(year)
        kind = "special" if self.special and 0 <= group <= 11 else stage
        return choose_school(self.rng, self.life, _town_on(self.life, on), stage=kind, nc_year=group, on=on)

    def close(self, on: date) -> None:
        """End the open place; a place that would have no day is dropped."""
        if self.open and on > self.open[1]:
            self.places.append(Place(self.open[0], "main", self.open[1], on))
        self.open = None

    def start(self, stage: str, year: int, on: date) -> None:
        """Begin a place; after a conversion the child goes on at the successor."""
        self.open = (self._pick(stage, year, on), on)

    def year(self, year: int, first: date, last: date) -> None:
        """One academic year, from the first to the last day on which the child can be at school in it."""
        stage = _stage(self.life.year_group(year))
        stays = self.special and self.open and self.open[0].kind == "special" and stage != ""
        if (stage != self.stage and not stays) or not self.open:
            self.close(first)
            self.stage = stage
            if self._goes(stage, year):
                begins = first if first == academic_year_start(year) else self._earlier(first, year)
                self.start(stage, year, begins)
        if self.open:
            self._follow_conversion(first)
            self._moves(stage, year, first, last)

    def _goes(self, stage: str, year: int) -> bool:
        group = self.life.year_group(year)
        if not stage:
            return False
        if group == -1:
            return self.rng.random() < 0.62
        if stage == "post16":
            return self.rng.random() < (0.72 if group == 12 else 0.6)
        return self.rng.random() > (0.16 if self.life.origin else 0.022)

    def _earlier(self, first: date, year: int) -> date:
        """A child who comes into care in mid-year has mostly been at the school since an earlier September."""
        if self.life.origin:
            return first + timedelta(days=self.rng.randrange(10, 45))
        if self.rng.random() < 0.2:
            return first + timedelta(days=self.rng.randrange(3, 20))
        group = self.life.year_group(year)
        entry = {"primary": 0, "secondary": 7, "post16": 12}[self.stage]
        entered = year - max(0, group - entry)
        return academic_year_start(self.rng.choice((entered, entered, entered, min(year, entered + 1))))

    def _follow_conversion(self, first: date) -> None:
        if self.open and self.open[0].close_on and self.open[0].close_on < first and self.open[0].successor:
            after = school_by_urn(self.open[0].successor)
            self.close(first)
            self.open = (after, first)

    def _moves(self, stage: str, year: int, first: date, last: date) -> None:
        """A placement far away changes the school, sometimes with days without one; so does a breakdown at school."""
        for episode in self.life.episodes[1:]:
            if not self.open or not first + 10 * DAY < episode.decom < last - 20 * DAY or episode.rne in ("L", "T"):
                continue
            far = _distance(self.open[0], episode.town) > MOVE_SCHOOL_KM * 1000
            if self.rng.random() < (0.62 if far else 0.05):
                gone = episode.decom + timedelta(days=self.rng.randrange(0, 12))
                back = gone + timedelta(days=self.rng.choice((0, 0, 2, 5, 9, 16, 30)))
                self.close(gone)
                if back < last:
                    self.start(stage, year, back)


def _send(rng: Random, era: Era, life: Life) -> str:
    """SEND of today: none, support, plan; of the plan's years: none, support (action), statement."""
    if life.route == "respite":
        return "S" if era.name == "plan" else "E"
    draw = rng.random()
    if era.name == "plan":
        return "N" if draw < 0.5 else "K" if draw < 0.74 else "S"
    return "N" if draw < 0.46 else "K" if draw < 0.7 else "E"


def _dual(path: _Path, era: Era) -> None:
    """A few older pupils are also registered at a PRU, or spend some weeks with an alternative provider."""
    rng = path.rng
    draw = rng.random()
    if draw > 0.07 or path.special:
        return
    for place in path.places:
        end = place.to_on or era.horizon
        group = path.life.year_group(academic_year_of(place.from_on) if place.from_on.year > 2005 else era.anchor.year)
        if place.school.kind not in ("secondary", "all-through") or group < 6 or (end - place.from_on).days < 120:
            continue
        latest = max(place.from_on, min(end, era.marks_until) - timedelta(days=260), era.first_day)
        begins = latest + timedelta(days=rng.randrange(10, 70))
        until = begins + timedelta(days=rng.randrange(60, 240))
        unit = choose_school(rng, path.life, place.school.town, stage="pru", nc_year=group, on=begins)
        if begins < end:
            kind = "dual" if draw < 0.05 else "alternative"
            path.places.append(Place(unit, kind, begins, min(until, end)))
            return


def _schooling(life: Life, era: Era, send: str) -> list[Place]:
    """All places of a child from the first known year to the end of care or of the horizon."""
    path = _Path(life, era, send)
    known_from = max(life.episodes[0].decom, era.first_day - timedelta(days=200))
    last = min(life.end, era.horizon)
    for year in range(academic_year_of(known_from), academic_year_of(last) + 1):
        first = max(known_from, academic_year_start(year))
        until = min(last, academic_year_start(year + 1) - DAY)
        if first < until:
            path.year(year, first, until)
    path.close(min(life.end, academic_year_start(academic_year_of(era.horizon) + 1)))
    _dual(path, era)
    return path.places


class Registry:
    """Gives every child of one time schools, UPN, ULN and SEND."""

    def __init__(self, era: Era) -> None:
        self.era = era
        self.upns = UpnOffice(after=0 if era.name == "plan" else 500)
        self.next_uln = era.rng("uln").randrange(1, 4) * 10**8 + (0 if era.name == "plan" else 5 * 10**8)

    def _uln(self) -> str:
        while True:
            self.next_uln += 7
            uln = make_uln(self.next_uln)
            if uln:
                return uln

    def pupil(self, life: Life) -> Pupil:
        """The school side of one child."""
        rng = self.era.rng("pupil", life.number)
        send = _send(rng, self.era, life)
        pupil = Pupil(life, _schooling(life, self.era, send), send=send)
        self._give_upn(pupil, rng)
        if pupil.upn and life.year_group(academic_year_of(min(self.era.anchor, life.end))) >= 9:
            pupil.uln = self._uln()
        return pupil

    def _give_upn(self, pupil: Pupil, rng: Random) -> None:
        """The first maintained school gives the UPN: at five at home, later to those who come from abroad."""
        life = pupil.life
        reception = academic_year_start(academic_year_of(life.dob) + 5)
        first_place = min((place.from_on for place in pupil.places), default=None)
        if life.origin:
            pupil.unknown_reason = rng.choice(("UN2", "UN3"))
            if first_place is None:
                return
            issued = first_place + timedelta(days=rng.randrange(20, 90))
        elif first_place is not None and first_place < reception:
            issued = first_place
        else:
            issued = reception
        # what became of the plan's children is written years later, so their later UPNs are known too
        if issued > (CLOSED_CASES_ON if self.era.name == "plan" else min(life.end, self.era.horizon)):
            return
        giver = min(
            (place.school for place in pupil.places if place.school.la == HOME_LA),
            key=lambda s: s.urn,
            default=None,
        )
        number = giver.estab if giver and (life.origin or issued != reception) else 2001 + rng.randrange(54)
        temporary = (bool(life.origin) and rng.random() < 0.2) or rng.random() < 0.004
        pupil.upn = self.upns.issue(HOME_LA, number, max(1999, issued.year), temporary=temporary)
        pupil.upn_from = issued
        if not temporary and rng.random() < 0.018:
            changed = self.era.first_day + timedelta(days=rng.randrange(100, 700))
            pupil.former_upns = (
                (
                    self.upns.issue(HOME_LA, number, max(1999, issued.year), temporary=rng.random() < 0.6),
                    changed,
                ),
            )
