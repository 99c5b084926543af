"""Who is in the county: exactly so many children on the roll, with the year groups that the plan's figures need."""

import heapq
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from pupils.rules.cohort import Basis, CohortStatus, continuously_looked_after, window_for
from virtualschool.demo.care import Life, build_episodes, new_life
from virtualschool.demo.eras import Era
from virtualschool.demo.names import child_name, not_these

# (assessment year, year group) -> how many of 1,000 are in the 12-month cohort of 30 September
QUOTAS = {(2008, 6): 46, (2009, 6): 45, (2008, 11): 104, (2009, 11): 111}
POOL_FACTOR = 2.3
LAST_END = date(2019, 7, 31)


def cohort_status(life: Life, assessment_year: int) -> CohortStatus:
    """In, out or review for the 12 months to 30 September, by the product's own rule."""
    return continuously_looked_after(life.episodes, as_at=Basis.OC2_30SEP.as_at(assessment_year)).status


def quota_key(life: Life, era: Era) -> tuple[int, int] | None:
    """The (assessment year, year group) in whose 12-month cohort the child counts, if it is one with a quota."""
    if era.name != "plan":
        return None
    for year, group in QUOTAS:
        if life.year_group(year - 1) == group and cohort_status(life, year) is CohortStatus.IN:
            return year, group
    return None


# --- quirks: what makes a person look ---------------------------------------------------------------


def _boundary(life: Life, low: date, high: date) -> int | None:
    """The number of an episode that begins in the middle of care, between two days."""
    for i, episode in enumerate(life.episodes[1:], start=1):
        if low < episode.decom < high and (episode.decom - life.episodes[i - 1].decom).days > 60:
            return i
    return None


def _x1_gap(life: Life, i: int, days: int) -> None:
    before = life.episodes[i - 1]
    life.episodes[i - 1] = replace(before, dec=life.episodes[i].decom - timedelta(days=days))


def _apply_quirk(life: Life, quirk: str, low: date, high: date) -> bool:
    """Spoil one history; False where the child has nothing to spoil."""
    i = _boundary(life, low, high)
    if i is None:
        return False
    if quirk == "X1_GAP_SHORT":
        _x1_gap(life, i, 1 + life.number % 6)
    elif quirk == "X1_GAP_LONG":
        _x1_gap(life, i, 12 + life.number % 25)
    elif quirk == "OVERLAP":
        _x1_gap(life, i, -(2 + life.number % 4))
        if life.episodes[i].dec and life.episodes[i].dec <= life.episodes[i - 1].dec:  # type: ignore[operator]
            return False
    elif quirk == "HISTORY_MISSING":
        life.episodes = life.episodes[i:]
    elif quirk == "X1_WITHOUT_SUCCESSOR":
        life.episodes = life.episodes[:i]
        life.end = life.episodes[-1].dec or life.end
    life.quirk = quirk
    return True


def _spoil(pool: list[Life], era: Era) -> list[Life]:
    """Choose and spoil a few histories. In the plan's years some of them are in the years of the figures."""
    scale = era.pupils / 1000
    groups = {6, 11} if era.name == "plan" else set(range(-1, 14))
    year = 2009 if era.name == "plan" else era.anchor.year
    window = window_for(Basis.OC2_30SEP, year)
    low, high = window.start_on + timedelta(days=20), min(window.as_at, era.anchor) - timedelta(days=50)
    wanted = [
        ("X1_WITHOUT_SUCCESSOR", 0, groups), ("HISTORY_MISSING", 3, groups), ("X1_GAP_LONG", 2, groups),
        ("X1_GAP_SHORT", 6, set(range(-5, 14))), ("OVERLAP", 3, set(range(-5, 14))),
        ("HISTORY_MISSING", 2, set(range(10))),
    ]  # fmt: skip
    chosen: list[Life] = []
    for quirk, per_thousand, years in wanted:
        count = max(1, round(per_thousand * scale))
        for life in pool:
            if count == 0:
                break
            if life.quirk or life.year_group(year - 1) not in years or life.end <= era.anchor:
                continue
            if cohort_status(life, year) is CohortStatus.IN and _apply_quirk(life, quirk, low, high):
                chosen.append(life)
                count -= 1
    return chosen


# --- choosing -----------------------------------------------------------------------------------------


def _pool(era: Era) -> list[Life]:
    """So many lives that more than twice the wanted number is on the roll at the anchor, in random order."""
    lives: list[Life] = []
    number = on_roll = 0
    while on_roll < era.pupils * POOL_FACTOR + 40:
        life = new_life(era, number)
        number += 1
        if life.end > era.first_day:
            build_episodes(life, era)
            lives.append(life)
            on_roll += life.in_care(era.anchor)
    return lives


def _choose(pool: list[Life], spoiled: list[Life], era: Era) -> list[Life]:
    """Exactly `pupils` on the roll at the anchor; quotas met; others in their share of the pool."""
    left = {key: round(count * era.pupils / 1000) for key, count in QUOTAS.items()}
    keys = {life.number: quota_key(life, era) for life in pool}
    chosen = list(spoiled)
    taken = {life.number for life in spoiled}
    for life in spoiled:
        key = keys[life.number]
        if key:
            left[key] -= 1
    for life in pool:
        key = keys[life.number]
        if key and left[key] > 0 and life.number not in taken:
            left[key] -= 1
            chosen.append(life)
            taken.add(life.number)
    on_pool = sum(life.in_care(era.anchor) for life in pool)
    room = era.pupils - sum(life.in_care(era.anchor) for life in chosen)
    rng = era.rng("choose")
    for life in pool:
        if life.number in taken or keys[life.number]:
            continue
        if life.in_care(era.anchor):
            if room > 0:
                chosen.append(life)
                room -= 1
        elif rng.random() < era.pupils / on_pool:
            chosen.append(life)
    return chosen


def _replacements(chosen: list[Life], era: Era, first_number: int) -> list[Life]:
    """From the anchor on a new child comes into care on each day on which one leaves, so the roll keeps its number."""
    ends = [
        (life.end, life.number) for life in chosen if era.anchor < life.end <= era.horizon and life.in_care(era.anchor)
    ]
    heapq.heapify(ends)
    fresh: list[Life] = []
    number = first_number
    while ends:
        day, _ = heapq.heappop(ends)
        life = new_life(era, number, start=day)
        build_episodes(life, era)
        fresh.append(life)
        if life.end <= era.horizon:
            heapq.heappush(ends, (life.end, life.number))
        number += 1
    return fresh


def _retire(life: Life, era: Era) -> None:
    """Children of the plan's years have all left care long ago: end the few whose time would reach into today."""
    if era.name != "plan" or life.end <= LAST_END or life.quirk == "X1_WITHOUT_SUCCESSOR":
        return
    rng = era.rng("retire", life.number)
    life.end = date(2010, 6, 1) + timedelta(days=rng.randrange(0, 2400))
    kept = [e for e in life.episodes if (life.end - e.decom).days > 8]
    age_at_end = (life.end - life.dob).days / 365.25
    rec = rng.choice(("E11", "E12")) if age_at_end < 6 else rng.choice(("E43", "E44", "E41", "E4A"))
    kept[-1] = replace(kept[-1], dec=life.end, rec=rec, reason="")
    life.episodes = kept


def population(era: Era) -> list[Life]:
    """Every child of one time, with identity numbers and names; in order of the day they came into care."""
    pool = _pool(era)
    for life in pool:
        _retire(life, era)
    spoiled = _spoil(pool, era)
    chosen = _choose(pool, spoiled, era)
    fresh = _replacements(chosen, era, 10**6)
    for life in fresh:
        _retire(life, era)
    lives = sorted(chosen, key=lambda life: (life.start, life.number)) + fresh
    ids = list(range(era.first_id, era.first_id + 9 * len(lives), 7))[: len(lives)]
    era.rng("ids").shuffle(ids)
    rng = era.rng("siblings")
    for life, child_id in zip(lives, ids, strict=True):
        life.child_id = f"{child_id:06d}"
        life.forename, life.surname, life.known_as = child_name(
            era.rng("name", life.number),
            ethnic=life.ethnic,
            girl=life.girl,
            era=era.name,
            origin=life.origin,
        )
    for older, younger in pairwise(lives):
        alike = older.ethnic == younger.ethnic and not older.origin and older.forename != younger.forename
        if alike and rng.random() < 0.3 and (younger.forename, older.surname) not in not_these():
            younger.surname = older.surname
    return lives
