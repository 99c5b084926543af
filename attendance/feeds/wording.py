"""The codes of the attendance feeds in words."""

from core.feeds.codes import register_codes

register_codes(
    {
        "BAD_CODE_MAP": "The list of words cannot be read",
        "BAD_LENGTH": "The string of marks has an odd length",
        "BAD_MARK": "Not an attendance code",
        "BAD_MINUTES": "Not a number of minutes",
        "BAD_SESSION": "Neither morning nor afternoon",
        "BEFORE_BIRTH": "A day before the child was born",
        "CHILDREN_WITHOUT_MARK": "Children without a mark in this file",
        "CODE_NOT_VALID": "A code that was not in use that day",
        "DOB_DIFFERS": "Another date of birth on the roll",
        "FUTURE_DATE": "A day in the future",
        "NOT_A_MONDAY": "The string does not start on a Monday",
        "NO_CHILD": "The row names no child",
        "NO_DATE": "The row has no date",
        "NO_SESSION": "A mark on a day without school",
        "P_WITHOUT_PRESENT": "P may mean present here",
        "SCHOOL_NOT_READ": "Not a school's number",
        "TWO_CHARACTER_CODE": "A code of two characters in a string",
        "TWO_MARKS": "Two marks for one session",
        "TWO_SCHOOLS": "URN and LAESTAB are two schools'",
        "UNKNOWN_SCHOOL": "A school that is not on the register",
        "WORDS_WITHOUT_MAP": "The whole file has words in place of codes",
        "WORD_WITHOUT_MAP": "A word in place of a code",
    },
    internal=["CHILDREN_WITHOUT_MARK"],
    of_file=["P_WITHOUT_PRESENT"],
)
