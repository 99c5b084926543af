"""The schools of Westmarch and of the three authorities around it. The same for every seed: people.py names them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from virtualschool.demo.names import adult_name, read_list

HOME_LA = 990
LA_NAMES = {990: "Westmarch", 991: "Northvale", 992: "Eastmere", 993: "Calderhaven"}
FIRST_URN = 990001


@dataclass(frozen=True)
class Town:
    """A town; `district` is the outward half of its invented postcodes, metres on an invented grid."""

    name: str
    la: int
    district: str
    easting: int
    northing: int
    weight: int


# The letters WM, NV, EW and KH begin no real postcode.
TOWNS = (
    Town("Wexcombe", 990, "WM1", 361200, 262400, 22),
    Town("Harrowmoor", 990, "WM2", 368900, 270300, 14),
    Town("Brackenford", 990, "WM3", 352300, 268800, 13),
    Town("Saltmarket", 990, "WM4", 347700, 255200, 11),
    Town("Thornley Cross", 990, "WM5", 372500, 258100, 9),
    Town("Ashbourne Vale", 990, "WM6", 358800, 251000, 8),
    Town("Great Pellow", 990, "WM7", 365400, 279900, 7),
    Town("Kingsmere", 990, "WM8", 377200, 266700, 9),
    Town("Oldbridge", 990, "WM9", 343900, 263300, 6),
    Town("Stonecliff", 990, "WM10", 355100, 277600, 6),
    Town("Lower Marden", 990, "WM11", 370800, 249400, 5),
    Town("Penhallow Bay", 990, "WM12", 339500, 248700, 5),
    Town("Northvale", 991, "NV1", 371200, 301500, 7),
    Town("Stainmoor", 991, "NV4", 359900, 296200, 5),
    Town("Eastmere", 992, "EW1", 402300, 268300, 6),
    Town("Fenny Aldwick", 992, "EW6", 395800, 255900, 4),
    Town("Calderhaven", 993, "KH2", 364800, 221600, 8),
)
_TOWN = {town.name: town for town in TOWNS}


@dataclass(frozen=True)
class School:
    """One establishment of the register. `kind` is primary, secondary, all-through, special, pru or college."""

    urn: int
    la: int
    estab: int
    name: str
    kind: str
    type_name: str
    low: int
    high: int
    town: Town
    head: tuple[str, str, str]
    capacity: int
    slug: str
    open_on: date | None = None
    close_on: date | None = None
    successor: int | None = None
    why_closed: str = "Not applicable"
    proposed_to_close: bool = False

    @property
    def laestab(self) -> str:
        """LA and establishment number, seven digits."""
        return f"{self.la}{self.estab:04d}"

    @property
    def domain(self) -> str:
        """The school's own e-mail domain."""
        return f"{self.slug}.westmarch.example"

    @property
    def sixth_form(self) -> bool:
        """True where pupils of Year 12 and 13 can stay."""
        return self.high >= 18

    def open_at(self, on: date) -> bool:
        """True on the days between opening and closing (the day of closing included)."""
        return (self.open_on is None or self.open_on <= on) and (self.close_on is None or on <= self.close_on)


def town(name: str) -> Town:
    """The town of that name."""
    return _TOWN[name]


# name of the predecessor, name of the school after conversion, day of opening, same establishment number kept
CONVERSIONS = (
    ("Kingsmere School", "Kingsmere Academy", date(2011, 9, 1), True),
    ("Stonecliff High School", "Stonecliff Academy", date(2012, 4, 1), False),
    ("Castle Rise Community Primary School", "Castle Rise Primary School", date(2013, 9, 1), False),
    ("Bracken Hill County Primary School", "Fernhill Primary School", date(2014, 9, 1), False),
    ("Moorlands School", "Moorlands Technology College", date(2012, 9, 1), True),
    ("Canal Street Infant and Junior School", "Canal Street Primary School", date(2025, 9, 1), False),
    ("Great Pellow County High School", "Great Pellow School", date(2025, 9, 1), False),
)
ACADEMIES = {after for _, after, _, _ in CONVERSIONS}
# schools that did not exist in the plan's years
NEW_SCHOOLS = {
    "Captain Hale\u2019s Free School": date(2014, 9, 1),
    "Sandpiper Primary School": date(2016, 9, 1),
}


# kind -> first establishment number, lowest and highest age, places per form
KINDS = {
    "primary": (2000, 3, 11, 30),
    "secondary": (4000, 11, 16, 70),
    "all-through": (6900, 4, 18, 70),
    "special": (7000, 5, 16, 10),
    "pru": (1100, 5, 16, 5),
    "college": (8000, 16, 99, 70),
}


class _Builder:
    """Collects schools with running URNs; random choices come from a fixed stream, not from the user's seed."""

    def __init__(self) -> None:
        self.rng = Random("westmarch schools")  # noqa: S311 - invented data, not a secret
        self.rows: list[School] = []
        self.numbers: dict[tuple[int, str], int] = {}

    def add(self, name: str, kind: str, where: Town, type_name: str, **changes: object) -> School:
        first, low, high, size = KINDS[kind]
        self.numbers[where.la, kind] = self.numbers.get((where.la, kind), 0) + 1
        plain = name.replace("\u2019", "").lower()
        values: dict[str, object] = {
            "urn": FIRST_URN + len(self.rows),
            "la": where.la,
            "estab": first + self.numbers[where.la, kind],
            "name": name,
            "kind": kind,
            "type_name": type_name,
            "low": low,
            "high": high,
            "town": where,
            "head": adult_name(self.rng),
            "capacity": self.rng.randrange(6, 22) * size,
            "slug": "-".join(word for word in plain.split() if word not in ("the", "of", "school", "and")),
        }
        school = School(**(values | changes))  # type: ignore[arg-type]
        self.rows.append(school)
        return school


def _primary_type(builder: _Builder, name: str) -> str:
    if name in ACADEMIES:
        return "Academy converter"
    if name in NEW_SCHOOLS:
        return "Free schools"
    if "Catholic" in name:
        return "Voluntary aided school"
    if "Church of England" in name:
        return "Voluntary controlled school"
    return builder.rng.choice(("Community school",) * 3 + ("Foundation school",))


def _add_home(builder: _Builder, names: dict[str, list[str]]) -> None:
    home = [place for place in TOWNS if place.la == HOME_LA]
    spread = [place for place in home for _ in range(max(2, place.weight // 2))]
    for i, name in enumerate(names["primary"]):
        low, high = (4, 7) if "Infant School" in name else (7, 11) if "Junior School" in name else (3, 11)
        where = home[4] if name.startswith("Millbrook") else spread[(i * 7) % len(spread)]
        opened = NEW_SCHOOLS.get(name)
        builder.add(name, "primary", where, _primary_type(builder, name), low=low, high=high, open_on=opened)
    for i, name in enumerate(names["secondary"]):
        where = next((place for place in home if place.name in name), home[i % len(home)])
        high, opened = (18 if i % 3 == 0 else 16), NEW_SCHOOLS.get(name)
        builder.add(name, "secondary", where, _secondary_type(name), high=high, open_on=opened)
    for name, where in (("Westmarch All Through School", home[0]), ("Harbour Road School", home[11])):
        builder.add(name, "all-through", where, "Foundation school")
    for i, name in enumerate(names["special"]):
        builder.add(name, "special", home[(i * 2) % len(home)], "Community special school", high=19)
    for i, name in enumerate(names["pru"]):
        builder.add(name, "pru", home[i], "Pupil referral unit")
    for i, name in enumerate(names["college"]):
        builder.add(name, "college", home[i * 3], "Further education")


def _secondary_type(name: str) -> str:
    if name in ACADEMIES:
        return "Academy converter"
    if name in NEW_SCHOOLS:
        return "Free schools"
    return "Voluntary aided school" if "Catholic" in name or "Bishop" in name else "Community school"


def _add_outside(builder: _Builder, names: dict[str, list[str]]) -> None:
    for la in sorted(set(LA_NAMES) - {HOME_LA}):
        places = [place for place in TOWNS if place.la == la]
        for i, name in enumerate(names[f"{la} primary"]):
            builder.add(name, "primary", places[i % len(places)], "Community school")
        for i, name in enumerate(names[f"{la} secondary"]):
            builder.add(name, "secondary", places[i % len(places)], "Community school", high=18)
        for name in names[f"{la} special"]:
            builder.add(name, "special", places[0], "Community special school", high=19)


def _close(builder: _Builder, name: str, after: School | None, why: str, closed: date, **more: object) -> None:
    """Add a closed school, with the same ages and town as the one that follows it."""
    like = after or builder.rows[0]
    builder.add(
        name,
        like.kind,
        like.town,
        "Community school",
        low=like.low,
        high=like.high,
        close_on=closed,
        why_closed=why,
        successor=after.urn if after else None,
        **more,
    )


def _add_closed(builder: _Builder) -> None:
    by_name = {school.name: school for school in builder.rows}
    for before, after, opened, same_number in CONVERSIONS:
        now = replace(by_name[after], open_on=opened)
        builder.rows[now.urn - FIRST_URN] = now
        number = {"estab": now.estab} if same_number else {}
        _close(builder, before, now, "Academy Converter", opened - timedelta(days=1), **number)
    merged = by_name["Valley Road Primary School"]
    _close(builder, "St Bride\u2019s Primary School", merged, "Result of Amalgamation/Merger", date(2015, 8, 31))
    _close(builder, "Pitt Street Primary School", None, "Closure", date(2009, 8, 31))


@cache
def all_schools() -> tuple[School, ...]:
    """Every school, in order of URN (990001 and on)."""
    builder = _Builder()
    names = read_list("schools.txt")
    _add_home(builder, names)
    _add_outside(builder, names)
    _add_closed(builder)
    last = next(school for school in builder.rows if school.name == "Seaview Primary School")
    builder.rows[last.urn - FIRST_URN] = replace(last, proposed_to_close=True)
    return tuple(builder.rows)


@cache
def school_by_urn(urn: int) -> School:
    """The school of that URN."""
    return all_schools()[urn - FIRST_URN]
