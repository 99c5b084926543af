"""The PEP form's versions: what stands in them, what is new, who was asked, who approved, from when they hold."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.forms import GovForm
from core.roles import Permission
from core.scoping import require
from peps.forms import governance as forms
from peps.models import FormApproval, FormComment, FormVersion
from peps.rules.form import Field, Section
from peps.rules.form_changes import KIND_LABELS, differences
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor
from peps.services import form_versions as service

COLOURS = {
    "draft": "grey",
    "consultation": "yellow",
    "agreed": "blue",
    "in_force": "green",
    "retired": "grey",
    "given_up": "grey",
}


def _version(request: HttpRequest, number: int, *, changes: bool = True) -> FormVersion:
    """The version of a page: 403 for roles that see none, and for those that only read where it `changes`."""
    require(request, Permission.SEE_FORMS)
    version = get_object_or_404(FormVersion, number=number)
    if changes:
        service.check_can_govern(request.user)
    return version


def form_list(request: HttpRequest) -> HttpResponse:
    """Every version, newest first."""
    require(request, Permission.SEE_FORMS)
    versions = list(FormVersion.objects.all())
    governs = request.user.can(Permission.GOVERN_FORMS)  # type: ignore[union-attr]
    return render(
        request,
        "peps/forms/list.html",
        {
            "page_title": "Versions of the PEP form",
            "versions": [(version, COLOURS[version.state]) for version in versions],
            "may_draft": governs and not any(version.state in service.OPEN for version in versions),
        },
    )


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """A new version with the questions of the one in force."""
    try:
        version = service.draft(actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("peps:forms")
    messages.success(request, f"{version} is a draft with the questions of the version in force.")
    return redirect("peps:form", number=version.number)


def form_page(request: HttpRequest, number: int) -> HttpResponse:
    """A version whole: what is new, its questions by section, the consultation log, the approvals."""
    version = _version(request, number, changes=False)
    governs = request.user.can(Permission.GOVERN_FORMS)  # type: ignore[union-attr]
    earlier = service.before(version)
    agreed = {approval.body: approval for approval in version.approvals.select_related("recorded_by")}
    return render(
        request,
        "peps/forms/version.html",
        {
            "page_title": f"PEP form, {str(version).lower()}: {version.title}",
            "crumbs": [("Versions of the PEP form", reverse("peps:forms"))],
            "version": version,
            "colour": COLOURS[version.state],
            "earlier": earlier,
            "news": differences(earlier.form, version.form) if earlier else [],
            "sections": [(s, CONTRIBUTOR_LABELS[s.by], [_shown(f) for f in s.fields]) for s in version.form.sections],
            "comments": version.comments.select_related("recorded_by"),
            "bodies": [(label, agreed.get(body)) for body, label in FormApproval.Body.choices],
            "governs": governs,
            "why_closed": service.why_closed(version),
            "editable": governs and not service.why_closed(version),
            "open": governs and version.state in service.EDITABLE,
            "against": service.reasons_against(version) if version.state == service.State.CONSULTATION else [],
        },
    )


def _shown(field: Field) -> tuple[Field, str]:
    parts = [KIND_LABELS[field.kind]]
    if field.required:
        parts.append("required")
    elif field.required_if is not None:
        parts.append("required by another answer")
    if field.law:
        parts.append(f"for {', '.join(field.law)} of the regulations")
    return field, ", ".join(parts)


def export(request: HttpRequest, number: int) -> HttpResponse:
    """The definition as a file. It holds questions, and nothing of any child."""
    version = _version(request, number, changes=False)
    answer = HttpResponse(
        json.dumps(version.definition, ensure_ascii=False, indent=2) + "\n", content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="pep-form-version-{version.number}.json"'
    return answer


def _one_form(
    request: HttpRequest, version: FormVersion, form: GovForm, title: str, take: Callable[[], Any], **more: Any
) -> HttpResponse:
    """A page that is one form: what it does, then back to the version."""
    back = reverse("peps:form", args=[version.number])
    form.cancel_url = back
    if request.method == "POST" and form.is_valid():
        try:
            take()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect(back)
    context = {
        "page_title": title,
        "crumbs": [("Versions of the PEP form", reverse("peps:forms")), (str(version), back)],
        "form": form,
        "version": version,
    }
    return render(request, "peps/forms/one.html", {**context, **more})


def _closed(request: HttpRequest, version: FormVersion) -> HttpResponse | None:
    """Back to the version with a word, where its questions cannot be changed now."""
    if why := service.why_closed(version):
        messages.error(request, why)
        return redirect("peps:form", number=version.number)
    return None


def about(request: HttpRequest, number: int) -> HttpResponse:
    """Title, and what is new in the Head's words."""
    version = _version(request, number)
    form = forms.AboutForm(request.POST or None, initial={"title": version.title, "changes": version.changes})

    def take() -> None:
        service.describe(version=version, **form.cleaned_data, actor=request.user)

    return _one_form(request, version, form, f"About {str(version).lower()}", take)


def _section(version: FormVersion, code: str) -> Section:
    try:
        return version.form.section(code)
    except KeyError:
        raise Http404("This version has no such section.") from None


def question(request: HttpRequest, number: int, code: str, key: str) -> HttpResponse:
    """A question's words, help, whether it is required; or take it away."""
    version = _version(request, number)
    section = _section(version, code)
    field = next((f for f in section.fields if f.key == key), None)
    if field is None:
        raise Http404("This section has no such question.")
    if refusal := _closed(request, version):
        return refusal
    form = forms.QuestionForm(field, request.POST or None, by_child=section.by is Contributor.CHILD)

    def take() -> None:
        service.change_question(version=version, code=code, key=key, changes=form.changes(), actor=request.user)

    title = f"Question of section {section.code}, {section.title}"
    return _one_form(request, version, form, title, take, section=section, field=field)


@require_POST
def question_remove(request: HttpRequest, number: int, code: str, key: str) -> HttpResponse:
    """Take a question out of the draft."""
    version = _version(request, number)
    try:
        service.remove_question(version=version, code=code, key=key, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The question is taken out of this version.")
    return redirect("peps:form", number=number)


def question_new(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """One more question at the end of a section."""
    version = _version(request, number)
    section = _section(version, code)
    if refusal := _closed(request, version):
        return refusal
    form = forms.NewQuestionForm(request.POST or None)

    def take() -> None:
        service.add_question(version=version, code=code, question=form.cleaned_data, actor=request.user)

    return _one_form(request, version, form, f"New question in section {section.code}, {section.title}", take)


def bring_in(request: HttpRequest, number: int) -> HttpResponse:
    """A definition from a file in place of the draft's."""
    version = _version(request, number)
    if refusal := _closed(request, version):
        return refusal
    form = forms.ImportForm(request.POST or None, request.FILES or None)

    def take() -> None:
        service.bring_in(version=version, document=form.cleaned_data["file_sent"], actor=request.user)

    return _one_form(request, version, form, f"Bring in a definition for {str(version).lower()}", take)


@require_POST
def consult(request: HttpRequest, number: int) -> HttpResponse:
    """The draft goes out to consultation."""
    version = _version(request, number)
    try:
        service.consult(version=version, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The draft is in consultation. Record what each group says.")
    return redirect("peps:form", number=number)


@require_POST
def give_up(request: HttpRequest, number: int) -> HttpResponse:
    """The version comes to nothing."""
    version = _version(request, number)
    try:
        service.give_up(version=version, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{version} is given up. PEPs go on with the version in force.")
    return redirect("peps:form", number=number)


def comment(request: HttpRequest, number: int, comment_id: int | None = None) -> HttpResponse:
    """A comment of the consultation, new or with its outcome."""
    version = _version(request, number)
    found = get_object_or_404(FormComment, pk=comment_id, form=version) if comment_id is not None else None
    names = ("group", "on", "comment", "outcome")
    initial = {name: getattr(found, name) for name in names} if found else {"on": timezone.localdate()}
    form = forms.CommentForm(request.POST or None, initial=initial)

    def take() -> None:
        service.record_comment(
            version=version, said=form.cleaned_data, today=timezone.localdate(), actor=request.user, comment=found
        )

    return _one_form(request, version, form, f"Comment on {str(version).lower()}", take)


def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Record that a body approved the version."""
    version = _version(request, number)
    form = forms.ApprovalForm(request.POST or None, initial={"on": timezone.localdate()})

    def take() -> None:
        service.approve(version=version, **form.cleaned_data, today=timezone.localdate(), actor=request.user)

    return _one_form(request, version, form, f"Approval of {str(version).lower()}", take)


@require_POST
def approval_withdraw(request: HttpRequest, number: int, approval_id: int) -> HttpResponse:
    """An approval does not hold any more."""
    version = _version(request, number)
    approval = get_object_or_404(FormApproval, pk=approval_id, form=version)
    try:
        service.withdraw_approval(approval=approval, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The approval is withdrawn: the questions can be changed again.")
    return redirect("peps:form", number=number)


def in_force(request: HttpRequest, number: int) -> HttpResponse:
    """From when new PEPs have this version."""
    version = _version(request, number)
    form = forms.InForceForm(request.POST or None, initial={"from_on": timezone.localdate()})

    def take() -> None:
        service.put_in_force(version=version, **form.cleaned_data, today=timezone.localdate(), actor=request.user)

    return _one_form(
        request,
        version,
        form,
        f"Put {str(version).lower()} in force",
        take,
        against=service.reasons_against(version),
    )
