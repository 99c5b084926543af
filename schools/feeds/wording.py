"""The codes of the schools register and of the file of people in words."""

from core.feeds.codes import register_codes

register_codes(
    {
        "ABSENT_POST": "A post that is not in the file",
        "ABSENT_STAFF": "Staff who are not in the file",
        "ABSENT_UNKNOWN": "Nobody could be taken to be absent",
        "ACCOUNT_CLOSED": "A closed account",
        "ACCOUNT_STAYS": "An account that must stay open",
        "ADMIN_BY_HAND": "A system administrator",
        "BAD_EMAIL": "Not an email address",
        "BAD_LA": "Not an authority's number",
        "BAD_URN": "Not a URN",
        "CLOSED_BEFORE_OPENED": "Closed before it opened",
        "COLUMNS_NOT_USED": "Columns that are not used",
        "DELEGATED_ROLE": "A role that comes by delegation",
        "DUPLICATE_ROW": "The same row twice",
        "GONE_ALREADY": "Left before having an account",
        "LAST_DAY_STAYS": "A last day that stays",
        "MISSING_VALUE": "A value is missing",
        "NOT_REGISTER": "Not the schools register",
        "NO_SCHOOL": "A designated teacher without a school",
        "ROLE_STAYS": "A role that must stay",
        "SAYS_TWO_THINGS": "Rows of one person that differ",
        "SCHOOL_UNKNOWN": "A school that is not on the register",
        "SEVERAL_POSTS": "Several posts at one school",
        "STARTS_LATER": "Begins later",
        "TO_BEFORE_FROM": "Ends before it begins",
        "TWO_ROLES": "Two roles for one address",
        "UNKNOWN_ROLE": "A role that is on no list",
        "URN_NOT_USED": "A school where none is needed",
        "URN_TWICE": "Two rows with one URN",
    },
    internal=["ABSENT_POST", "ABSENT_STAFF"],
    of_file=["COLUMNS_NOT_USED", "ABSENT_UNKNOWN"],
)
