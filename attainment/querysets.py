"""Which figures: the newest year, the latest of each indicator."""

from typing import Any, Self

from django.db.models import OuterRef, QuerySet, Subquery


class IndicatorFigureQuerySet(QuerySet[Any]):
    """Figures name no child; the children behind them go through `IndicatorPupil.objects.visible_to`."""

    def latest_of_each(self) -> Self:
        """The newest year of each indicator (of two bases, the one computed last)."""
        newest = self.model._default_manager.filter(code=OuterRef("code")).order_by("-assessment_year", "-computed_at")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))
