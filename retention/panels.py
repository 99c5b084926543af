"""What retention adds to the child's page, the home page and the navigation, and what it tells the ground."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from core import navigation
from core.disposal import register_lookup
from core.panels import AuditSubject, ChildTab, HomeNeeds, Need, register
from core.roles import Permission
from core.sealing.disposals import register_witness
from retention.certificates import disposed_children, holding
from retention.models import DisposalProposal, RetentionHold
from retention.rules import ProposalState

P = Permission


def _to_decide(user: Any, today: date) -> Iterable[Need]:
    proposals = DisposalProposal.objects.visible_to(user)
    yield Need(
        text="Disposals to approve",
        count=proposals.waiting_for(user).distinct().count(),
        url=f"{reverse('retention:due')}?state={ProposalState.PROPOSED}",
        hint="A colleague proposed to destroy records whose period is over; two other people decide",
    )
    yield Need(
        text="Records due for disposal",
        count=proposals.filter(state=ProposalState.DUE.value).count(),
        url=f"{reverse('retention:due')}?state={ProposalState.DUE}",
        hint="Their period is over and nobody has proposed anything yet",
    )


def _to_review(user: Any, today: date) -> Iterable[Need]:
    yield Need(
        text="Holds to review",
        count=RetentionHold.objects.visible_to(user).in_force().filter(review_on__lte=today).count(),
        url=reverse("retention:held"),
        hint="Their review date has passed: release them, or hold the record anew",
    )


def _proposal_names(user: Any, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    found = DisposalProposal.objects.visible_to(user).filter(pk__in=list(ids)).values_list("pk", flat=True)
    return {pk: (f"Proposal {pk}", reverse("retention:proposal", args=[pk])) for pk in found}


register_lookup(disposed_children)
register_witness(holding)
register(
    HomeNeeds(needs=_to_decide, order=45, permission=P.DISPOSE_RECORDS),
    HomeNeeds(needs=_to_review, order=46, permission=P.SET_RETENTION),
    ChildTab(url_name="retention:child", label="Retention", order=95, permission=P.SET_RETENTION),
    AuditSubject(
        kind="retention.disposalproposal", label="Proposal of disposal", permission=P.DISPOSE_RECORDS,
        names=_proposal_names,
    ),
)  # fmt: skip
navigation.register(
    navigation.NavEntry(
        label="Records to keep and dispose of",
        url_name="retention:due",
        permission=P.DISPOSE_RECORDS,
        order=185,
        about="How long records are kept, what is due, what is held, and what was destroyed",
        group="Settings",
    )
)
