"""The termly review of access: open, confirm or remove each person, close, read again. No child is named here."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import rules
from core.access_reviews import services
from core.access_reviews.rules import FLAG_LABELS, Flag
from core.audit import Access, record_access
from core.exports import Column, Export, csv_response, xlsx_response
from core.forms import GovForm
from core.limits import Limit, limited
from core.models import AccessReview, AccessReviewLine
from core.permissions import check_can_review_access, why_not_deactivate
from core.roles import ROLE_LABELS, Role
from core.wording import count_of

PER_PAGE = 50
Decision = AccessReviewLine.Decision
DECISION_COLOURS = {
    Decision.OPEN: "yellow", Decision.CONFIRMED: "green", Decision.REMOVED: "red", Decision.GONE: "grey",
}  # fmt: skip
COLUMNS = [
    Column("Name", 28), Column("Email address", 36), Column("Role", 28), Column("Team", 24),
    Column("Children", 14), Column("Why", 48), Column("Last signed in", 18), Column("Last seen", 18),
    Column("Second step", 12), Column("Asks for a look", 36), Column("Decision", 16), Column("Decided by", 28),
    Column("Decided at", 18),
]  # fmt: skip


class LineFilterForm(GovForm):
    """Nothing is required; a choice that does not exist narrows nothing."""

    role = forms.ChoiceField(
        label="Role", required=False, choices=[("", "Any role"), *((r.value, ROLE_LABELS[r]) for r in Role)]
    )
    flag = forms.ChoiceField(
        label="Asks for a look",
        required=False,
        choices=[("", "Anybody"), ("any", "Anything"), *((f.value, FLAG_LABELS[f]) for f in Flag)],
    )
    decision = forms.ChoiceField(
        label="Decision",
        required=False,
        choices=[("", "Any"), ("waiting", "Not decided"), *((d.value, d.label) for d in Decision if d.value)],
    )

    def narrow(self, lines: QuerySet[AccessReviewLine]) -> QuerySet[AccessReviewLine]:
        """The lines that satisfy every filter set."""
        if not self.is_bound:
            return lines
        self.is_valid()
        if role := self.cleaned_data.get("role"):
            lines = lines.filter(role=role)
        if flag := self.cleaned_data.get("flag"):
            lines = lines.filter(flagged=True) if flag == "any" else lines.filter(flags__contains=[flag])
        if decision := self.cleaned_data.get("decision"):
            lines = lines.filter(decision="" if decision == "waiting" else decision)
        return lines


class RemoveForm(GovForm):
    """No field: the page asks once whether it is meant."""

    submit_label = "Remove the access"
    submit_style = "warning"


def _review(request: HttpRequest, review_id: int) -> AccessReview:
    check_can_review_access(request.user)
    reviews = AccessReview.objects.visible_to(request.user).select_related("opened_by", "closed_by")
    review: AccessReview | None = reviews.filter(pk=review_id).first()
    if review is None:
        raise Http404("There is no such review.")
    return review


def review_list(request: HttpRequest) -> HttpResponse:
    """This term's review, or the button that opens it, and the earlier ones."""
    check_can_review_access(request.user)
    reviews = list(AccessReview.objects.visible_to(request.user).select_related("opened_by", "closed_by"))
    year, season = services.current_term(timezone.localdate())
    here = any((r.academic_year, r.season) == (year, season.value) for r in reviews)
    record_access(request, Access.LISTED, detail={"rows": len(reviews)})
    return render(
        request,
        "access_reviews/list.html",
        {
            "page_title": "Access review",
            "rows": [(review, services.progress(review) if review.is_open else None) for review in reviews],
            "term": rules.term_label(year, season),
            "may_open": not here and not any(review.is_open for review in reviews),
            "open_one": next((review for review in reviews if review.is_open), None),
        },
    )


@require_POST
def review_open(request: HttpRequest) -> HttpResponse:
    """Freeze the list of who has access now."""
    check_can_review_access(request.user)
    try:
        review = services.open_review(actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
        return redirect("access_reviews:list")
    return redirect("access_reviews:detail", review_id=review.pk)


def review_detail(request: HttpRequest, review_id: int) -> HttpResponse:
    """Everybody who had access when the review was opened; who is flagged and not decided comes first."""
    review = _review(request, review_id)
    form = LineFilterForm(request.GET or None)
    lines = AccessReviewLine.objects.visible_to(request.user).filter(review=review).select_related("user", "decided_by")
    order = ("-flagged", "name", "pk")
    page = Paginator(form.narrow(lines).order_by(*order), PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, subject=review, detail={"rows": page.paginator.count})
    progress = services.progress(review)
    return render(
        request,
        "access_reviews/detail.html",
        {
            "page_title": f"Access review: {review.term}",
            "crumbs": [("Access review", reverse("access_reviews:list"))],
            "review": review,
            "form": form,
            "page": page,
            "rows": [_shown(line, request.user) for line in page],
            "progress": progress,
            "can_close": review.is_open and not progress["left"],
            "to_confirm": any(line.decision == Decision.OPEN and line.user.is_active for line in page),
        },
    )


def _shown(line: AccessReviewLine, user: Any) -> dict[str, Any]:
    """A line with what the page says of it and whether it can be decided here."""
    gone = line.decision == Decision.OPEN and not line.user.is_active
    decision = Decision.GONE if gone else Decision(line.decision)
    return {
        "line": line,
        "flags": [FLAG_LABELS[Flag(flag)] for flag in line.flags],
        "decision": (decision.label, DECISION_COLOURS[decision]),
        "waits": decision == Decision.OPEN,
        "may_remove": decision in {Decision.OPEN, Decision.CONFIRMED} and line.user.is_active and line.user != user,
    }


@require_POST
def review_confirm(request: HttpRequest, review_id: int) -> HttpResponse:
    """Confirm the one whose button was pressed, else all that are ticked."""
    review = _review(request, review_id)
    chosen = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("line")
    ids = [int(pk) for pk in chosen if pk.isdecimal() and len(pk) < 19]
    try:
        number = services.confirm_access(review=review, line_ids=ids, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if number:
            messages.success(request, f"{count_of(number, 'person keeps their,people keep their')} access.")
        else:
            messages.info(request, "Nobody was chosen. Tick the people whose access you confirm.")
    return _back(request, review)


def _back(request: HttpRequest, review: AccessReview) -> HttpResponse:
    """To the same part of the list; the form sends what its filter was."""
    query = request.POST.get("back", "")
    plain = query.startswith("?") and len(query) < 300 and query.isprintable()
    return redirect(reverse("access_reviews:detail", args=[review.pk]) + (query if plain else ""))


def line_remove(request: HttpRequest, line_id: int) -> HttpResponse:
    """Is it meant? Then the account is closed now."""
    check_can_review_access(request.user)
    lines = AccessReviewLine.objects.visible_to(request.user).select_related("user", "review")
    line: AccessReviewLine | None = lines.filter(pk=line_id).first()
    if line is None:
        raise Http404("There is no such line.")
    back = reverse("access_reviews:detail", args=[line.review_id])
    form = RemoveForm(request.POST if request.method == "POST" else None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.remove_access(line=line, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"The account of {line.name} is closed and signed out everywhere.")
        return redirect(back)
    keep = services.CLOSED if not line.review.is_open else why_not_deactivate(request.user, line.user)
    context = {
        "page_title": f"Remove the access of {line.name}",
        "crumbs": [("Access review", reverse("access_reviews:list")), (line.review.term, back)],
        "form": form,
        "line": line,
        "keep": keep,
        "back": back,
    }
    return render(request, "access_reviews/remove.html", context)


@require_POST
def review_close(request: HttpRequest, review_id: int) -> HttpResponse:
    """Everybody is decided: the record is complete."""
    review = _review(request, review_id)
    try:
        services.close_review(review=review, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"The review of the {review.term.lower()} is closed.")
    return redirect("access_reviews:detail", review_id=review.pk)


@limited(Limit.EXPORTS)
def review_csv(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """The whole review as CSV: who had access, when they were last here, who decided what."""
    return csv_response(_export(request, review_id, "csv"))


@limited(Limit.EXPORTS)
def review_xlsx(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """The whole review as a workbook."""
    return xlsx_response(_export(request, review_id, "xlsx"))


def _export(request: HttpRequest, review_id: int, form: str) -> Export:
    review = _review(request, review_id)
    lines = AccessReviewLine.objects.visible_to(request.user).filter(review=review)
    lines = lines.select_related("user", "decided_by").order_by("name", "pk")
    record_access(request, Access.EXPORTED, subject=review, detail={"rows": lines.count(), "format": form})
    return Export(f"access-review-{review.term}", COLUMNS, _cells(lines))


def _cells(lines: QuerySet[AccessReviewLine]) -> Iterator[list[Any]]:
    for line in lines.iterator():
        gone = line.decision == Decision.OPEN and not line.user.is_active
        yield [
            line.name, line.email, line.role_label, line.team,
            "every child" if line.children is None else line.children, "; ".join(line.relations),
            line.last_login, line.last_seen_at, line.second_step,
            "; ".join(FLAG_LABELS[Flag(flag)] for flag in line.flags),
            Decision.GONE.label if gone else line.get_decision_display(),
            line.decided_by.name if line.decided_by else "", line.decided_at,
        ]  # fmt: skip
