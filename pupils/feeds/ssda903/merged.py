"""Rows under a child id that a merge gave up are rows of the survivor.

The care system may go on sending both records for a while. Alone, the rows of the old id are the child's. Where the
same return names the survivor too, its header row counts, and of two rows of one day or kind the survivor's: else the
two records would contradict one another for ever, and nothing of the child would be used.
"""

from collections.abc import Mapping

from core.feeds.base import Problems
from pupils.feeds.ssda903.rows import EpisodeRow, HeaderFacts, Parsed, RecordRow

AnyRow = HeaderFacts | EpisodeRow | RecordRow


def read_as_survivors(parsed: Parsed, problems: Problems, given_up: Mapping[str, str]) -> None:
    """Rename the rows of ids that were given up (id -> the survivor's); set aside those that would contradict."""
    if not given_up:
        return
    own = {_place(row) for row in parsed.all_rows() if row.child not in given_up}
    for row in parsed.all_rows():
        survivor = given_up.get(row.child)
        if survivor is None:
            continue
        old, row.child = row.child, survivor
        if _place(row) in own:
            row.source.fate = "ignored"
            problems.warn(
                "MERGED_CHILD",
                f"{old} and {survivor} are one child, and the return has this row of both; this one was not used.",
                advice=f"Merge the two in the care system, or give the child as {survivor} only.",
                **row.table.where(row.source, "CHILD"),
            )
    parsed.headers = [row for row in parsed.headers if row.source.fate != "ignored"]
    parsed.episodes = [row for row in parsed.episodes if row.source.fate != "ignored"]
    parsed.records = [row for row in parsed.records if row.source.fate != "ignored"]
    held = {given_up.get(child, child): row for child, row in parsed.held_episodes.items()}
    parsed.held_episodes = held
    parsed.mentioned = frozenset(given_up.get(child, child) for child in parsed.mentioned)


def _place(row: AnyRow) -> tuple[object, ...]:
    """What one child has once in a file."""
    if isinstance(row, EpisodeRow):
        return id(row.table), row.child, row.decom
    return id(row.table), row.child, row.key if isinstance(row, RecordRow) else None
