"""The maker of invented names. Nobody here is real.

The words are in lists/names.txt. They are mixed at random, and combinations that belong to a person of
public note (its section not_these) are drawn again.
"""

from functools import cache
from pathlib import Path
from random import Random

LISTS = Path(__file__).parent / "lists"
Weighted = tuple[tuple[str, int], ...]

UASC_ORIGINS: dict[str, Weighted] = {
    "plan": (
        ("afghan", 46),
        ("eritrean", 12),
        ("iranian", 12),
        ("kurdish", 16),
        ("vietnamese", 8),
        ("albanian", 6),
    ),
    "today": (
        ("afghan", 26),
        ("eritrean", 16),
        ("sudanese", 20),
        ("iranian", 10),
        ("kurdish", 12),
        ("vietnamese", 10),
        ("albanian", 3),
        ("syrian", 3),
    ),
}
UASC_ETHNIC = {
    "afghan": "AOTH",
    "eritrean": "BAFR",
    "vietnamese": "AOTH",
    "kurdish": "OOTH",
    "iranian": "OOTH",
    "sudanese": "BAFR",
    "albanian": "WOTH",
    "syrian": "OOTH",
}
ETHNIC_WEIGHTS: Weighted = (
    ("WBRI", 735), ("WIRI", 8), ("WIRT", 8), ("WROM", 12), ("WOTH", 48), ("MWBC", 42), ("MWBA", 14),
    ("MWAS", 18), ("MOTH", 22), ("AIND", 6), ("APKN", 14), ("ABAN", 8), ("AOTH", 10), ("BCRB", 18), ("BAFR", 22),
    ("CHNE", 3), ("OOTH", 6), ("REFU", 3), ("NOBT", 3),
)  # fmt: skip


def read_list(name: str) -> dict[str, list[str]]:
    """A file of lists/: lines under [section] headings; blank lines and lines that begin with # are skipped."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (LISTS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.append(line)
    return sections


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return {section: tuple(" ".join(lines).split()) for section, lines in read_list("names.txt").items()}


@cache
def not_these() -> frozenset[tuple[str, str]]:
    """(forename, surname) that would make a reader think of somebody known."""
    pairs = (entry.split("_") for entry in _words()["not_these"])
    return frozenset((forename, surname) for forename, surname in pairs)


@cache
def _short_forms() -> dict[str, str]:
    return dict(entry.split("=") for entry in _words()["short_forms"])


def weighted(rng: Random, pairs: Weighted) -> str:
    """One word of (word, weight) pairs."""
    at = rng.random() * sum(weight for _, weight in pairs)
    for word, weight in pairs:
        at -= weight
        if at < 0:
            return word
    return pairs[-1][0]


def _pool(rng: Random, ethnic: str) -> tuple[str, str]:
    """Which lists the forename and the surname come from, for an SSDA903 ethnic code."""
    even = rng.random() < 0.5
    if ethnic == "AOTH":
        ethnic = "APKN" if even else "AIND"
    if ethnic == "WROM":
        ethnic = "WOTH" if even else "WBRI"
    return {
        "APKN": ("muslim_asian", "muslim_asian"),
        "ABAN": ("muslim_asian", "muslim_asian"),
        "AIND": ("indian", "indian"),
        "BAFR": ("african" if rng.random() < 0.7 else "british", "african"),
        "BCRB": ("british", "caribbean" if even else "british"),
        "MWBC": ("british", "caribbean" if even else "british"),
        "MWBA": ("british", "african" if even else "british"),
        "MWAS": ("british", "muslim_asian" if even else "british"),
        "MOTH": ("british", "european" if even else "british"),
        "WOTH": ("european", "european"),
        "CHNE": ("chinese", "chinese"),
        "OOTH": ("syrian", "syrian"),
    }.get(ethnic, ("british", "british"))


def child_name(rng: Random, *, ethnic: str, girl: bool, era: str, origin: str = "") -> tuple[str, str, str]:
    """(forename, surname, known as); `origin` is set for an unaccompanied child, `known as` is mostly blank."""
    sex = "girls" if girl else "boys"
    while True:
        first_pool, last_pool = (origin, origin) if origin else _pool(rng, ethnic)
        if first_pool == "british":
            forename = rng.choice(_words()[f"{sex}_{'1990s' if era == 'plan' else '2010s'}"])
        else:
            forename = rng.choice(_words()[f"{first_pool}_{sex}"])
        surname = rng.choice(_words()[f"{last_pool}_surnames"])
        if forename != surname and (forename, surname) not in not_these():
            break
    known_as = _short_forms().get(forename, "") if rng.random() < 0.5 else ""
    return forename, surname, known_as


def adult_name(rng: Random) -> tuple[str, str, str]:
    """(title, forename, surname) of an invented head teacher, designated teacher or officer."""
    woman = rng.random() < 0.66
    titles = ("Mrs", "Mrs", "Ms", "Ms", "Miss") if woman else ("Mr", "Mr", "Mr", "Mr", "Dr")
    title = rng.choice(titles)
    while True:
        first = rng.choice(_words()["adult_women" if woman else "adult_men"])
        others = rng.choice(("muslim_asian", "indian", "african"))
        surname = rng.choice(_words()[f"{'british' if rng.random() < 0.8 else others}_surnames"])
        if (first, surname) not in not_these():
            return title, first, surname
