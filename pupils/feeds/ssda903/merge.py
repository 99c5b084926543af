"""One picture of each child out of all rows of a delivery: years merged, contradictions inside a file held."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.feeds.base import Problems
from pupils import rules
from pupils.feeds.ssda903.delivery import TableFile, of_table
from pupils.feeds.ssda903.rows import EpisodeRow, HeaderFacts, Parsed, RecordRow
from pupils.feeds.ssda903.tables import EPISODES, HEADER, OC2, RECORD_TABLES
from pupils.feeds.upns import tell_kept

FACTS = {"dob": "DOB", "sex": "SEX", "ethnicity": "ETHNIC", "upn": "UPN", "upn_unknown_reason": "UPN"}
"""Attribute of HeaderFacts -> column of the header table."""


@dataclass
class Picture:
    """What the delivery as a whole says, later files over earlier ones.

    `sources[child][fact]` is the header row that gave a fact; `years` are the returns' years (2009 ends 31 March
    2009); `latest` is the latest date in the episodes.
    """

    facts: dict[str, HeaderFacts] = field(default_factory=dict)
    sources: dict[str, dict[str, HeaderFacts]] = field(default_factory=lambda: defaultdict(dict))
    episodes: dict[str, dict[date, EpisodeRow]] = field(default_factory=lambda: defaultdict(dict))
    records: dict[tuple[str, str, str], RecordRow] = field(default_factory=dict)
    held_episodes: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()
    latest: date | None = None
    has_header: bool = False

    @property
    def named(self) -> dict[str, None]:
        """Every child of the delivery, in order of appearance."""
        return dict.fromkeys([*self.facts, *self.episodes, *(key[0] for key in self.records)])


def set_lateness(tables: Sequence[TableFile], parsed: Parsed, *, today: date) -> None:
    """How late each file is: by its own dates, else by those of the file it came with (folder, year in its name)."""
    dates: dict[int, date] = {}
    for episode in parsed.episodes:
        for day in (episode.decom, episode.dec):
            if day and day <= today:
                dates[id(episode.table)] = max(day, dates.get(id(episode.table), day))
    for record in parsed.records:
        if record.on and record.on <= today:
            dates[id(record.table)] = max(record.on, dates.get(id(record.table), record.on))
    for table in tables:
        if table.layout.date_columns:
            table.latest = dates.get(id(table))
    dated = [t for t in tables if t.layout is EPISODES and t.latest] or [t for t in tables if t.latest]
    children = _children_by_table(parsed)
    for table in tables:
        if table.layout is not EPISODES and dated:
            partner = max(dated, key=lambda other: _kinship(table, other, children))
            table.latest = partner.latest


def _kinship(table: TableFile, other: TableFile, children: Mapping[int, frozenset[str]]) -> tuple[Any, ...]:
    """How likely two files are of one return: same file (XML), folder, year in the name, the same children."""
    own, theirs = children.get(id(table), frozenset()), children.get(id(other), frozenset())
    return (
        other.name == table.name,
        other.folder == table.folder,
        other.year_in_name == table.year_in_name,
        len(own & theirs),
        other.latest,
    )


def _children_by_table(parsed: Parsed) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in parsed.all_rows():
        found[id(row.table)].add(row.child)
    return {key: frozenset(children) for key, children in found.items()}


def return_year(latest: date) -> int:
    """A return of the year to 31 March 2009 is that of 2009."""
    return latest.year + ((latest.month, latest.day) > (3, 31))


def merge(tables: Sequence[TableFile], parsed: Parsed, problems: Problems, *, today: date) -> Picture:
    """All rows of all files into one picture. Rows that contradict one another in one file are held."""
    set_lateness(tables, parsed, today=today)
    _hold_contradicted_children(parsed, problems)
    headers, episodes, records = _by_table(parsed.headers), _by_table(parsed.episodes), _by_table(parsed.records)
    picture = Picture(held_episodes=frozenset(parsed.held_episodes), mentioned=parsed.mentioned)
    overtaken: Counter[str] = Counter()
    for table in of_table(tables, HEADER):
        picture.has_header = True
        _merge_headers(picture, headers[id(table)], problems, overtaken)
    for table in of_table(tables, EPISODES):
        _merge_episodes(picture, episodes[id(table)], problems, overtaken)
        picture.latest = max(filter(None, (picture.latest, table.latest)), default=None)
    for table in of_table(tables, *RECORD_TABLES):
        _merge_records(picture, table, records[id(table)], problems, overtaken)
    for name, count in overtaken.items():
        problems.note(
            "OVERTAKEN", f"{count} rows of this file are replaced by rows of a later file of the delivery.", file=name
        )
    return picture


def _by_table(rows: Iterable[HeaderFacts | EpisodeRow | RecordRow]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.source.fate != "held":
            found[id(row.table)].append(row)
    return found


def rows_named(rows: Iterable[HeaderFacts | EpisodeRow]) -> str:
    """ "header.csv row 12 and header.csv row 40": for a message that names both."""
    return " and ".join(f"{r.source.file} row {r.source.number}" for r in rows)


# ---------------------------------------------------------------- contradictions inside one file


def _groups(rows: Iterable[HeaderFacts]) -> Iterator[list[HeaderFacts]]:
    groups: dict[tuple[int, str], list[HeaderFacts]] = defaultdict(list)
    for row in rows:
        groups[id(row.table), row.child].append(row)
    return (group for group in groups.values() if len(group) > 1)


def _hold_contradicted_children(parsed: Parsed, problems: Problems) -> None:
    """One child id with different DOB or SEX on several header rows of a file: nothing of the child is used."""
    held: set[str] = set()
    for group in _groups(parsed.headers):
        births, sexes = {r.dob for r in group if r.dob}, {r.sex for r in group if r.sex}
        if len(births) < 2 and len(sexes) < 2:
            continue
        held.add(group[0].child)
        column = "DOB" if len(births) > 1 else "SEX"
        for facts in group:
            facts.source.fate = "held"
            problems.add(
                "CHILD_CONTRADICTS",
                f"Child {facts.child} has different {' and '.join(_contradicted(births, sexes))} in "
                f"{rows_named(group)}; no row of this child was used.",
                advice="Keep the right header row and send the return again.",
                **facts.table.where(facts.source, column),
            )
    if not held:
        return
    for row in parsed.all_rows():
        if row.child in held and row.source.fate != "held":
            row.source.fate = "held"
            if row.source.counted:
                problems.add(
                    "CHILD_HELD", f"Child {row.child}'s header rows contradict one another, so this row waits.",
                    advice="Keep the right header row and send the return again.",
                    **row.table.where(row.source, "CHILD"),
                )  # fmt: skip


def _contradicted(births: set[date], sexes: set[str]) -> list[str]:
    return [name for name, values in (("DOB", births), ("SEX", sexes)) if len(values) > 1]


# ---------------------------------------------------------------- header


def _merge_headers(
    picture: Picture, rows: Sequence[HeaderFacts], problems: Problems, overtaken: "Counter[str]"
) -> None:
    first_here: dict[str, HeaderFacts] = {}
    for row in rows:
        twin = first_here.get(row.child)
        if twin is not None:
            _second_header(picture, twin, row, problems)
            continue
        first_here[row.child] = row
        before = picture.facts.get(row.child)
        if before is not None:
            before.source.fate = "ignored"
            overtaken[before.source.file] += 1
            _tell_disagreement(before, row, problems)
        picture.facts[row.child] = _over(picture, before, row)


def _second_header(picture: Picture, twin: HeaderFacts, row: HeaderFacts, problems: Problems) -> None:
    """A second header row of a child in one file: the same, another UPN, or a fact more."""
    both = rows_named((twin, row))
    if all(getattr(twin, name) == getattr(row, name) for name in FACTS):
        row.source.fate = "ignored"
        problems.note(
            "DUPLICATE_ROW", f"The row repeats an earlier one ({both}) and was ignored.",
            **row.table.where(row.source, "CHILD"),
        )  # fmt: skip
    elif twin.upn and row.upn and twin.upn != row.upn:
        row.source.fate = "held"
        for facts, what in ((twin, "used"), (row, "not used")):
            problems.add(
                "CHILD_TWO_UPNS", f"Child {row.child} has two UPNs: {both}. This row was {what}.",
                advice="Find out from the school which UPN is right.", **facts.table.where(facts.source, "UPN"),
            )  # fmt: skip
    else:
        problems.warn(
            "HEADER_TWICE", f"Child {row.child} has two header rows ({both}); the later one was laid over the first.",
            advice="Send one header row per child.", **row.table.where(row.source, "CHILD"),
        )  # fmt: skip
        picture.facts[row.child] = _over(picture, picture.facts[row.child], row)
        twin.source.fate = "ignored"


def _over(picture: Picture, before: HeaderFacts | None, row: HeaderFacts) -> HeaderFacts:
    """A later row over an earlier one: a blank cell changes nothing, nor does a bad value where there is a good one."""
    merged = HeaderFacts(row.child, row.source, row.table)
    for name in FACTS:
        value = getattr(row, name)
        earlier = getattr(before, name) if before is not None else None
        if value is not None and not _is_worse(name, earlier, value):
            picture.sources[row.child][name] = row
        elif before is not None:
            value = earlier
        setattr(merged, name, value)
    return merged


def _is_worse(name: str, earlier: Any, value: Any) -> bool:
    return isinstance(earlier, str) and rules.is_worse(name, current=earlier, given=value)


def _tell_disagreement(before: HeaderFacts, row: HeaderFacts, problems: Problems) -> None:
    for name, column in FACTS.items():
        old, new = getattr(before, name), getattr(row, name)
        if _is_worse(name, old, new):
            tell_kept(problems, name, child=row.child, stored=old, given=new, where=row.table.where(row.source, column))
        elif old is not None and new is not None and old != new:
            problems.warn(
                "FACT_CHANGED",
                f"{column} of child {row.child} was {old} in {before.source.file} row {before.source.number} and is "
                f"{new} here; the later one was used.",
                advice="Check which is right.",
                **row.table.where(row.source, column),
            )


# ---------------------------------------------------------------- episodes


def _merge_episodes(
    picture: Picture, rows: Sequence[EpisodeRow], problems: Problems, overtaken: "Counter[str]"
) -> None:
    """A file replaces, for each child it lists, the episodes from its first DECOM on; earlier ones stay."""
    here: dict[str, dict[date, EpisodeRow]] = defaultdict(dict)
    for key, group in _same_start(rows).items():
        kept = group[0] if len(group) == 1 else _one_of(group, problems)
        if kept is None:
            picture.held_episodes |= {key[0]}
        else:
            here[key[0]][key[1]] = kept
    for child, episodes in here.items():
        first = min(episodes)
        earlier = picture.episodes[child]
        for decom in [d for d in earlier if d >= first]:
            gone = earlier.pop(decom)
            gone.source.fate = "ignored"
            overtaken[gone.source.file] += 1
        earlier.update(episodes)


def _same_start(rows: Sequence[EpisodeRow]) -> dict[tuple[str, date], list[EpisodeRow]]:
    groups: dict[tuple[str, date], list[EpisodeRow]] = defaultdict(list)
    for row in rows:
        groups[row.child, row.decom].append(row)
    return groups


def _one_of(group: Sequence[EpisodeRow], problems: Problems) -> EpisodeRow | None:
    """Rows of one child that start on one day: the first if all are the same, else all are held."""
    named = rows_named(group)
    if all(row.values == group[0].values for row in group):
        for row in group[1:]:
            row.source.fate = "ignored"
            problems.note(
                "DUPLICATE_ROW", f"The row repeats an earlier one ({named}) and was ignored.",
                **row.table.where(row.source, "DECOM"),
            )  # fmt: skip
        return group[0]
    for row in group:
        row.source.fate = "held"
        problems.add(
            "EPISODE_TWICE",
            f"Two different episodes of child {row.child} begin on the same day: {named}. None of them was used.",
            advice="Keep the right one and send the return again.",
            **row.table.where(row.source, "DECOM"),
        )
    return None


# ---------------------------------------------------------------- other tables


def _merge_records(
    picture: Picture, table: TableFile, rows: Sequence[RecordRow], problems: Problems, overtaken: "Counter[str]"
) -> None:
    """Rows by child, table and key. Several of one key in one file are all kept, numbered in a steady order."""
    if table.layout is OC2 and table.latest:
        year = return_year(table.latest)
        for row in rows:
            row.key, row.on = str(year), date(year, 3, 31)
    groups: dict[tuple[str, str], list[RecordRow]] = defaultdict(list)
    for row in rows:
        groups[row.child, row.key].append(row)
    for (child, key), group in groups.items():
        group.sort(key=lambda r: sorted(r.data.items()))
        for number, row in enumerate(group, start=1):
            row.key = key if number == 1 else f"{key}#{number}"
            before = picture.records.get((child, table.layout.name, row.key))
            if before is not None:
                before.source.fate = "ignored"
                overtaken[before.source.file] += before.source.counted
            picture.records[child, table.layout.name, row.key] = row
            if number > 1:
                problems.note(
                    "SAME_DAY_TWICE", f"Child {child} has {len(group)} rows of this kind and date; all were kept.",
                    **row.table.where(row.source, "CHILD"),
                )  # fmt: skip
