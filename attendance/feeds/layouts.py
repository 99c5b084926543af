"""Columns of the two profiles and of the string-of-marks variant (indicators.md 5.2, 5.3)."""

import dataclasses

from core.feeds.columns import CellError, Column, parse_date, parse_integer

SURNAME = Column(name="surname", aliases=("Last name", "Family name", "Legal Surname"))
FORENAME = Column(name="forename", aliases=("First name", "Given name", "Preferred Forename"))
DOB = Column(name="dob", aliases=("Date of Birth", "Birth date"), parse=parse_date, lenient=True)
UPN = Column(name="upn", aliases=("Unique Pupil Number", "PupilUPN", "STUD_UPN"))
CHILD_REF_NAMES = (
    "Child ID", "CHILD", "Client ID", "Mosaic ID", "LCS ID", "LL ID", "LAC ID", "Reference", "WC Ref",
)  # fmt: skip
CHILD_REF = Column(name="child_ref", aliases=(*CHILD_REF_NAMES, "Person ID"))
URN = Column(name="urn", aliases=("School URN",))
LEA = Column(name="lea", aliases=("LA", "LEA Number", "LA Number", "LEA Code", "LA Code"))
LAESTAB_NAMES = ("DfE", "DfE No", "DfE Number", "DfES Number", "Estab", "School Number")


def parse_minutes(cell: str) -> int:
    """0 to 300 minutes. Raises CellError BAD_MINUTES."""
    try:
        minutes = parse_integer(cell)
    except CellError:
        minutes = -1
    if not 0 <= minutes <= 300:
        raise CellError("BAD_MINUTES", f"{cell[:40]} is not a number of minutes from 0 to 300.", "Write digits only.")
    return minutes


def _session(letters: str, long: str, number: int) -> tuple[Column, ...]:
    low = letters.lower()
    return (
        Column(
            name=f"{low}_code",
            aliases=(letters, f"{letters} Mark", f"{letters} Attendance", long, f"Session {number}"),
            required=True,
        ),
        Column(name=f"{low}_reason", aliases=(f"{letters} Comment", f"Reason {letters}")),
        Column(
            name=f"{low}_minutes_late",
            aliases=(f"Minutes Late {letters}", f"{letters} Mins Late", f"Mins Late {letters}"),
            parse=parse_minutes,
            lenient=True,
        ),
    )


DAILY_CALL: tuple[Column, ...] = (
    CHILD_REF,
    UPN,
    SURNAME,
    FORENAME,
    DOB,
    Column(name="school_name", aliases=("School", "Provision", "Establishment", "Setting")),
    LEA,
    Column(name="laestab", aliases=LAESTAB_NAMES),
    URN,
    Column(name="nc_year", aliases=("Year", "NCyearActual", "Year Group", "Yr")),
    Column(
        name="date",
        aliases=("Attendance Date", "Day", "Session Date", "Register Date"),
        required=True,
        parse=parse_date,
    ),
    *_session("AM", "Morning", 1),
    *_session("PM", "Afternoon", 2),
    Column(name="minutes_late", aliases=("Mins Late",), parse=parse_minutes, lenient=True),
    Column(name="exclusion", aliases=("Excluded", "Suspension", "FTE")),
    Column(name="comment", aliases=("Comments", "Notes", "Outcome of call")),
    Column(name="reported_at", aliases=("Called At", "Time of Call", "Date Recorded")),
)
"""Profile A: one row a child and day."""

_REGISTER_CHILD: tuple[Column, ...] = (
    UPN,
    Column(name="child_ref", aliases=CHILD_REF_NAMES),
    Column(
        name="mis_pupil_id",
        aliases=("Student ID", "Pupil ID", "ADNO", "Admission Number", "PersonID", "STUD_ID", "Wonde ID"),
    ),
    Column(name="former_upn", aliases=("FormerUPN",)),
    Column(name="uln", aliases=("UniqueLearnerNumber",)),
    SURNAME,
    FORENAME,
    DOB,
    LEA,
    Column(name="laestab", aliases=(*LAESTAB_NAMES, "BASE_ID", "School")),
    URN,
)

REGISTER: tuple[Column, ...] = (
    *_REGISTER_CHILD,
    Column(name="date", aliases=("Mark Date", "Session Date", "AttendanceDate"), required=True, parse=parse_date),
    Column(name="session", aliases=("Session Name", "AMPM", "Period"), required=True),
    Column(name="mark", aliases=("Code", "Attendance Code", "AttCode", "Register Mark"), required=True),
    Column(name="minutes_late", aliases=("Late Mins",), parse=parse_minutes, lenient=True),
    Column(name="comment", aliases=("Comments", "Notes", "Reason")),
    Column(name="modified_at", aliases=("Last Updated", "Modified")),
)
"""Profile B: one row a session mark."""

MARK_STRING: tuple[Column, ...] = (
    *_REGISTER_CHILD,
    Column(
        name="start_date",
        aliases=("Attendance Start Date", "Start", "Week Commencing", "From Date"),
        required=True,
        parse=parse_date,
    ),
    Column(name="marks", aliases=("Attendance Marks", "Mark String", "Marks String"), required=True),
)
"""Profile B as a string: two characters a day, seven days a week, from a Monday."""

SESSION_WORDS = {
    "AM": 0, "A": 0, "1": 0, "MORNING": 0, "AM1": 0, "SESSION1": 0, "S1": 0,
    "PM": 1, "P": 1, "2": 1, "AFTERNOON": 1, "PM1": 1, "SESSION2": 1, "S2": 1,
}  # fmt: skip


def requiring(columns: tuple[Column, ...], *names: str) -> tuple[Column, ...]:
    """The columns with some more of them required."""
    return tuple(dataclasses.replace(c, required=True) if c.name in names else c for c in columns)
