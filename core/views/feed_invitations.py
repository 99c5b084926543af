"""After a delivery that made accounts: one button invites the new people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import account_access
from core.feeds.base import ACCOUNT_MADE
from core.feeds.registry import all_kinds
from core.invitations import send_invitation
from core.models import FeedRun, User
from core.permissions import check_can_manage_accounts
from core.roles import AccountState
from core.single_sign_on import password_is_off
from core.views.feed_runs import run_of
from core.wording import count_of

AT_ONCE = 50
"""A mail server takes its time: more are invited by pressing the button again."""


def people_to_invite(run: FeedRun) -> list[User]:
    """Whom the delivery gave an account and nobody has invited since; not who signs in without a password here."""
    if run.status != FeedRun.Status.APPLIED or not _makes_accounts(run):
        return []
    made = run.changes.filter(what=ACCOUNT_MADE).values("subject")
    waiting = User.objects.in_state(AccountState.WAITING).filter(email__in=made, invitations=None)
    waiting = waiting.exclude(leaves_on__lt=timezone.localdate()).order_by("name", "pk")
    return [user for user in waiting if not password_is_off(user.email)]


def _makes_accounts(run: FeedRun) -> bool:
    return any(kind.kind == run.kind and kind.makes_accounts for kind in all_kinds())


@never_cache
@require_POST
def feed_invite(request: HttpRequest, run_id: int) -> HttpResponse:
    """Invite the new people. Where a mail cannot be sent, this answer shows the links, and nothing keeps them."""
    run = run_of(request, run_id)
    check_can_manage_accounts(request.user)
    people = people_to_invite(run)[:AT_ONCE]
    by_hand: list[tuple[User, str]] = []
    for user in people:
        link = send_invitation(user=user, base_url=request.build_absolute_uri("/"), actor=request.user)
        if not account_access.mail_link(user, link):
            by_hand.append((user, link))
    if not by_hand:
        sent = count_of(len(people), "invitation was,invitations were")
        messages.info(request, f"{sent} sent." if people else "Nobody waits for an invitation.")
        return redirect("feeds:run", run_id=run.pk)
    context = {
        "page_title": "Invitations to hand over",
        "crumbs": [("Feeds", reverse("feeds:list")), (f"Delivery {run.pk}", reverse("feeds:run", args=[run.pk]))],
        "run": run,
        "sent": len(people) - len(by_hand),
        "by_hand": by_hand,
        "days": account_access.link_days(by_hand[0][0]),
        "mail_failed": account_access.mail_is_set_up(),
        "more": len(people_to_invite(run)),
    }
    return render(request, "feeds/invitations.html", context)
