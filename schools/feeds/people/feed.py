"""Check and apply a file of people, end to end."""

from collections import Counter
from collections.abc import Sequence

from core.feeds.base import Checked, Counts, FeedContext, Problems, SourceFile, refuse_unless_rows
from core.feeds.columns import Row, headings_fit, parse_rows, require_headings
from core.feeds.reading import read_table
from schools.feeds.people.absent import plan_absent
from schools.feeds.people.columns import COLUMNS
from schools.feeds.people.plan import PeoplePlan, PeoplePlanner, added_words
from schools.feeds.people.store import write


def check(files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Raises FeedRefused when a file lacks a required column or cannot be read."""
    problems = Problems()
    context.progress(0, 3, "Reading the file")
    rows: list[Row] = []
    for source in files:
        table = read_table(source, headings_fit(COLUMNS))
        match = require_headings(table, COLUMNS, problems)
        rows += parse_rows(table, match, COLUMNS, problems)
    refuse_unless_rows(len(rows), files)
    context.progress(1, 3, "Comparing with the accounts")
    planner = PeoplePlanner(rows, problems, today=context.today, actor=context.actor)
    people = planner.run()
    planner.difference.added_as = added_words(people)
    absent = plan_absent(people, rows, planner.difference, problems, context)
    return Checked(
        counts=_counts(rows, planner.fates),
        problems=problems,
        difference=planner.difference,
        payload=PeoplePlan(people, absent),
    )


def apply(checked: Checked, context: FeedContext) -> None:
    context.progress(2, 3, "Writing")
    write(checked.payload, actor=context.actor, today=context.today)
    context.progress(3, 3, "Done")


def _counts(rows: Sequence[Row], fates: dict[int, str]) -> Counts:
    found = Counter("held" if row.held else fates.get(id(row), "unchanged") for row in rows)
    return Counts(
        read=len(rows), applied=found["applied"], unchanged=found["unchanged"], held=found["held"],
        ignored=found["ignored"],
    )  # fmt: skip
