"""The feeds of the roll. What reads the files is imported when a file comes, not at start-up."""

from collections.abc import Sequence

from core.feeds.base import Checked, FeedContext, FeedKind, SourceFile
from core.feeds.registry import register


class Ssda903Feed(FeedKind):
    """SSDA903: the looked-after children and their episodes; a return replaces episodes from its first on."""

    kind = "ssda903"
    title = "SSDA903 return"
    hint = (
        "The looked-after children return: its CSV files (one by one, in a folder or a zip, one year or several), "
        "or the XML file."
    )
    order = 20
    suffixes = (".csv", ".txt", ".tsv", ".xlsx", ".xml", ".zip")

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from pupils.feeds.ssda903 import feed

        return feed.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from pupils.feeds.ssda903 import feed

        feed.apply(checked, context)


register(Ssda903Feed())
