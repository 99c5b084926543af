"""A child's year as a heat map: weeks across, sessions down."""

from collections.abc import Sequence

from attendance.indicators.child import ChildYear, Session, weeks_of
from attendance.rules import CategoryNumber
from core.charts import BLANK, Category, Cell, Chart, heat_map
from core.rules import academic_year_label

N = CategoryNumber
CATEGORIES = (
    Category("present", "Present", "/", tone="present"),
    Category("late", "Late", "L", tone="late"),
    Category("elsewhere", "Educated elsewhere", "B", tone="elsewhere"),
    Category("authorised", "Authorised absence", "I", tone="authorised"),
    Category("unauthorised", "Unauthorised absence", "N", tone="unauthorised"),
    Category("missing", "No mark", "", tone="missing"),
    Category("closed", "Not required or closed", "#", tone="closed"),
    Category("other", "Code not counted", "?", tone="other"),
)
KEYS = {
    N.PRESENT: "present",
    N.AEA: "elsewhere",
    N.AUTHORISED: "authorised",
    N.UNAUTHORISED: "unauthorised",
    N.UNMARKED: "missing",
    N.NOT_POSSIBLE: "closed",
    N.NOT_COLLECTED: "closed",
    N.NOT_VALID: "other",
}
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _cell(session: Session | None) -> Cell:
    if session is None:
        return BLANK
    key = "late" if session.code == "L" else KEYS[session.category]
    words = f"{session.meaning} ({session.code})" if session.code else session.meaning
    if not session.counts:
        words += ", not looked after on this day"
    return Cell(key, letter=session.code or " ", words=words)


def year_map(year: ChildYear, *, key: str = "") -> Chart:
    """Weeks from Monday across, mornings and afternoons down; Saturdays and Sundays only where they have a mark."""
    weeks = weeks_of(year.sessions)
    days = sorted({0, 1, 2, 3, 4} | {session.on.weekday() for session in year.sessions})
    rows = [(day, session) for day in days for session in ("AM", "PM")]
    cells: Sequence[Sequence[Cell]] = [[_cell(found.get(row)) for found in weeks.values()] for row in rows]
    return heat_map(
        f"Attendance {academic_year_label(year.academic_year)}",
        [f"{monday.day} {monday:%b %Y}" for monday in weeks],
        [f"{DAY_NAMES[day]} {session}" for day, session in rows],
        cells,
        CATEGORIES,
        column_groups=[f"{monday:%b}" for monday in weeks],
        key=key,
    )
