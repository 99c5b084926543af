"""The schools register and the file of people. What reads the files is imported when a file comes, not at start-up."""

from collections.abc import Collection, Sequence

import schools.feeds.wording  # noqa: F401 - the codes in words
from core.feeds.base import Checked, FeedContext, FeedKind, FeedOption, SourceFile
from core.feeds.registry import register
from core.roles import Permission


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


class PeopleFeed(FeedKind):
    """Who works with the children: accounts, their roles and last days, and designated teachers' posts."""

    kind = "people"
    title = "People who sign in"
    hint = (
        "One row for each person, and for each school of a designated teacher: email, name, role, school URN, team, "
        "from and to (the last day). A person who is not there yet gets an account, and an invitation when you say so."
    )
    order = 90
    permission = Permission.MANAGE_ACCOUNTS
    about = "people"
    makes_accounts = True
    template_columns = ("email", "name", "role", "school_urn", "team", "from", "to")
    options = (
        FeedOption(
            name="everybody",
            label="The file names everybody",
            hint="If you tick this, people who have one of the roles in the file and are not in it are listed, so that "
            "you can close their accounts.",
            yes_no=True,
        ),
        FeedOption(
            name="close_absent",
            label="What is not in the file was closed",
            hint="Close the accounts and end the posts that a file of everybody does not name.",
            yes_no=True,
            on_confirm=True,
        ),
    )

    def layouts(self) -> Collection[Collection[str]]:
        from core.feeds.columns import keys_of
        from schools.feeds.people.columns import COLUMNS

        return [keys_of(COLUMNS)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from schools.feeds.people import feed

        return feed.check(files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from schools.feeds.people import feed

        feed.apply(checked, context)


register(GiasFeed())
register(PeopleFeed())
