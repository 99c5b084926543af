"""The sections of the termly report, in the order of printing: a new one is one module and one line here."""

from reports.sections.attainment import SECTION as ATTAINMENT
from reports.sections.attendance import SECTION as ATTENDANCE
from reports.sections.base import Collected, ReportSection, Scope, View
from reports.sections.data_quality import SECTION as DATA_QUALITY
from reports.sections.decisions import SECTION as DECISIONS
from reports.sections.headlines import SECTION as HEADLINES
from reports.sections.peps import SECTION as PEPS
from reports.sections.roll import SECTION as ROLL

SECTIONS: tuple[ReportSection, ...] = (
    HEADLINES,
    ROLL,
    ATTENDANCE,
    ATTAINMENT,
    PEPS,
    DATA_QUALITY,
    DECISIONS,
)

__all__ = ["SECTIONS", "Collected", "ReportSection", "Scope", "View"]
