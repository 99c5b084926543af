"""The pages that a one-time link opens. Open to strangers: the token is what lets in.

The token goes into a cookie of its own, for these pages only, and the address does not hold it any more. Whoever is
signed in on the same browser has no part in it: these pages know no account and no session.
"""

import base64
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST

from core.audit import client_address
from core.limits import Limit, is_over, over_since
from peps.forms.sections import SectionForm
from peps.models import ContributorLink
from peps.rules.form import Phase, Section
from peps.rules.links import CARER_INTRO, CHILD_INTRO, Band, asked_by_link, band_of, wording
from peps.rules.workflow import Contributor
from peps.services import links, writing
from pupils import roll

COOKIE = "pep_link"
SOMEBODY = "Somebody else"
View = Callable[..., HttpResponse]


def without_account(view: View) -> View:
    """Whoever is signed in on this browser is nobody here: not shown, not named in any trace."""

    @wraps(view)
    def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.user = AnonymousUser()
        return view(request, *args, **kwargs)

    return login_not_required(open_view)


def _no_such_link(request: HttpRequest, token: str) -> HttpResponse:
    """One and the same answer to a link that never was, has run out, was withdrawn or is finished.

    A visit without any token is no try.
    """
    if token:
        over_since(_from(request), Limit.WRONG_LINKS)
    answer = render(request, "peps/own/closed.html", status=HTTPStatus.NOT_FOUND)
    answer.delete_cookie(COOKIE, path=_path())
    return answer


def _from(request: HttpRequest) -> str:
    return str(client_address(request) or "unknown")


def _path() -> str:
    return reverse("peps:own")


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """After many wrong links from one network address none is looked up for a while."""
    if not is_over(_from(request), Limit.WRONG_LINKS):
        return None
    return render(request, "peps/own/wait.html", status=HTTPStatus.TOO_MANY_REQUESTS)


@without_account
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Put the token into the cookie and go on at an address that does not hold it."""
    if refusal := _too_many(request):
        return refusal
    if links.find_link(token, timezone.now()) is None:
        answer = _no_such_link(request, token)
    else:
        answer = redirect("peps:own")
        answer.set_cookie(
            COOKIE, token, path=_path(), httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        answer["Referrer-Policy"] = "no-referrer"
    return answer


def _found(request: HttpRequest) -> ContributorLink | None:
    return links.find_link(request.COOKIES.get(COOKIE, ""), timezone.now())


@without_account
def own_page(request: HttpRequest) -> HttpResponse:
    """The questions of the child's or the carer's own section, what was written so far, and "I have finished"."""
    if refusal := _too_many(request):
        return refusal
    link = _found(request)
    if link is None:
        return _no_such_link(request, request.COOKIES.get(COOKIE, ""))
    form = _form(link, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = links.save_by_link(link=link, answers=form.changes(), seen=form.seen(), now=timezone.now())
        except PermissionDenied:
            return _no_such_link(request, request.COOKIES.get(COOKIE, ""))
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            if not saved.clashes:
                return _after(request, link)
            form.add_clashes([_unnamed(clash) for clash in saved.clashes])
            form.data = _as_seen(request, form, saved)
    elif request.method == "GET":
        links.note_opened(link=link, now=timezone.now())
    context = _context(link, form) | {"saved": "saved" in request.GET}
    return render(request, "peps/own/page.html", context)


def _after(request: HttpRequest, link: ContributorLink) -> HttpResponse:
    if "finished" not in request.POST:
        return redirect(f"{_path()}?saved")
    links.finish_link(link=link, now=timezone.now())
    answer = render(request, "peps/own/finished.html", {"child": link.party == Contributor.CHILD})
    answer.delete_cookie(COOKIE, path=_path())
    return answer


@without_account
@require_POST
def save_own(request: HttpRequest) -> JsonResponse:
    """The same save, as the page does it by itself while somebody types."""
    link = _found(request)
    if link is None:
        over_since(_from(request), Limit.WRONG_LINKS)
        return JsonResponse({"faults": {"": "This link does not work any more."}}, status=HTTPStatus.FORBIDDEN)
    if over_since(f"link-{link.pk}", Limit.LINK_SAVES) is not None:
        words = "That was a lot in a short time. Wait five minutes, then go on."
        return JsonResponse({"faults": {"": words}}, status=HTTPStatus.TOO_MANY_REQUESTS)
    form = _form(link, request.POST)
    form.is_valid()
    answers, now = form.changes(), timezone.now()
    try:
        saved = links.save_by_link(link=link, answers=answers, seen=form.seen(), now=now)
    except PermissionDenied:
        return JsonResponse({"faults": {"": "This link does not work any more."}}, status=HTTPStatus.FORBIDDEN)
    except ValidationError as refused:
        return JsonResponse({"faults": {"": " ".join(refused.messages)}}, status=HTTPStatus.BAD_REQUEST)
    clashed = {clash.field for clash in saved.clashes}
    was = {**form.seen(), **{k: writing.mark_of(v) for k, v in answers.items() if k not in clashed}}
    return JsonResponse(
        {
            "revision": saved.revision,
            "at": f"{timezone.localtime(now):%H:%M}",
            "was": json.dumps(was),
            "faults": form.faults(),
            "clashes": [_clash(clash) for clash in saved.clashes],
        }
    )


def _clash(clash: writing.Clash) -> dict[str, Any]:
    """As static/js/autosave.js takes it, without a name."""
    told = {"field": clash.field, "label": clash.label, "theirs": clash.theirs, "mark": clash.mark}
    return {**told, "by": SOMEBODY, "at": "just now"}


def _section(link: ContributorLink) -> Section:
    section = links.section_of(link.pep, Contributor(link.party))
    assert section is not None, "a link without a section is not found"
    return asked_by_link(section)


def _band(link: ContributorLink) -> Band:
    pep = link.pep
    year = roll.year_groups({pep.pupil_id: pep.pupil.dob}, pep.academic_year)[pep.pupil_id]
    return band_of(year, Phase(pep.phase))


def _form(link: ContributorLink, data: QueryDict | None) -> "OwnForm":
    section, labels = _section(link), {}
    if link.party == Contributor.CHILD:
        band = _band(link)
        labels = {field.key: wording(field, band) for field in section.fields}
    row = writing.section_row(link.pep, section.code)
    return OwnForm(section, row.answers, data, labels=labels)


class OwnForm(SectionForm):
    """The section with the words that a button of this page has."""

    submit_label = "Save"


def _unnamed(clash: writing.Clash) -> writing.Clash:
    """A child or a carer by link learns no name from the record."""
    return writing.Clash(clash.field, clash.label, clash.theirs, SOMEBODY, clash.at)


def _as_seen(request: HttpRequest, form: SectionForm, saved: writing.Saved) -> QueryDict:
    data = request.POST.copy()
    data["was"] = json.dumps({**form.seen(), **{clash.field: clash.mark for clash in saved.clashes}})
    return data


def _context(link: ContributorLink, form: SectionForm) -> dict[str, Any]:
    pupil = link.pep.pupil
    first = pupil.known_as or pupil.forename
    child = link.party == Contributor.CHILD
    words = f"pep-draft:link:{link.pk}:{link.token_hash}"
    return {
        "page_title": f"{first}, this is your part" if child else f"Your part of {first}’s education plan",
        "intro": CHILD_INTRO[_band(link)] if child else CARER_INTRO,
        "form": form,
        "link": link,
        "child": child,
        "save_url": reverse("peps:own_save"),
        "draft_key": base64.b64encode(salted_hmac("peps.draft", words, algorithm="sha256").digest()).decode(),
    }
