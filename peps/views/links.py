"""One-time links of a PEP: making, mailing and withdrawing them. The pages that they open are in views/own.py."""

from smtplib import SMTPException

import structlog
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.account_access import mail_is_set_up
from core.context import SERVICE_NAME
from core.wording import moment
from peps.forms.links import LinkForm
from peps.models import ContributorLink
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor
from peps.services import links
from peps.views.common import pep_context, pep_in_work, visible_pep

logger = structlog.get_logger(__name__)


def link_page(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The links of a PEP and a form for a new one; the answer to the form is the only page that shows the link."""
    pep = visible_pep(request, pep_id)
    links.check_can_make_links(request.user, pep)
    form = LinkForm(request.POST or None, cancel_url=reverse("peps:pep", args=[pep.pk]))
    made: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        party = Contributor(form.cleaned_data["party"])
        try:
            link, token = links.make_link(pep=pep, party=party, actor=request.user, now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            address = request.build_absolute_uri(reverse("peps:own_open", args=[token]))
            email = form.cleaned_data["email"]
            mailed = bool(email) and _mail(link, email, address)
            made = {"link": link, "address": "" if mailed else address, "mailed": mailed, "tried": bool(email)}
            form = LinkForm(cancel_url=reverse("peps:pep", args=[pep.pk]))
    context = pep_context(request, pep, title=f"Links to write: {pep.pupil.display_name}", traced=True)
    context |= {
        "form": form,
        "made": made,
        "rows": [
            (CONTRIBUTOR_LABELS[party], link, word, link is not None and links.works(link, timezone.now()))
            for party, link, word in links.links_of(pep)
        ],
    }
    return render(request, "peps/links.html", context)


def _mail(link: ContributorLink, email: str, address: str) -> bool:
    """Send the carer the link; the message names no child. False when there is no mail server, or it refused."""
    if not mail_is_set_up():
        return False
    text = render_to_string(
        "peps/own/email.txt", {"address": address, "until": moment(link.expires_at), "service": SERVICE_NAME}
    )
    try:
        return bool(send_mail("Your part of an education plan", text, None, [email]))
    except (OSError, SMTPException) as error:
        logger.error("link_mail_failed", link=link.pk, fault=type(error).__name__)  # noqa: TRY400
        return False


@require_POST
def withdraw(request: HttpRequest, pep_id: int, link_id: int) -> HttpResponse:
    """The link opens nothing any more."""
    pep = pep_in_work(request, pep_id)
    links.check_can_make_links(request.user, pep)
    link = ContributorLink.objects.visible_to(request.user).filter(pk=link_id, pep=pep).select_related("pep").first()
    if link is None:
        raise Http404("This PEP has no such link.")
    if links.withdraw_link(link=link, actor=request.user, now=timezone.now()):
        messages.success(request, "The link is withdrawn: it opens nothing any more.")
    else:
        messages.warning(request, "The link had ended already.")
    return redirect("peps:links", pep_id=pep.pk)
