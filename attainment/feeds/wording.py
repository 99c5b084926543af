"""The codes of the results feed in words."""

from core.feeds.codes import register_codes

register_codes(
    {
        "BAD_SIZE": "Not a size of a qualification",
        "BAD_STAGE": "Not a key stage",
        "BAD_YEAR": "Not an assessment year",
        "GRADE_UNKNOWN": "A grade that is on no list",
        "MISSING_VALUE": "A value is missing",
        "NO_GRADE": "The row has no grade",
        "QUALIFICATION_UNKNOWN": "A qualification that is not known",
        "REPEATED_ROW": "The same row twice",
        "ROWS_DISAGREE": "Rows about one result disagree",
        "SAT_IN_FUTURE": "Sat on a day to come",
        "SAT_TOO_LATE": "Sat too late for its assessment year",
        "WHICH_SITTING": "Several sittings fit the row",
        "WRONG_STAGE": "The qualification belongs to another stage",
        "YEAR_TO_COME": "An assessment year to come",
    }
)
