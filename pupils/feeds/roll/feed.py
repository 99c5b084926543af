"""Check and apply a roll file, end to end."""

from collections import Counter
from collections.abc import Sequence

from core.feeds.base import Checked, Counts, FeedContext, Problems, SourceFile, refuse_unless_rows
from core.feeds.columns import Row, headings_fit, parse_rows, require_headings
from core.feeds.reading import read_table
from pupils.feeds.roll.children import gather
from pupils.feeds.roll.columns import COLUMNS
from pupils.feeds.roll.plan import RollPlanner
from pupils.feeds.roll.store import write
from pupils.matching import PupilIndex


def check(files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Raises FeedRefused when a file has no child_id column or cannot be read."""
    problems = Problems()
    context.progress(0, 3, "Reading the file")
    rows: list[Row] = []
    for source in files:
        table = read_table(source, headings_fit(COLUMNS))
        match = require_headings(table, COLUMNS, problems)
        rows += parse_rows(table, match, COLUMNS, problems)
    refuse_unless_rows(len(rows), files)
    context.progress(1, 3, "Comparing with the roll")
    index = PupilIndex.load()
    children = gather(rows, index, problems, today=context.today)
    planner = RollPlanner(children, rows, index, problems, today=context.today)
    plan, difference = planner.run()
    return Checked(counts=_counts(rows, planner.fates), problems=problems, difference=difference, payload=plan)


def apply(checked: Checked, context: FeedContext) -> None:
    context.progress(2, 3, "Writing")
    write(checked.payload, run_id=context.run_id, today=context.today, actor=context.actor)
    context.progress(3, 3, "Done")


def _counts(rows: Sequence[Row], fates: dict[int, str]) -> Counts:
    found = Counter("held" if row.held else fates.get(id(row), "unchanged") for row in rows)
    return Counts(
        read=len(rows), applied=found["applied"], unchanged=found["unchanged"], held=found["held"],
        ignored=found["ignored"],
    )  # fmt: skip
