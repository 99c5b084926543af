"""The tables of the SSDA903 return, told by their headings (3.1); and what a file that fits none of them lacks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.feeds.columns import normalise_heading


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One table: its columns in the return's order, its element in the XML form.

    `date_columns` tell how late the file is. `since` are columns that older years did not have: a file may lack
    all of them together. `used` is False for tables that this product has no use for yet.
    """

    name: str
    columns: tuple[str, ...]
    element: str = ""
    date_columns: tuple[str, ...] = ()
    since: frozenset[str] = frozenset()
    used: bool = True
    by_key: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {normalise_heading(c): c for c in self.columns})


HEADER = Layout(
    name="header",
    columns=("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    element="HEADER",
    since=frozenset({"MOTHER", "MC_DOB"}),
)
EPISODES = Layout(
    name="episodes",
    columns=(
        "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
        "HOME_POST", "PL_POST", "URN",
    ),
    element="EPISODE",
    date_columns=("DECOM", "DEC"),
    since=frozenset({"PLACE_PROVIDER", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"}),
)  # fmt: skip
REVIEWS = Layout(
    name="reviews",
    columns=("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
    element="AREVIEW",
    date_columns=("REVIEW",),
)
UASC = Layout(name="uasc", columns=("CHILD", "SEX", "DOB", "DUC"))
OC2 = Layout(
    name="oc2",
    columns=(
        "CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK",
        "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED",
    ),
    element="OC2",
)  # fmt: skip
PREVIOUS_PERMANENCE = Layout(
    name="previous_permanence",
    columns=("CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    element="PERMANENCE",
)
MISSING = Layout(
    name="missing",
    columns=("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
    element="AMISSING",
    date_columns=("MIS_START", "MIS_END"),
)
RECORD_TABLES = (REVIEWS, UASC, OC2, PREVIOUS_PERMANENCE, MISSING)
UNUSED_TABLES = (
    Layout(name="oc3", columns=("CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM"), used=False),
    Layout(
        name="ad1",
        columns=(
            "CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR",
        ),
        used=False,
    ),
    Layout(
        name="placed_for_adoption",
        columns=("CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
        element="AD_PLACED",
        used=False,
    ),
    Layout(
        name="sw_episodes",
        columns=("CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"),
        element="SW_EPISODE",
        used=False,
    ),
    Layout(name="dolo", columns=("CHILD", "DOB", "DOLO_START", "DOLO_END"), element="DOLO", used=False),
)  # fmt: skip
TABLES = (HEADER, EPISODES, *RECORD_TABLES, *UNUSED_TABLES)
NEAR = 0.5
"""A file with at least half of a table's columns (of all columns there and here) is meant to be that table."""


@dataclass(frozen=True)
class Recognition:
    """What a row of headings is: a table (`fits`), nearly one (`near`, with what is missing and extra), or none.

    `twice` is a heading of the table that occurs more than once.
    """

    fits: Layout | None = None
    near: Layout | None = None
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    positions: tuple[tuple[str, int], ...] = ()
    twice: str = ""


def _likeness(layout: Layout, keys: frozenset[str]) -> float:
    theirs = frozenset(layout.by_key)
    return len(theirs & keys) / len(theirs | keys)


def recognise(headings: Sequence[str]) -> Recognition:
    """Which table has these headings: order, case, blanks and extra columns do not matter."""
    keys = frozenset(normalise_heading(h) for h in headings if h)
    if not keys:
        return Recognition()
    by_likeness = sorted(TABLES, key=lambda t: _likeness(t, keys), reverse=True)
    complete = [t for t in by_likeness if keys.issuperset(t.by_key)]
    layout = max(complete, key=lambda t: len(t.columns)) if complete else by_likeness[0]
    missing = tuple(c for key, c in layout.by_key.items() if key not in keys)
    extra = tuple(h for h in headings if h and normalise_heading(h) not in layout.by_key)
    older_year = bool(missing) and set(missing) == layout.since and not _renamed(missing, extra)
    if not missing or older_year:
        return Recognition(layout, None, missing, extra, _positions(layout, headings), _twice(layout, headings))
    if _likeness(layout, keys) >= NEAR:
        return Recognition(None, layout, missing, extra)
    return Recognition()


def _renamed(missing: Sequence[str], extra: Sequence[str]) -> bool:
    """Some extra heading looks like a missing one: then the columns are there under wrong names."""
    import difflib

    keys = [normalise_heading(h) for h in extra]
    return any(difflib.get_close_matches(normalise_heading(m), keys, n=1, cutoff=0.6) for m in missing)


def _twice(layout: Layout, headings: Sequence[str]) -> str:
    keys = Counter(normalise_heading(h) for h in headings if h)
    return next((column for key, column in layout.by_key.items() if keys[key] > 1), "")


def _positions(layout: Layout, headings: Sequence[str]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for position, heading in enumerate(headings):
        column = layout.by_key.get(normalise_heading(heading)) if heading else None
        if column is not None:
            found.setdefault(column, position)
    return tuple(found.items())


def looks_like_headings(cells: Sequence[str]) -> bool:
    """For the reader: this row holds the headings of a table, or nearly."""
    found = recognise(cells)
    return found.fits is not None or found.near is not None
