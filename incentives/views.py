"""The GCSE scheme: its summers, the funnel with the gap by name, letters, and a young person's own page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.exports import Export, csv_response, xlsx_response
from core.limits import Limit, limited
from core.roles import Permission
from core.scoping import require
from incentives import rules, services
from incentives.forms import LetterForm, OneLetterForm, SchemeForm
from incentives.indicators import Funnel, funnel
from incentives.models import GcseScheme
from incentives.permissions import (
    can_open_scheme,
    can_record_letters,
    check_can_open_scheme,
    check_can_record_letters,
)
from pupils import roll
from pupils.models import Pupil
from pupils.views import child_context, visible_pupil


def scheme_list(request: HttpRequest) -> HttpResponse:
    """The summers, newest first, with the share that was told. No names."""
    require(request, Permission.SEE_MONEY)
    today = timezone.localdate()
    return render(
        request,
        "incentives/list.html",
        {
            "page_title": "GCSE incentive scheme",
            "rows": [(scheme, funnel(scheme, today=today)) for scheme in GcseScheme.objects.all()[:12]],
            "may_open": can_open_scheme(request.user),
            "today": today,
        },
    )


def scheme_new(request: HttpRequest) -> HttpResponse:
    """Open the scheme of a summer."""
    check_can_open_scheme(request.user)
    today = timezone.localdate()
    back = reverse("incentives:list")
    form = SchemeForm(request.POST or None, today=today, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            scheme = services.open_scheme(**form.cleaned_data, today=today, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record_access(request, Access.DECIDED, subject=scheme)
            messages.success(request, f"The scheme of summer {scheme.assessment_year} is open.")
            return redirect("incentives:scheme", assessment_year=scheme.assessment_year)
    return render(
        request,
        "layouts/form.html",
        {"page_title": "Open a GCSE incentive scheme", "crumbs": [("GCSE scheme", back)], "form": form},
    )


def _scheme(request: HttpRequest, assessment_year: int) -> GcseScheme:
    require(request, Permission.SEE_MONEY)
    scheme = GcseScheme.objects.filter(assessment_year=assessment_year).first()
    if scheme is None:
        raise Http404("No scheme is open for this summer.")
    return scheme


def _not_told(request: HttpRequest, steps: Funnel) -> QuerySet[Any]:
    """The gap by name, for those who see children; a finance officer gets none."""
    return Pupil.objects.visible_to(request.user).filter(pk__in=steps.not_told)


def scheme_page(request: HttpRequest, assessment_year: int) -> HttpResponse:
    """The funnel: whom the scheme is meant for, who was told, and who was not, by name for those who may."""
    scheme = _scheme(request, assessment_year)
    today = timezone.localdate()
    steps = funnel(scheme, today=today)
    gap = _not_told(request, steps)
    may_record = can_record_letters(request.user)
    initial = {"pupils": list(gap)} if "all" in request.GET else {}
    form = LetterForm(gap, request.POST or None, today=today, initial=initial) if may_record else None
    if request.method == "POST":
        check_can_record_letters(request.user)
        if form is not None and form.is_valid() and _record(request, scheme, form):
            return redirect("incentives:scheme", assessment_year=scheme.assessment_year)
    names = request.user.can(Permission.SEE_PUPILS)  # type: ignore[union-attr]
    people = roll.entries(gap, on=steps.on) if names else []
    record_access(request, Access.OPENED, subject=scheme, detail={"named": len(people)})
    chosen = {str(value) for value in form["pupils"].value() or []} if form else set()
    return render(
        request,
        "incentives/scheme.html",
        {
            "page_title": f"GCSE incentive scheme, summer {scheme.assessment_year}",
            "crumbs": [("GCSE scheme", reverse("incentives:list"))],
            "scheme": scheme,
            "steps": steps,
            "year_now": rules.nc_year_now(scheme.assessment_year, steps.on),
            "each": _each(scheme, steps),
            "late": scheme.letters_due_on < today and bool(steps.not_told),
            "form": form,
            "people": [(e, str(e.pupil.pk) in chosen) for e in people],
            "sees_names": names,
            "can_export": request.user.can(Permission.EXPORT_PUPILS) and names,  # type: ignore[union-attr]
        },
    )


def _each(scheme: GcseScheme, steps: Funnel) -> int | None:
    """Whole pounds for each young person, were all paid alike."""
    return int(scheme.budget // len(steps.cohort)) if steps.cohort else None


def _record(request: HttpRequest, scheme: GcseScheme, form: LetterForm) -> bool:
    try:
        number = services.record_letters(
            scheme=scheme,
            pupils=list(form.cleaned_data["pupils"]),
            sent_on=form.cleaned_data["sent_on"],
            today=timezone.localdate(),
            actor=request.user,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    record_access(request, Access.DECIDED, subject=scheme, detail={"letters": number})
    messages.success(request, f"{number} {'letter is' if number == 1 else 'letters are'} recorded.")
    return True


@limited(Limit.EXPORTS)
def not_told_export(request: HttpRequest, assessment_year: int, extension: str) -> HttpResponseBase:
    """Who was not told yet, for the letters."""
    scheme = _scheme(request, assessment_year)
    require(request, Permission.SEE_PUPILS)
    require(request, Permission.EXPORT_PUPILS)
    steps = funnel(scheme, today=timezone.localdate())
    people = roll.entries(_not_told(request, steps), on=steps.on)
    export = Export(
        f"gcse-scheme-{scheme.assessment_year}-not-told",
        ["Child id", "Name", "Year", "School", "Adviser", "Social worker"],
        (
            [
                e.pupil.child_id,
                e.pupil.display_name,
                e.year_label,
                e.main_place.school.name if e.main_place else "",
                *(e.team[kind].user.name if kind in e.team else "" for kind in ("adviser", "social_worker")),
            ]
            for e in people
        ),
    )
    record_access(request, Access.EXPORTED, subject=scheme, detail={"rows": len(people), "format": extension})
    respond = csv_response if extension == "csv" else xlsx_response
    return respond(export, on=steps.on)


def child_money(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """What a young person may get: the scheme of their summer, and whether they were told."""
    require(request, Permission.SEE_MONEY)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="incentives:child")
    today = context["today"]
    year = rules.assessment_year_for(context["entry"].nc_year, today)
    scheme = GcseScheme.objects.filter(assessment_year=year).first() if year else None
    letters = list(pupil.scheme_letters.visible_to(request.user).select_related("scheme").order_by("-sent_on"))
    letter = next((x for x in letters if scheme and x.scheme_id == scheme.pk), None)
    may_record = scheme is not None and letter is None and can_record_letters(request.user)
    may_record = may_record and context["entry"].episode is not None
    form = OneLetterForm(request.POST or None, today=today) if may_record else None
    if request.method == "POST":
        check_can_record_letters(request.user)
        if form is not None and scheme is not None and form.is_valid():
            try:
                services.record_letter(
                    scheme=scheme, pupil=pupil, sent_on=form.cleaned_data["sent_on"], today=today, actor=request.user
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                record_access(request, Access.DECIDED, subject=pupil, detail={"scheme": scheme.pk})
                messages.success(request, "The letter is recorded.")
                return redirect("incentives:child", pupil_id=pupil.pk)
    context |= {"summer": year, "scheme": scheme, "letter": letter, "letters": letters, "form": form}
    return render(request, "incentives/child.html", context)
