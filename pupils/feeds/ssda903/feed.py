"""Check and apply an SSDA903 delivery, end to end."""

from collections import Counter
from collections.abc import Sequence

from core.feeds.base import Checked, Counts, FeedContext, Problems, SourceFile, refuse_unless_rows
from pupils.feeds.ssda903.compare import Comparison
from pupils.feeds.ssda903.delivery import TableFile, read_delivery
from pupils.feeds.ssda903.merge import merge, return_year
from pupils.feeds.ssda903.merged import read_as_survivors
from pupils.feeds.ssda903.rows import RowReader
from pupils.feeds.ssda903.store import write
from pupils.feeds.ssda903.tables import EPISODES
from pupils.matching import given_up_child_ids


def check(files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Read, check, merge and compare. Raises FeedRefused when the delivery as a whole cannot be used."""
    problems = Problems()
    context.progress(0, 4, "Reading the files")
    tables = read_delivery(files, problems)
    refuse_unless_rows(sum(len(t.rows) for t in tables), files)
    context.progress(1, 4, "Checking the rows")
    parsed = RowReader(problems, today=context.today).parse(tables)
    read_as_survivors(parsed, problems, given_up_child_ids())
    picture = merge(tables, parsed, problems, today=context.today)
    context.progress(2, 4, "Comparing with the roll")
    plan, difference = Comparison(picture, problems, today=context.today).run()
    difference.about = _years(tables)
    return Checked(counts=_counts(tables), problems=problems, difference=difference, payload=plan)


def apply(checked: Checked, context: FeedContext) -> None:
    context.progress(3, 4, "Writing")
    write(checked.payload, run_id=context.run_id)
    context.progress(4, 4, "Done")


def _years(tables: Sequence[TableFile]) -> str:
    """The years of the returns in words: "2005/06 to 2007/08" (a return's year ends on 31 March)."""
    years = sorted({return_year(table.latest) for table in tables if table.layout is EPISODES and table.latest})
    words = [f"{year - 1}/{year % 100:02}" for year in years]
    return " to ".join(dict.fromkeys([words[0], words[-1]])) if words else ""


def _counts(tables: Sequence[TableFile]) -> Counts:
    fates = Counter(row.fate for table in tables for row in table.rows if row.counted)
    return Counts(
        read=sum(fates.values()),
        applied=fates["applied"],
        unchanged=fates["unchanged"],
        held=fates["held"],
        ignored=fates["ignored"],
    )
