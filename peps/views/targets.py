"""Targets: what was reviewed, what is new, and the builder."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from peps.forms.targets import ReviewForm, TargetForm
from peps.models import PEP, Target
from peps.rules import targets as rules
from peps.services import targets as services
from peps.views.common import pep_context, pep_in_work, visible_pep


def target_list(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Earlier targets with what came of them, and the targets of this PEP."""
    pep = visible_pep(request, pep_id)
    context = pep_context(request, pep, title=f"Targets: {pep.pupil.display_name}", traced=True)
    name = pep.pupil.known_as or pep.pupil.forename
    returned = pep.sections.filter(code="J").exclude(returned_because="").first()
    context |= {
        "returned_because": f"Returned by the Virtual School: {returned.returned_because}" if returned else "",
        "earlier": services.earlier_targets(pep),
        "targets": [(target, rules.sentence_of(target.draft, name)) for target in pep.targets.all()],
        "may_set": services.can_set_targets(request.user, pep),
        "at_least": rules.AT_LEAST,
        "failed": rules.FAILED,
    }
    return render(request, "peps/targets.html", context)


def _target(request: HttpRequest, pep: PEP, target_id: int) -> Target:
    """A target of this child, of this PEP or an earlier one."""
    target = Target.objects.visible_to(request.user).filter(pk=target_id, pep__pupil_id=pep.pupil_id).first()
    if target is None:
        raise Http404("There is no such target.")
    return target


def target_new(request: HttpRequest, pep_id: int) -> HttpResponse:
    """A new target; `?from=` steps down from an earlier one that was not met."""
    pep = pep_in_work(request, pep_id)
    services.check_can_set_targets(request.user, pep)
    before = request.GET.get("from", "")
    source = _target(request, pep, int(before)) if before.isdecimal() else None
    initial: dict[str, Any] = {"horizon": Target.Horizon.SHORT}
    if source is not None:
        initial |= {"kind": source.kind, "need": source.need, "why": source.why, "owner_name": source.owner_name}
    return _builder(request, pep, None, source, initial)


def target_edit(request: HttpRequest, pep_id: int, target_id: int) -> HttpResponse:
    """Change a target of this PEP."""
    pep = pep_in_work(request, pep_id)
    services.check_can_set_targets(request.user, pep)
    target = _target(request, pep, target_id)
    if target.pep_id != pep.pk:
        raise Http404("This target belongs to another PEP.")
    return _builder(request, pep, target, None, {name: getattr(target, name) for name in services.FIELDS})


def _builder(
    request: HttpRequest, pep: PEP, target: Target | None, source: Target | None, initial: dict[str, Any]
) -> HttpResponse:
    back = reverse("peps:targets", args=[pep.pk])
    form = TargetForm(request.POST or None, initial=initial, cancel_url=back)
    valid = form.is_valid()
    given = dict(form.cleaned_data) if form.is_bound else initial
    if request.method == "POST" and valid:
        try:
            saved = services.save_target(
                pep=pep,
                values=form.cleaned_data,
                actor=request.user,
                today=timezone.localdate(),
                target=target,
                stepped_from=source,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Target {saved.number} is saved.")
            return redirect(back)
    context = pep_context(request, pep, title=f"{'Target' if target else 'New target'}: {pep.pupil.display_name}")
    context |= {"form": form, "source": source, "target": target}
    # The page after a refusal, and of a target that exists, shows the sentence without waiting for a key to be pressed.
    # A form that is not complete was not yet asked for more than that: its advice stays. Else it is among the errors.
    context |= _in_one_sentence(pep, given, () if valid else _written(request))
    return render(request, "peps/target.html", context)


def _in_one_sentence(pep: PEP, given: dict[str, Any], written: Iterable[str]) -> dict[str, Any]:
    """The sentence of what is given and the hints it gets; what was not begun yet is not nagged about."""
    draft = rules.Draft(
        outcome=given.get("outcome", ""),
        measure=given.get("measure", ""),
        measure_from=given.get("measure_from", ""),
        measure_to=given.get("measure_to", ""),
        owner=given.get("owner_name", ""),
        due_on=given.get("due_on"),
        how=tuple(rules.How(**row) for row in given.get("how") or []),
    )
    hints = rules.hints_for(draft, today=timezone.localdate(), failed=services.failed_outcomes(pep))
    return {
        "sentence": rules.sentence_of(draft, pep.pupil.known_as or pep.pupil.forename) if draft.outcome else "",
        "hints": [hint for hint in hints if services.form_field(hint.field) in written],
    }


@require_POST
def target_sentence(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The target as one sentence while it is being written, with the hints it would get."""
    pep = pep_in_work(request, pep_id)
    form = TargetForm(request.POST)
    form.is_valid()
    return render(request, "peps/target_sentence.html", _in_one_sentence(pep, form.cleaned_data, _written(request)))


def _written(request: HttpRequest) -> set[str]:
    """The questions that have an answer by now."""
    return {name for name, value in request.POST.items() if str(value).strip()}


@require_POST
def target_remove(request: HttpRequest, pep_id: int, target_id: int) -> HttpResponse:
    """Take a target of this PEP away."""
    pep = pep_in_work(request, pep_id)
    target = _target(request, pep, target_id)
    if target.pep_id != pep.pk:
        raise Http404("This target belongs to another PEP.")
    try:
        services.remove_target(target=target, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "The target is removed.")
    return redirect("peps:targets", pep_id=pep.pk)


def target_review(request: HttpRequest, pep_id: int, target_id: int) -> HttpResponse:
    """What came of a target of an earlier PEP."""
    pep = pep_in_work(request, pep_id)
    services.check_can_set_targets(request.user, pep)
    target = _target(request, pep, target_id)
    back = reverse("peps:targets", args=[pep.pk])
    initial = {"result": target.result, "evidence": target.evidence, "money_impact": target.money_impact}
    form = ReviewForm(target, request.POST or None, initial=initial, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            services.review_target(
                pep=pep,
                target=target,
                result=form.cleaned_data["result"],
                evidence=form.cleaned_data["evidence"],
                money_impact=form.cleaned_data.get("money_impact", ""),
                actor=request.user,
                today=timezone.localdate(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The review is saved.")
            return redirect(back)
    context = pep_context(request, pep, title=f"Review a target: {pep.pupil.display_name}")
    facts = [
        ("Target", target.outcome),
        ("Measured by", rules.measure_words(target.draft)),
        ("By", target.due_on),
        ("Who saw to it", target.owner_name),
    ]
    context |= {"form": form, "facts": facts}
    return render(request, "peps/meeting.html", context)
