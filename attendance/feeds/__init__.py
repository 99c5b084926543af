"""The two feeds of marks. What reads the files is imported when a file comes, not at start-up."""

from collections.abc import Collection, Sequence

import attendance.feeds.wording  # noqa: F401 - the codes in words
from core.feeds.base import Checked, FeedContext, FeedKind, FeedOption, SourceFile
from core.feeds.registry import register


def code_choices() -> list[tuple[str, str]]:
    """The attendance codes that a word may mean, each once, the codes of one supplier left out."""
    from attendance.rules.codes import ATTENDANCE_CODES

    known = {c.code: c.meaning for c in ATTENDANCE_CODES if c.rolls_up_to is None and c.code != "\\"}
    return [(code, f"{code} {'Present' if code == '/' else meaning}") for code, meaning in known.items()]


CODES_OPTION = FeedOption(
    name="codes",
    label="Words used in place of codes",
    hint="Only when the file has words, or P and A for present and absent: present=/,absent=N",
    asked_by=frozenset({"WORD_WITHOUT_MAP", "WORDS_WITHOUT_MAP", "P_WITHOUT_PRESENT"}),
    choices=code_choices,
)


class WelfareCallFeed(FeedKind):
    """One row a child and day (docs/feeds/welfare-call.md)."""

    kind = "welfare-call"
    title = "Welfare Call: daily attendance"
    hint = "One row a child and day with the morning's and the afternoon's code, and what the call found."
    order = 40
    template_columns = (
        "Child ID", "UPN", "Surname", "Forename", "DOB", "School", "LAESTAB", "Year", "Date", "AM", "AM Reason",
        "PM", "PM Reason", "Comments",
    )  # fmt: skip
    options = (CODES_OPTION,)

    def layouts(self) -> Collection[Collection[str]]:
        from attendance.feeds.layouts import DAILY_CALL
        from core.feeds.columns import keys_of

        return [keys_of(DAILY_CALL)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from attendance.feeds.marks import check
        from attendance.feeds.welfare_call import WelfareCallReader

        return check(WelfareCallReader(), files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from attendance.feeds.marks import apply

        apply(checked, context)


class B2BFeed(FeedKind):
    """One row a session mark, or a string of marks (docs/feeds/b2b.md)."""

    kind = "b2b"
    title = "B2B: marks from school systems"
    hint = "One row a session mark, or one row a child with a string of marks from a Monday on."
    order = 50
    template_columns = ("UPN", "LAESTAB", "Date", "Session", "Mark", "Minutes Late", "Comment")

    def layouts(self) -> Collection[Collection[str]]:
        from attendance.feeds.layouts import MARK_STRING, REGISTER
        from core.feeds.columns import keys_of

        return [keys_of(REGISTER), keys_of(MARK_STRING)]

    def check(self, files: Sequence[SourceFile], context: FeedContext) -> Checked:
        from attendance.feeds.b2b import B2BReader
        from attendance.feeds.marks import check

        return check(B2BReader(), files, context)

    def apply(self, checked: Checked, context: FeedContext) -> None:
        from attendance.feeds.marks import apply

        apply(checked, context)


register(WelfareCallFeed())
register(B2BFeed())
