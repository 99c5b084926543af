"""Results from files. What reads them is imported when a file comes, not at start-up."""

from collections.abc import Collection, Sequence

import attainment.feeds.wording  # noqa: F401 - the codes in words
from core.feeds.base import Checked, FeedContext, FeedKind, SourceFile
from core.feeds.registry import register


class ResultsFeed(FeedKind):
    """KS2 and KS4 results, one a row, in our own layout (docs/feeds/results.md)."""

    kind = "results"
    title = "Results: Key Stage 2 and Key Stage 4"
    hint = "One row per result: child, year, stage, subject, qualification and grade."
    order = 60
    template_columns = (
        "child_id", "upn", "assessment_year", "stage", "subject", "qualification", "grade", "size",
        "level2_pass", "sat_on",
    )  # fmt: skip

    def layouts(self) -> Collection[Collection[str]]:
        from attainment.feeds.reading import COLUMNS
        from core.feeds.columns import keys_of

        return [keys_of(COLUMNS)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from attainment.feeds import results

        return results.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from attainment.feeds import results

        results.apply(checked, context)


register(ResultsFeed())
