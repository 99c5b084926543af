"""The schools register feed. What reads the files is imported when a file comes, not at start-up."""

from collections.abc import Collection, Sequence

import schools.feeds.wording  # noqa: F401 - the codes in words
from core.feeds.base import Checked, FeedContext, FeedKind, SourceFile
from core.feeds.registry import register


class GiasFeed(FeedKind):
    """GIAS: the register of schools, and the links of successors."""

    kind = "gias"
    title = "Schools register (GIAS)"
    hint = (
        "The register as downloaded from Get Information About Schools, or saved again as CSV or XLSX; also its "
        "links file, which tells what a closed school became."
    )
    order = 10
    suffixes = (".csv", ".txt", ".tsv", ".xlsx", ".zip")

    def layouts(self) -> Collection[Collection[str]]:
        from core.feeds.columns import keys_of
        from schools.feeds.gias_columns import LINKS, REGISTER

        return [keys_of(REGISTER), keys_of(LINKS)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from schools.feeds import gias

        return gias.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from schools.feeds import gias

        gias.apply(checked, context)


register(GiasFeed())
