"""The feeds of the roll. What reads the files is imported when a file comes, not at start-up."""

from collections.abc import Collection, Sequence

import pupils.feeds.wording  # noqa: F401 - the codes in words
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

    def layouts(self) -> Collection[Collection[str]]:
        from pupils.feeds.ssda903.tables import TABLES

        return [table.by_key.keys() for table in TABLES]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from pupils.feeds.ssda903 import feed

        return feed.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from pupils.feeds.ssda903 import feed

        feed.apply(checked, context)


class RollFeed(FeedKind):
    """The roll: names, schools, year groups and staff; one row per school place, filled cells only."""

    kind = "roll"
    title = "Roll"
    hint = (
        "What the SSDA903 lacks: names, UPNs, schools, year groups, SEND and who works with each child. "
        "One row per school place; only child_id is required."
    )
    order = 30
    template_columns = (
        "child_id", "upn", "former_upns", "uln", "surname", "forename", "known_as", "dob", "sex", "nc_year",
        "nc_year_in", "school_urn", "school_laestab", "place_from", "place_to", "place_kind", "send",
        "responsible_la", "adviser_email", "social_worker_email", "iro_email",
    )  # fmt: skip

    def layouts(self) -> Collection[Collection[str]]:
        from core.feeds.columns import keys_of
        from pupils.feeds.roll.columns import COLUMNS

        return [keys_of(COLUMNS)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from pupils.feeds.roll import feed

        return feed.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from pupils.feeds.roll import feed

        feed.apply(checked, context)


register(Ssda903Feed())
register(RollFeed())
