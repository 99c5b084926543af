"""A child's consents and the notices that were given; what may be asked at all."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from pupils.views import child_context, visible_pupil
from rights.consents import services
from rights.consents.forms import ConsentForm, NoticeGivenForm, PurposeForm, WithdrawForm
from rights.consents.permissions import check_may_record, may_record
from rights.consents.rules import Answer, standings
from rights.models import Consent, ConsentPurpose, NoticeGiven
from rights.notices.rules import AUDIENCE_LABELS, audience_of_age


def show_problems(form: Any, problem: ValidationError) -> None:
    """What a service refused, at the fields where the form has them."""
    if not hasattr(problem, "error_dict"):
        form.add_error(None, problem)
        return
    for field, errors in problem.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


def consents(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Where each purpose stands, every answer with the version of the notice that was shown, and notices given."""
    require(request, Permission.SEE_CARE_DETAIL)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="rights:consents")
    today = context["today"]
    answers = Consent.objects.visible_to(request.user).filter(pupil=pupil)
    rows = list(answers.select_related("purpose", "notice", "recorded_by"))
    audience = audience_of_age(pupil.dob, today)
    context |= {
        "standings": standings(rows, today),
        "rows": rows,
        "given": NoticeGiven.objects.visible_to(request.user)
        .filter(pupil=pupil)
        .select_related("notice", "recorded_by"),
        "audience": AUDIENCE_LABELS[audience].lower() if audience else "",
        "may_record": may_record(request.user),
    }
    return render(request, "rights/consents.html", context)


def record(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """An answer: given or refused."""
    require(request, Permission.RECORD_CONSENTS)
    pupil = visible_pupil(request, pupil_id, changes=True)
    check_may_record(request.user)
    back = reverse("rights:consents", args=[pupil.pk])
    form = ConsentForm(timezone.localdate(), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.record_consent(
                pupil=pupil,
                purpose=form.purpose(),
                detail=form.cleaned_data["detail"],
                answer=Answer(form.cleaned_data["answer"]),
                given=form.given(),
                until=form.cleaned_data["until"],
                now=timezone.localtime(),
                actor=request.user,
            )
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, f"Recorded: {row.what}, {row.get_answer_display().lower()}.")
            return redirect(back)
    return _form(request, pupil, form, back, "Record a consent or a refusal")


def withdraw(request: HttpRequest, consent_id: int) -> HttpResponse:
    """A consent holds no more, by a row of its own."""
    require(request, Permission.RECORD_CONSENTS)
    consent = Consent.objects.visible_to(request.user).select_related("purpose", "pupil").filter(pk=consent_id).first()
    if consent is None:
        raise Http404("There is no such consent among your children's.")
    pupil = visible_pupil(request, consent.pupil_id, changes=True)
    check_may_record(request.user)
    back = reverse("rights:consents", args=[pupil.pk])
    form = WithdrawForm(timezone.localdate(), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_consent(consent=consent, given=form.given(), now=timezone.localtime(), actor=request.user)
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, f"Withdrawn: {consent.what}. The consent itself stays in the log.")
            return redirect(back)
    return _form(request, pupil, form, back, f"Withdraw: {consent.what}")


def give_notice(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A version of a privacy notice was given to the child or their carer."""
    require(request, Permission.RECORD_CONSENTS)
    pupil = visible_pupil(request, pupil_id, changes=True)
    check_may_record(request.user)
    back = reverse("rights:consents", args=[pupil.pk])
    form = NoticeGivenForm(timezone.localdate(), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_notice_given(
                pupil=pupil,
                notice=form.notice(),
                on=form.cleaned_data["on"],
                how=form.how(),
                now=timezone.localtime(),
                actor=request.user,
            )
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "The notice given is recorded.")
            return redirect(back)
    return _form(request, pupil, form, back, "Record a privacy notice given")


def _form(request: HttpRequest, pupil: Any, form: Any, back: str, title: str) -> HttpResponse:
    context = {
        "page_title": f"{title}: {pupil.display_name}",
        "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
        "form": form,
    }
    return render(request, "layouts/form.html", context)


# ---------------------------------------------------------------- what may be asked


def purposes(request: HttpRequest) -> HttpResponse:
    """The list of what may be asked, and one more."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_purpose(**form.cleaned_data, actor=request.user)
        except ValidationError as problem:
            show_problems(form, problem)
        else:
            messages.success(request, "Added. It can be asked from now on.")
            return redirect("rights:purposes")
    record_access(request, Access.LISTED)
    rows = ConsentPurpose.objects.order_by("-is_active", "name")
    return render(
        request, "rights/purposes.html", {"page_title": "What we ask consent for", "rows": rows, "form": form}
    )


@require_POST
def switch_purpose(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """Ask it no longer, or again."""
    require(request, Permission.KEEP_PROCESSING_RECORD)
    purpose = ConsentPurpose.objects.filter(pk=purpose_id).first()
    if purpose is None:
        raise Http404("There is no such purpose.")
    row = services.switch_purpose(purpose=purpose, actor=request.user)
    messages.success(request, f"{row.name}: {'asked again' if row.is_active else 'no longer asked'}.")
    return redirect("rights:purposes")
