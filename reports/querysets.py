"""Which reports a person sees: the team all of them, the boards those that were issued."""

from typing import Any, Self

from core.roles import Permission
from core.scoping import ScopedQuerySet
from reports.rules import ReportState


class ReportRunQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for the team; issued ones for the corporate parenting group and the children's board."""
        if not user.is_authenticated:
            return self.none()
        if user.can(Permission.SEE_ALL_REPORTS):
            return self
        if user.can(Permission.SEE_ISSUED_REPORTS):
            return self.filter(state=ReportState.ISSUED.value)
        return self.none()

    def of_term(self, academic_year: int, season: str) -> Self:
        """The runs of one term, the newest first."""
        return self.filter(academic_year=academic_year, season=season)
