"""Records to keep and dispose of: what is due, held, without a date, how long each class is kept, certificates."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.exports import Export, csv_response
from core.limits import Limit, limited
from core.roles import Permission
from core.scoping import require
from pupils.models import Pupil
from pupils.views import child_context, visible_pupil
from retention import services
from retention.documents.certificate import certificate_facts, certificate_pdf_of
from retention.facts import current_policy, held, judge_all, judge_children
from retention.forms import DeclineForm, DueFilterForm, HoldForm, PeriodForm, ReleaseForm
from retention.models import DisposalApproval, DisposalCertificate, DisposalProposal, RetentionHold, RetentionPeriod
from retention.permissions import can_approve, can_decline, can_propose, can_set, check_can_set
from retention.reach import reached
from retention.rules import RULES, STATE_COLOURS, HoldKind, ProposalState, RecordClass, Standing
from retention.tasks import dispose

PER_PAGE = 50
TITLE = "Records to keep and dispose of"
TABS = [
    ("retention:due", "Due"),
    ("retention:held", "Held"),
    ("retention:no_trigger", "No date known"),
    ("retention:policy", "How long"),
    ("retention:certificates", "Certificates"),
]


def _tabs(active: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": reverse(name), "active": name == active} for name, label in TABS]


def _names(request: HttpRequest, pupil_ids: list[int]) -> dict[int, Pupil]:
    return Pupil.objects.visible_to(request.user).in_bulk(pupil_ids)


# Lists


def due(request: HttpRequest) -> HttpResponse:
    """Every open proposal, the longest due first."""
    require(request, Permission.DISPOSE_RECORDS)
    form = DueFilterForm(request.GET or None)
    rows = DisposalProposal.objects.visible_to(request.user).open().select_related("proposed_by")
    if form.is_bound and form.is_valid():
        rows = rows.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    page = Paginator(rows.prefetch_related("approvals"), PER_PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    children = _names(request, [p.subject_id for p in found if p.kind == DisposalProposal.Kind.CHILD])
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {
        "page_title": TITLE,
        "tabs": _tabs("retention:due"),
        "form": form,
        "page": page,
        "rows": [
            {"proposal": p, "child": children.get(p.subject_id), "colour": STATE_COLOURS[ProposalState(p.state)],
             "approvals": len(p.approvals.all())}
            for p in found
        ],
    }  # fmt: skip
    return render(request, "retention/due.html", context)


def held_list(request: HttpRequest) -> HttpResponse:
    """Holds in force, the one to be reviewed soonest first."""
    require(request, Permission.DISPOSE_RECORDS)
    holds = RetentionHold.objects.visible_to(request.user).in_force().select_related("pupil", "placed_by")
    page = Paginator(holds, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {
        "page_title": TITLE,
        "tabs": _tabs("retention:held"),
        "page": page,
        "today": timezone.localdate(),
        "may_set": can_set(request.user),
    }
    return render(request, "retention/held.html", context)


def no_trigger(request: HttpRequest) -> HttpResponse:
    """Records whose period cannot be counted: never due until somebody records the date."""
    require(request, Permission.DISPOSE_RECORDS)
    unknown = [(pk, j) for pk, j in judge_all(today=timezone.localdate()) if j.standing is Standing.UNKNOWN]
    page = Paginator(unknown, PER_PAGE).get_page(request.GET.get("page"))
    children = _names(request, [pk for pk, _ in page.object_list])
    record_access(request, Access.LISTED, detail={"rows": len(unknown)})
    context = {
        "page_title": TITLE,
        "tabs": _tabs("retention:no_trigger"),
        "page": page,
        "rows": [(children[pk], j) for pk, j in page.object_list if pk in children],
    }
    return render(request, "retention/no_trigger.html", context)


# Periods


def policy(request: HttpRequest) -> HttpResponse:
    """How long each class is kept, on what ground, and what was set when."""
    require(request, Permission.DISPOSE_RECORDS)
    now = current_policy()
    history = RetentionPeriod.objects.visible_to(request.user).select_related("set_by")
    context = {
        "page_title": TITLE,
        "tabs": _tabs("retention:policy"),
        "rows": [{"code": c.value, "rule": rule, "period": now.of(c)} for c, rule in RULES.items()],
        "history": history[:PER_PAGE],
        "may_set": can_set(request.user),
    }
    return render(request, "retention/policy.html", context)


def period(request: HttpRequest, code: str) -> HttpResponse:
    """Set the period of a class, with the reason."""
    require(request, Permission.SET_RETENTION)
    if code not in set(RecordClass) or not RULES[RecordClass(code)].settable:
        raise Http404("There is no such class whose period is set.")
    record_class = RecordClass(code)
    back = reverse("retention:policy")
    form = PeriodForm(record_class, current_policy().of(record_class), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_period(
                record_class=record_class, period=form.period(), reason=form.cleaned_data["reason"], actor=request.user
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The period is set. What it makes due is listed after the next night.")
            return redirect(back)
    context = {
        "page_title": f"How long: {RULES[record_class].label}",
        "crumbs": [(TITLE, back)],
        "form": form,
        "rule": RULES[record_class],
    }
    return render(request, "retention/period.html", context)


# Proposals


def _proposal(request: HttpRequest, proposal_id: int) -> DisposalProposal:
    require(request, Permission.DISPOSE_RECORDS)
    found = DisposalProposal.objects.visible_to(request.user).select_related("proposed_by", "closed_by")
    row = found.filter(pk=proposal_id).first()
    if row is None:
        raise Http404("There is no such proposal.")
    return row


def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What would be destroyed and why, who decided what, and the next decision."""
    row = _proposal(request, proposal_id)
    certificate = DisposalCertificate.objects.visible_to(request.user).filter(proposal=row).first()
    if certificate is not None:
        return redirect("retention:certificate", number=certificate.number)
    today = timezone.localdate()
    is_child = row.kind == DisposalProposal.Kind.CHILD
    child = _names(request, [row.subject_id]).get(row.subject_id) if is_child else None
    judgement = judge_children([row.subject_id], today=today).get(row.subject_id) if is_child else None
    approvals = DisposalApproval.objects.visible_to(request.user).filter(proposal=row).select_related("approver")
    record_access(request, Access.OPENED, subject=row)
    context = {
        "page_title": f"Proposal {row.pk}",
        "crumbs": [(TITLE, reverse("retention:due"))],
        "proposal": row,
        "colour": STATE_COLOURS[ProposalState(row.state)],
        "child": child,
        "judgement": judgement,
        "hold": held([row.subject_id]).get(row.subject_id) if is_child else None,
        "reach": _reach(row.subject_id) if is_child else [],
        "approvals": approvals,
        "missing": services.still_missing(row) if row.state == ProposalState.PROPOSED else "",
        "may_propose": can_propose(request.user, row),
        "may_approve": can_approve(request.user, row),
        "may_decline": can_decline(request.user, row),
    }
    return render(request, "retention/proposal.html", context)


def _reach(pupil_id: int) -> list[tuple[str, int]]:
    """(what in words, how many rows) of a child's record, as it is now."""
    counted = ((str(one.model._meta.verbose_name_plural), one.of(pupil_id).count()) for one in reached())
    return [(words[:1].upper() + words[1:], number) for words, number in counted if number]


@require_POST
def propose(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Propose to destroy what is due."""
    row = _proposal(request, proposal_id)
    try:
        services.propose(proposal=row, actor=request.user, today=timezone.localdate())
    except services.NotPossible as why:
        messages.error(request, str(why))
    else:
        messages.success(request, "Proposed. Two other people must approve it, one of them a Virtual School Head.")
    return redirect("retention:proposal", proposal_id=row.pk)


@require_POST
def approve(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Approve; with the second approval the record is destroyed by the worker."""
    row = _proposal(request, proposal_id)
    try:
        row = services.approve(
            proposal=row, actor=request.user, today=timezone.localdate(),
            when_approved=lambda pk: dispose.delay(proposal_id=pk),
        )  # fmt: skip
    except services.NotPossible as why:
        messages.error(request, str(why))
    else:
        done = row.state == ProposalState.APPROVED
        messages.success(
            request,
            "Approved by two people. The record is being destroyed; its certificate comes in its place."
            if done
            else "Your approval is recorded. One more person must approve.",
        )
    return redirect("retention:proposal", proposal_id=row.pk)


def decline(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What is due stays for now, with the reason and a day to look again."""
    row = _proposal(request, proposal_id)
    back = reverse("retention:proposal", args=[row.pk])
    form = DeclineForm(request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline(proposal=row, **form.cleaned_data, actor=request.user, today=timezone.localdate())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except services.NotPossible as why:
            messages.error(request, str(why))
            return redirect(back)
        else:
            messages.success(request, "The record stays for now.")
            return redirect(reverse("retention:due"))
    context = {"page_title": f"Keep for now: proposal {row.pk}", "crumbs": [(TITLE, back)], "form": form}
    return render(request, "layouts/form.html", context)


# Certificates


def certificates(request: HttpRequest) -> HttpResponse:
    """All certificates, the newest first."""
    require(request, Permission.DISPOSE_RECORDS)
    rows = DisposalCertificate.objects.visible_to(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    record_access(request, Access.LISTED, detail={"rows": page.paginator.count})
    context = {"page_title": TITLE, "tabs": _tabs("retention:certificates"), "page": page}
    return render(request, "retention/certificates.html", context)


@limited(Limit.EXPORTS)
def certificates_csv(request: HttpRequest) -> HttpResponseBase:
    """All certificates as a table, for the council's own register."""
    require(request, Permission.DISPOSE_RECORDS)
    rows = DisposalCertificate.objects.visible_to(request.user).select_related("proposed_by")
    record_access(request, Access.EXPORTED, detail={"rows": rows.count(), "format": "csv"})
    columns = [
        "Certificate", "Kind", "Record number", "Class of record", "Basis", "Period counts from", "Due from",
        "Proposed by", "Destroyed at", "Rows", "Files", "sha256 of the list",
    ]  # fmt: skip
    lines = (
        [
            c.number, c.get_kind_display(), c.subject_id, c.class_label, c.basis, c.trigger_on, c.due_on,
            c.proposed_by.name, c.issued_at, c.rows, c.files, c.destroyed_sha256,
        ]
        for c in rows
    )  # fmt: skip
    return csv_response(Export("disposal-certificates", columns, lines), on=timezone.localdate())


def _certificate(request: HttpRequest, number: str) -> DisposalCertificate:
    require(request, Permission.DISPOSE_RECORDS)
    rows = DisposalCertificate.objects.visible_to(request.user).select_related("proposed_by", "proposal")
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404("There is no such certificate.")
    return row


def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """What was destroyed, when, by whose decision."""
    row = _certificate(request, number)
    record_access(request, Access.OPENED, subject=row)
    context = {
        "page_title": f"Certificate {row.number}",
        "crumbs": [(TITLE, reverse("retention:certificates"))],
        "certificate": row,
        "facts": certificate_facts(row),
        "counts": [*sorted(row.counts.items()), *sorted(row.audit_counts.items())],
    }
    return render(request, "retention/certificate.html", context)


@limited(Limit.EXPORTS)
def certificate_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate as a document."""
    row = _certificate(request, number)
    record_access(request, Access.PRINTED, subject=row, detail={"certificate": row.number})
    response = HttpResponse(certificate_pdf_of(row), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{row.number}.pdf"'
    return response


# A child's page


def child(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """How long this record is kept and why, and its holds."""
    require(request, Permission.SET_RETENTION)
    pupil = visible_pupil(request, pupil_id)
    context = child_context(request, pupil, active="retention:child")
    holds = (
        RetentionHold.objects.visible_to(request.user).filter(pupil=pupil).select_related("placed_by", "released_by")
    )
    context |= {
        "judgement": judge_children([pupil.pk], today=context["today"])[pupil.pk],
        "holds": [hold for hold in holds if hold.released_at is None],
        "released": [hold for hold in holds if hold.released_at is not None],
    }
    return render(request, "retention/child.html", context)


def hold(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Hold a child's record."""
    require(request, Permission.SET_RETENTION)
    pupil = visible_pupil(request, pupil_id)
    check_can_set(request.user)
    back = reverse("retention:child", args=[pupil.pk])
    form = HoldForm(request.POST or None, today=timezone.localdate(), cancel_url=back)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {**form.cleaned_data, "kind": HoldKind(form.cleaned_data["kind"])}
        try:
            services.place_hold(pupil=pupil, **values, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except services.NotPossible as why:
            raise Http404(str(why)) from None
        else:
            messages.success(request, "The record is held. It cannot be disposed of until the hold is released.")
            return redirect(back)
    context = {
        "page_title": f"Hold the record: {pupil.display_name}",
        "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
        "form": form,
    }
    return render(request, "layouts/form.html", context)


def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Release a hold, with the reason."""
    require(request, Permission.SET_RETENTION)
    found = RetentionHold.objects.visible_to(request.user).in_force().select_related("pupil")
    row = found.filter(pk=hold_id).first()
    if row is None:
        raise Http404("There is no such hold in force.")
    back = reverse("retention:child", args=[row.pupil_id])
    form = ReleaseForm(request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        services.release_hold(hold=row, because=form.cleaned_data["because"], actor=request.user)
        messages.success(request, "The hold is released. The record follows its period again.")
        return redirect(back)
    context = {
        "page_title": f"Release the hold: {row.pupil.display_name}",
        "crumbs": [("Children", reverse("pupils:list")), (row.pupil.display_name, back)],
        "form": form,
    }
    return render(request, "layouts/form.html", context)
