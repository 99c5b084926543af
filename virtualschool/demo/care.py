"""Invented care histories: how a child comes into care, which orders and placements follow, and how it ends."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from core.rules import nc_year_for
from pupils.rules.cohort import looked_after_on
from virtualschool.demo.eras import DAY, Era, birthday
from virtualschool.demo.names import ETHNIC_WEIGHTS, UASC_ETHNIC, UASC_ORIGINS, weighted
from virtualschool.demo.schools import HOME_LA, TOWNS, Town

K3_BEGINS = date(2023, 10, 28)  # registered supported accommodation; H5 and P2 end here


@dataclass(frozen=True)
class Episode:
    """One SSDA903 episode; DECOM and DEC as the return has them. `town` is where the child lives."""

    decom: date
    rne: str
    ls: str
    cin: str
    place: str
    provider: str
    dec: date | None
    rec: str
    reason: str
    home_post: str
    pl_post: str
    urn: str
    town: Town


@dataclass
class Life:
    """One invented child and their time in care. `end` is the true last day, also when no file knows it yet."""

    number: int
    route: str
    girl: bool
    dob: date
    start: date
    end: date
    ethnic: str
    cin: str
    origin: str
    home: Town
    episodes: list[Episode] = field(default_factory=list)
    quirk: str = ""
    held_back: bool = False
    child_id: str = ""
    forename: str = ""
    surname: str = ""
    known_as: str = ""

    def in_care(self, on: date) -> bool:
        """Looked after on that day, as the episodes say."""
        return looked_after_on(self.episodes, on)

    def year_group(self, year: int) -> int:
        """National curriculum year in an academic year; a child who was held back was in Year 2 twice."""
        by_age = nc_year_for(self.dob, year)
        return by_age - 1 if self.held_back and by_age > 2 else by_age


_ENTRY_AGES = (("0", 19), ("1", 18), ("5", 18), ("10", 30), ("16", 8))
_AGE_BANDS = {"0": (0.0, 1.0), "1": (1.0, 5.0), "5": (5.0, 10.0), "10": (10.0, 16.0), "16": (16.0, 17.7)}
_ROUTES = (("general", 83), ("uasc", 8), ("respite", 2), ("remand", 5))
_TOWN_WEIGHTS = tuple((str(i), t.weight) for i, t in enumerate(TOWNS) if t.la == HOME_LA)
_OUT_TOWNS = tuple((str(i), t.weight) for i, t in enumerate(TOWNS) if t.la != HOME_LA)
_CIN = (("N1", 62), ("N2", 4), ("N3", 4), ("N4", 9), ("N5", 15), ("N6", 2), ("N8", 4))


def _town(rng: Random, weights: tuple[tuple[str, int], ...]) -> Town:
    return TOWNS[int(weighted(rng, weights))]


def _days(rng: Random, low: float, high: float) -> timedelta:
    return timedelta(days=int(rng.uniform(low, high)))


def _stay(rng: Random, route: str, age: float) -> float:
    """How long the care lasts, in years, if the 18th birthday does not end it sooner."""
    if route == "uasc":
        return 9.0 if rng.random() < 0.92 else rng.uniform(0.1, 2)
    if route == "remand":
        return rng.uniform(0.04, 0.35)
    if route == "respite":
        return rng.uniform(0.6, 6.0)
    kind = rng.random()
    if kind < 0.27:
        return rng.uniform(0.03, 0.45)
    if kind < 0.57:
        return rng.uniform(0.5, 2.4)
    if age < 4 and kind < 0.8:
        return rng.uniform(1.0, 2.6)
    return rng.uniform(3.0, 16.0)


def new_life(era: Era, number: int, start: date | None = None) -> Life:
    """Draw who comes into care and when; `start` fixes the day (for a child who takes a place that came free)."""
    rng = era.rng("life", number)
    if start is None:
        start = era.anchor - timedelta(days=rng.randrange(0, 17 * 365 + 4))
    route = weighted(rng, _ROUTES)
    if route == "uasc":
        age = rng.uniform(13.6, 17.75)
    elif route == "remand":
        age = rng.uniform(13.0, 17.6)
    elif route == "respite":
        age = rng.uniform(5.0, 15.0)
    else:
        low, high = _AGE_BANDS[weighted(rng, _ENTRY_AGES)]
        age = rng.uniform(low, high)
    dob = start - timedelta(days=int(age * 365.25) + 1)
    adult = birthday(dob, 18)
    end = min(start + timedelta(days=max(9, int(_stay(rng, route, age) * 365.25))), adult)
    end = max(end, start + DAY)
    origin = weighted(rng, UASC_ORIGINS[era.name]) if route == "uasc" else ""
    girl = rng.random() < {"uasc": 0.06, "remand": 0.12, "respite": 0.3}.get(route, 0.46)
    ethnic = UASC_ETHNIC[origin] if origin else weighted(rng, ETHNIC_WEIGHTS)
    cin = {"uasc": "N8", "respite": "N2", "remand": "N6"}.get(route) or weighted(rng, _CIN)
    home = _town(rng, _TOWN_WEIGHTS)
    return Life(number, route, girl, dob, start, end, ethnic, cin, origin, home, held_back=rng.random() < 0.004)


# --- legal status ---------------------------------------------------------------------------------


def _legal_path(rng: Random, life: Life) -> list[tuple[date, str]]:
    """(first day, legal status), the start first."""
    simple = {"uasc": "V2", "respite": "V4", "remand": "J1"}.get(life.route)
    if simple:
        return [(life.start, simple)]
    draw = rng.random()
    start = life.start
    # a short stay is mostly by agreement (section 20), a long one mostly under an order
    agreed = 0.62 if (life.end - start).days < 200 else 0.2
    if rng.random() < agreed:
        return [(start, "V2")]
    path: list[tuple[date, str]] = []
    at = start
    if draw < 0.4:
        path.append((at, "V2"))
        at += _days(rng, 30, 220)
    elif draw < 0.55:
        path.append((at, rng.choice(("L1", "L2"))))
        at += _days(rng, 8, 10)
    path.append((at, "C1"))
    at += _days(rng, 150, 330)
    path.append((at, "C2"))
    if (at - life.dob).days < 5 * 365 and rng.random() < 0.3:
        path.append((at + _days(rng, 8, 60), "E1"))
    return path


# --- placements -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Spell:
    start: date
    place: str
    provider: str
    town: Town
    urn: str
    post: str


_FOSTER = (("U6", 66), ("U3", 11), ("U4", 11), ("U1", 4))


def _place_kind(rng: Random, life: Life, at: date, ls: str) -> str:
    age = (at - life.dob).days / 365.25
    if ls == "E1" and rng.random() < 0.7:
        return rng.choice(("A5", "A6"))
    if life.route == "respite":
        return rng.choice(("R1", "U6", "K2"))
    if life.route == "remand" and rng.random() < 0.6:
        return rng.choice(("K1", "R5"))
    if age >= 16:
        independent = "K3" if at >= K3_BEGINS else rng.choice(("H5", "H5", "P2"))
        return weighted(rng, (("U6", 38), ("U4", 14), (independent, 30), ("K2", 12), ("Z1", 1), ("R2", 1)))
    if ls == "C2" and rng.random() < 0.06:
        return "P1"
    if age >= 9:
        return weighted(rng, (*_FOSTER, ("K2", 13), ("S1", 2), ("R1", 1)))
    return weighted(rng, (*_FOSTER, ("R3", 2)))


def _provider(rng: Random, place: str) -> str:
    if place in ("P1", "P2"):
        return "PR0" if place == "P1" else "PR4"
    if place[0] in "UA":
        return weighted(rng, (("PR1", 62), ("PR4", 32), ("PR5", 4), ("PR2", 2)))
    return weighted(rng, (("PR1", 30), ("PR4", 62), ("PR5", 6), ("PR3", 2)))


def postcode(rng: Random, where: Town) -> str:
    """A full postcode of a town, in letters that no real postcode begins with."""
    return f"{where.district} {rng.randrange(1, 10)}{rng.choice('ABDEFGHJLNP')}{rng.choice('QRSTUWXYZ')}"


def _spell(rng: Random, life: Life, at: date, ls: str) -> _Spell:
    place = _place_kind(rng, life, at, ls)
    provider = _provider(rng, place)
    away = 0.42 if place in ("K1", "K2", "R5", "S1", "R1", "A5", "A6") else 0.14
    if place == "P1":
        where = life.home
    elif rng.random() < away:
        where = _town(rng, _OUT_TOWNS)
    else:
        where = life.home if rng.random() < 0.35 else _town(rng, _TOWN_WEIGHTS)
    urn = f"SC99{rng.randrange(1000, 9999)}" if place[0] in "KRS" or provider == "PR4" else ""
    return _Spell(at, place, provider, where, urn, postcode(rng, where))


def _move_days(rng: Random, life: Life) -> list[date]:
    """Days on which the placement changes, in order."""
    rate = rng.choices((0.1, 0.5, 1.8), (0.62, 0.3, 0.08))[0]
    if life.route in ("respite", "remand"):
        rate = 0.1
    moves = []
    if rng.random() < 0.35:
        moves.append(life.start + _days(rng, 10, 95))
    at = life.start
    while True:
        at += timedelta(days=12 + int(rng.expovariate(rate) * 365.25))
        if at >= life.end:
            return sorted(moves)
        moves.append(at)


_REASONS = (
    ("CARPL", 48),
    ("CREQB", 12),
    ("CREQO", 10),
    ("CHILD", 8),
    ("LAREQ", 8),
    ("CLOSE", 3),
    ("ALLEG", 2),
    ("STAND", 2),
    ("OTHER", 7),
)


def _ending(rng: Random, life: Life, era: Era, last: Episode) -> str:
    """The REC code with which the care ends."""
    if life.end >= birthday(life.dob, 18):
        if life.origin and rng.random() < 0.06:
            return "E15"
        if last.place in ("U1", "U3", "U4", "U6") and era.name == "today" and rng.random() < 0.5:
            return "E17"
        return weighted(rng, (("E5", 58), ("E6", 14), ("E7", 8), ("E8", 20)))
    if life.route == "remand":
        return weighted(rng, (("E14", 60), ("E9", 40)))
    if life.route == "uasc":
        return weighted(rng, (("E15", 30), ("E8", 50), ("E3", 20)))
    if last.ls == "E1" or last.place in ("A5", "A6"):
        return weighted(rng, (("E11", 55), ("E12", 45)))
    if last.ls == "C2":
        sgo = ("E43", "E44") if era.name == "plan" else ("E45", "E46")
        return weighted(
            rng,
            (
                (sgo[0], 34),
                (sgo[1], 16),
                ("E41", 18),
                ("E4A", 22),
                ("E4B", 4),
                ("E3", 4),
                ("E2", 1),
                ("E16", 1),
            ),
        )
    return weighted(rng, (("E4A", 62), ("E4B", 22), ("E41", 6), ("E13", 5), ("E3", 3), ("E8", 2)))


def _boundaries(changes: list[date], life: Life) -> list[date]:
    """Days of change that lie at least eight days apart from one another and from the end."""
    kept = [life.start]
    for day in sorted(changes):
        if (day - kept[-1]).days >= 8 and (life.end - day).days >= 8:
            kept.append(day)
    return kept


def build_episodes(life: Life, era: Era) -> None:
    """Give a life its episodes: legal changes and moves cut the time in care, each piece is one episode."""
    rng = era.rng("episodes", life.number)
    legal = _legal_path(rng, life)
    moves = _move_days(rng, life)
    days = _boundaries([day for day, _ in legal[1:]] + moves, life)
    home_post = postcode(rng, life.home) if not life.origin else ""
    ls = legal[0][1]
    spell = _spell(rng, life, life.start, ls)
    episodes: list[Episode] = []
    for i, day in enumerate(days):
        rne = "S"
        if i:
            # a change that fell within eight days of another one happens together with it
            new_ls = [status for at, status in legal if at <= day + timedelta(days=7)][-1]
            moved = any(abs((move - day).days) < 8 for move in moves) or (new_ls == "E1" and ls != "E1")
            if not moved and new_ls == ls:
                continue
            rne = ("B" if new_ls != ls else "P") if moved else "L"
            ls = new_ls
            if moved:
                spell, rne = _moved(rng, life, spell, day=day, ls=ls, rne=rne)
        episodes.append(
            Episode(
                day,
                rne,
                ls,
                life.cin,
                spell.place,
                spell.provider,
                None,
                "",
                "",
                home_post,
                spell.post,
                spell.urn,
                spell.town,
            )
        )
    life.episodes = _closed(rng, life, era, episodes)


def _moved(rng: Random, life: Life, spell: _Spell, *, day: date, ls: str, rne: str) -> tuple[_Spell, str]:
    """The next placement; a foster placement made long-term with the same carer is a change of status only."""
    if rne == "P" and spell.place == "U6" and rng.random() < 0.12:
        return replace(spell, start=day, place="U4"), "T"
    return _spell(rng, life, day, ls), rne


def _closed(rng: Random, life: Life, era: Era, episodes: list[Episode]) -> list[Episode]:
    """Close each episode where the next begins (X1), and the last one with the reason why care ended."""
    closed = []
    for now, after in pairwise(episodes):
        reason = "" if after.rne == "L" else "PLACE" if after.rne == "T" else weighted(rng, _REASONS)
        closed.append(replace(now, dec=after.decom, rec="X1", reason=reason))
    last = episodes[-1]
    closed.append(replace(last, dec=life.end, rec=_ending(rng, life, era, last)))
    return closed
