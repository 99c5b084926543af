"""The columns of a list of children as one person sees them, with the alerts of all apps in a column of their own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, QuerySet, Value

from core.panels import Alert, RollAlerts, RollColumn, panels_for
from core.roles import Permission


@dataclass(frozen=True)
class ChildAlerts:
    """The alerts of one child, the heaviest first; its text is what an export prints."""

    alerts: Sequence[Alert]

    def __str__(self) -> str:
        return "; ".join(alert.text for alert in self.alerts)

    @property
    def weight(self) -> int:
        """How much needs to be done for the child: the sum of its alerts."""
        return sum(alert.weight for alert in self.alerts)


def alerts_for(user: Any, ids: Sequence[int], on: date) -> dict[int, ChildAlerts]:
    """The alerts that the person's role may see, of the children who have any."""
    found: dict[int, list[Alert]] = defaultdict(list)
    for panel in panels_for(RollAlerts, user):
        for pk, alert in panel.values(ids, on).items():
            found[pk].append(alert)
    return {pk: ChildAlerts(sorted(own, key=lambda a: -a.weight)) for pk, own in found.items()}


def by_need(ids: Sequence[int], alerts: Mapping[int, ChildAlerts]) -> list[int]:
    """The children with the heaviest alerts first; those who weigh the same keep their order."""
    return sorted(ids, key=lambda pk: -alerts[pk].weight if pk in alerts else 0)


def _most_needing_first(user: Any, pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
    alerts = alerts_for(user, list(pupils.values_list("pk", flat=True)), on)
    ranked = by_need(list(alerts), alerts)
    rank = Func(
        Value(ranked, output_field=ArrayField(IntegerField())),
        F("pk"),
        function="array_position",
        output_field=IntegerField(null=True),
    )
    return pupils.annotate(sort_alerts=rank)


def roll_columns(user: Any, without: Iterable[str] = ()) -> list[RollColumn]:
    """The columns of the person's role in their order, the alerts first."""
    alerts = RollColumn(
        key="alerts",
        label="Alerts",
        order=0,
        permission=Permission.SEE_PUPILS,
        values=lambda ids, on: alerts_for(user, ids, on),
        order_by=lambda pupils, on: _most_needing_first(user, pupils, on),
        template="pupils/cells/alerts.html",
    )
    return [c for c in (alerts, *panels_for(RollColumn, user)) if c.key not in set(without)]
