"""Documents of a PEP: the plan for adults, the child's edition, kept versions, addenda, the lock."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.limits import Limit, limited
from core.wording import when
from peps import permissions
from peps.forms.addenda import AddendumForm
from peps.models import PEP, PEPVersion
from peps.rules.printing import locks_on
from peps.rules.workflow import FINISHED, State
from peps.services import presenting, steps
from peps.views.common import pep_context, pep_in_work

PDF = "application/pdf"


def _answer(content: bytes, name: str, kind: str = PDF) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _give(request: HttpRequest, pep: PEP, what: str, make: Callable[[], bytes], kind: str = PDF) -> HttpResponse:
    """Make and give out a file with its trace; a file that is not as it was kept is refused in words."""
    try:
        content = make()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("peps:pep", pep_id=pep.pk)
    record_access(request, Access.PRINTED, subject=pep.pupil, detail={"pep": pep.pk, "document": what})
    ending = "pdf" if kind == PDF else "zip"
    return _answer(content, f"pep-{pep.pk}-{pep.academic_year}-{pep.season}-{what}.{ending}", kind)


@limited(Limit.EXPORTS)
def adult_pdf(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The plan for adults: as approved, or a draft of what is there."""
    pep = _printable(pep_in_work(request, pep_id))
    today = timezone.localdate()
    return _give(request, pep, "plan", lambda: presenting.adult_pdf(pep, reader=request.user, today=today))


@limited(Limit.EXPORTS)
def child_pdf(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The child's own edition."""
    pep = _printable(pep_in_work(request, pep_id))
    today = timezone.localdate()
    return _give(request, pep, "child", lambda: presenting.child_pdf(pep, reader=request.user, today=today))


@limited(Limit.EXPORTS)
def version_pdf(request: HttpRequest, pep_id: int, number: int) -> HttpResponse:
    """One version, the kept file where it was approved."""
    pep = _printable(pep_in_work(request, pep_id))
    version = (
        PEPVersion.objects.visible_to(request.user)
        .filter(pep=pep, number=number)
        .select_related("pep__pupil", "pep__form")
        .first()
    )
    if version is None:
        raise Http404("This PEP has no such version.")
    today = timezone.localdate()
    return _give(
        request,
        pep,
        f"version-{number}",
        lambda: presenting.version_pdf(version, reader=request.user, today=today),
    )


def _printable(pep: PEP) -> PEP:
    """404 for a plan that was kept on paper: the system has its dates only."""
    if not pep.form_sections:
        raise Http404("This PEP was kept on paper: there is nothing to print.")
    return pep


@limited(Limit.EXPORTS)
def package(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The package for the social-care system or a new school."""
    pep = _printable(pep_in_work(request, pep_id))
    permissions.check_can_take_out(request.user, pep)
    now = timezone.now()
    return _give(
        request, pep, "package", lambda: presenting.package(pep=pep, actor=request.user, now=now), "application/zip"
    )


def addenda(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Add a note to a locked plan."""
    pep = pep_in_work(request, pep_id)
    permissions.check_can_add_to(request.user, pep)
    back = reverse("peps:pep", args=[pep.pk])
    form = AddendumForm(request.POST or None, cancel_url=back)
    if pep.state not in {State.LOCKED, State.SUPERSEDED}:
        messages.error(request, "This plan is not locked: what is wrong in it can be mended in its sections.")
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        presenting.add_addendum(pep=pep, text=form.cleaned_data["text"], actor=request.user, now=timezone.now())
        messages.success(request, "The addendum is added. It is printed at the end of the plan.")
        return redirect(back)
    context = pep_context(request, pep, title=f"Add to a locked PEP: {pep.pupil.display_name}")
    facts = [("Plan", pep.term_label)]
    facts += [("Added before", f"{when(a.at)}, {a.by.name}: {a.text}") for a in pep.addenda.select_related("by")]
    return render(request, "peps/meeting.html", context | {"form": form, "facts": facts})


@require_POST
def lock(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Lock an approved plan at once; its PDF is kept with it."""
    pep = pep_in_work(request, pep_id)
    try:
        locked = steps.lock(pep=pep, actor=request.user)
        presenting.keep_latest(pep=locked, today=timezone.localdate())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The PEP is locked. From now on addenda can be added, and nothing else.")
    return redirect("peps:pep", pep_id=pep.pk)


def documents_context(request: HttpRequest, pep: PEP) -> dict[str, Any]:
    """For the page of the PEP: what can be printed, its versions, its addenda, when it locks."""
    finished = pep.state in FINISHED
    return {
        "may_print": bool(pep.form_sections),
        "may_take_out": permissions.can_take_out(request.user, pep),
        "may_add": pep.state in {State.LOCKED, State.SUPERSEDED} and permissions.can_add_to(request.user, pep),
        "addenda": list(pep.addenda.select_related("by")) if finished or pep.locked_at else [],
        "versions": list(pep.versions.select_related("made_by").defer("content")),
        "locks_on": locks_on(timezone.localtime(pep.approved_at).date())
        if pep.state == State.APPROVED and pep.approved_at
        else None,
    }
