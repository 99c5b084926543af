"""A file sent as the wrong kind: which registered kind its headings are."""

from collections.abc import Collection, Sequence

from core.feeds.base import FeedKind, FeedRefused, Problem, Severity, SourceFile
from core.feeds.columns import normalise_heading
from core.feeds.registry import all_kinds

OF_HEADINGS = frozenset({"MISSING_COLUMN", "NOT_REGISTER", "NOT_SSDA903"})
"""Refusals that a file of another kind meets."""
ENOUGH = 0.6
"""So many of a file's headings must be another kind's before it is named."""
FEWEST = 3


def likeness(headings: Sequence[str], layouts: Collection[Collection[str]]) -> float:
    """The share of a file's headings that the best of some layouts (sets of normalised headings) knows."""
    keys = {normalise_heading(heading) for heading in headings if heading}
    if len(keys) < FEWEST:
        return 0
    return max((len(keys & set(layout)) / len(keys) for layout in layouts), default=0)


def likelier_kind(kind: FeedKind, headings: Sequence[str]) -> FeedKind | None:
    """The kind that knows more of the headings than the one that was chosen, if one plainly does."""
    others = [(likeness(headings, other.layouts()), other) for other in all_kinds() if other.kind != kind.kind]
    best, other = max(others, key=lambda pair: pair[0], default=(0, None))
    return other if best >= ENOUGH and best > likeness(headings, kind.layouts()) else None


def name_the_kind(refusal: FeedRefused, kind: FeedKind, files: Sequence[SourceFile]) -> FeedRefused:
    """The refusal, with a first problem for each file that is plainly of another kind."""
    # Reading takes pandas in, most of a second: every program starts without it, and few read files.
    from core.feeds.reading import read_table

    wrong = {problem.file for problem in refusal.problems if problem.code in OF_HEADINGS}
    told = []
    for source in files:
        if source.name not in wrong:
            continue
        try:
            headings = read_table(source).headings
        except FeedRefused:
            continue
        other = likelier_kind(kind, headings)
        if other is not None:
            told.append(
                Problem(
                    code="OTHER_KIND",
                    severity=Severity.ERROR,
                    file=source.name,
                    message=f"This is no file of “{kind.title}”; by its headings it looks like “{other.title}”.",
                    advice=f"Upload it again and choose “{other.title}” (on the command line: feed {other.kind}).",
                )
            )
    return FeedRefused(*told, *refusal.problems) if told else refusal
