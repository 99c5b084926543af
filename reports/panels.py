"""What the reports floor adds to the shared pages: navigation, home cards, and what waits for somebody."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse

from attainment.models import IndicatorFigure, IndicatorPupil
from attainment.rules import NI_SPECS, NiCode
from core import navigation
from core.panels import HomeCard, HomeNeeds, Need, register
from core.roles import Permission, Role
from core.wording import short_date
from reports.models import ReportRun
from reports.rules import ReportState
from reports.targets import indicator_years, slug_of

P = Permission


def _headline_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """The newest year of each indicator that has results, n of d, with its standing."""
    rows = [
        next((y for y in years if y.figure is not None), next((y for y in years if y.row is not None), None))
        for years in indicator_years(today=today).values()
    ]
    found = [
        {
            "entry": row,
            "url": reverse("reports:indicator", args=[row.slug, row.year]) + f"?basis={row.basis.value}",
        }
        for row in rows
        if row is not None
    ]
    return {"rows": found, "url": reverse("reports:indicators")} if found else None


def _indicator_needs(user: Any, today: date) -> Iterable[Need]:
    """Children whose twelve months a person must look at, in the newest figure of each indicator."""
    figures = list(IndicatorFigure.objects.latest_of_each())
    waiting = (
        IndicatorPupil.objects.visible_to(user)
        .filter(figure__in=figures, status="review")
        .values("figure_id")
        .annotate(number=Count("pk"))
    )
    counts = {row["figure_id"]: row["number"] for row in waiting}
    shared: dict[tuple[int, int, str], list[IndicatorFigure]] = {}
    for figure in sorted(figures, key=lambda row: list(NI_SPECS).index(NiCode(row.code))):
        group = NI_SPECS[NiCode(figure.code)].nc_year, figure.assessment_year, figure.basis
        if figure.pk in counts:
            shared.setdefault(group, []).append(figure)
    for (_, year, basis), same_children in shared.items():
        page = reverse("reports:indicator", args=[slug_of(NiCode(same_children[0].code)), year])
        yield Need(
            text=f"Children to review in {' and '.join(f.code for f in same_children)}, summer {year}",
            count=max(counts[figure.pk] for figure in same_children),
            url=f"{page}?basis={basis}#change",
            hint="Their episodes do not prove twelve months in care; they are not counted until then",
        )


def _report_needs(user: Any, today: date) -> Iterable[Need]:
    """Drafts that wait for the Virtual School Head; a single one opens at once."""
    drafts = list(
        ReportRun.objects.visible_to(user)
        .filter(state=ReportState.DRAFT.value, frozen_at__isnull=False)
        .only("pk", "academic_year", "season", "as_at", "frozen_at")[:20]
    )
    url = reverse("reports:approve", args=[drafts[0].pk]) if len(drafts) == 1 else reverse("reports:list")
    hint = f"{drafts[0].term_label}, drafted {short_date(drafts[0].frozen_at)}" if drafts else ""
    yield Need(text="Reports to approve", count=len(drafts), url=url, hint=hint)


def _issued_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """The newest issued reports, for those who read nothing else here."""
    if user.can(P.SEE_ALL_REPORTS):
        return None
    runs = list(ReportRun.objects.visible_to(user).defer("figures", "cohorts")[:3])
    return {"runs": runs, "url": reverse("reports:list")}


register(
    HomeNeeds(needs=_report_needs, order=5, permission=P.APPROVE_REPORTS),
    HomeCard(template="reports/cards/issued.html", context=_issued_card, order=15, permission=P.SEE_ISSUED_REPORTS),
    HomeCard(template="reports/cards/headlines.html", context=_headline_card, order=30, permission=P.SEE_INDICATORS),
    HomeNeeds(needs=_indicator_needs, order=50, permission=P.SEE_INDICATORS),
)
navigation.register(
    navigation.NavEntry(
        label="Reports",
        url_name="reports:list",
        permission=P.SEE_ISSUED_REPORTS,
        order=45,
        order_for={Role.VSH: 25},
        about="Termly reports: drafts, approval, and the documents",
        group="Figures and reports",
    ),
    navigation.NavEntry(
        label="Indicators",
        url_name="reports:indicators",
        permission=P.SEE_INDICATORS,
        order=50,
        order_for={Role.VSH: 27},
        about="NI 99 to 101 with targets, and the children behind each figure",
        group="Figures and reports",
    ),
)
