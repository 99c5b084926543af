"""The codes of the schools register in words."""

from core.feeds.codes import register_codes

register_codes(
    {
        "BAD_LA": "Not an authority's number",
        "BAD_URN": "Not a URN",
        "CLOSED_BEFORE_OPENED": "Closed before it opened",
        "COLUMNS_NOT_USED": "Columns that are not used",
        "DUPLICATE_ROW": "The same row twice",
        "MISSING_VALUE": "A value is missing",
        "NOT_REGISTER": "Not the schools register",
        "SCHOOL_UNKNOWN": "A school that is not on the register",
        "URN_TWICE": "Two rows with one URN",
    },
    of_file=["COLUMNS_NOT_USED"],
)
