"""Quality assurance and sign-off of a PEP."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.roles import Role
from peps.forms.quality import AssessForm, SignOffForm
from peps.models import PEP, SignOff
from peps.rules.quality import CRITERION_LABELS, Grade
from peps.rules.workflow import CONTRIBUTOR_LABELS, WRITES_AS, Contributor, State
from peps.services import quality, signing, steps
from peps.views.common import pep_context, pep_in_work, visible_pep

GRADE_COLOURS = {Grade.RED: "red", Grade.AMBER: "orange", Grade.GREEN: "green"}


def quality_context(request: HttpRequest, pep: PEP, possible: dict[str, Any]) -> dict[str, Any]:
    """What a PEP's page says of grades: the machine's list before submission, the grade and words after it."""
    user: Any = request.user
    check = quality.latest_check(pep)
    # What was approved without a grade has none to moderate.
    in_play = pep.state == State.SUBMITTED or (check is not None and pep.state in {State.APPROVED, State.LOCKED})
    writes_as = WRITES_AS.get(Role(user.role))
    feedback = ""
    if check is not None:
        words = {Contributor.TEACHER: check.to_teacher, Contributor.SOCIAL_WORKER: check.to_social_worker}
        feedback = words.get(writes_as, "") if writes_as else ""
    return {
        "checks": [(c, GRADE_COLOURS[c.grade], CRITERION_LABELS[c.criterion]) for c in quality.pre_checks(pep)]
        if "submit" in possible
        else [],
        "grade": check,
        "grade_colour": GRADE_COLOURS[Grade(check.overall)] if check else "",
        "may_assess": in_play and _may_assess(user, pep),
        "feedback": f"Feedback to you: {feedback}" if feedback else "",
        "signed": pep.sign_offs.count(),
        "may_sign": signing.can_sign(user, pep),
        "against": steps.reasons_against_approval(pep) if "approve" in possible else [],
    }


def _may_assess(user: Any, pep: PEP) -> bool:
    try:
        quality.check_can_assess(user, pep)
    except PermissionDenied:
        return False
    return True


def assess(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Grade a submitted PEP; the second person's grades are the moderation's."""
    pep = pep_in_work(request, pep_id)
    quality.check_can_assess(request.user, pep)
    back = reverse("peps:pep", args=[pep.pk])
    form = AssessForm(quality.pre_checks(pep), request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            made = quality.assess(pep=pep, given=form.given(), actor=request.user, now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Graded: {made.get_overall_display().lower()}.")
            red = made.overall == Grade.RED and not made.moderation
            return redirect("peps:return" if red else "peps:pep", pep_id=pep.pk)
    context = pep_context(request, pep, title=f"Quality assurance: {pep.pupil.display_name}")
    earlier = pep.quality_checks.select_related("assessor")
    context |= {
        "form": form,
        "facts": [("Plan", pep.term_label), *((_who(c), c.get_overall_display()) for c in earlier)],
        "open": not any(c.assessor_id == request.user.pk for c in earlier.filter(version=pep.versions.count() or 1)),
    }
    return render(request, "peps/quality.html", context)


def _who(check: Any) -> str:
    kind = "Moderation" if check.moderation else "Grade"
    return f"{kind} by {check.assessor.name}, {timezone.localtime(check.at):%-d %b %Y}"


def sign_off(request: HttpRequest, pep_id: int) -> HttpResponse:
    """Who has signed, and one more."""
    pep = visible_pep(request, pep_id)
    may_sign = signing.can_sign(request.user, pep)
    if request.method == "POST":
        signing.check_can_sign(request.user, pep)
    today = timezone.localdate()
    form = SignOffForm(request.POST or None, initial={"on": today}, cancel_url=reverse("peps:pep", args=[pep.pk]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            signing.sign(
                pep=pep,
                party=Contributor(data["party"]),
                name=data["name"],
                method=SignOff.Method(data["method"]),
                on=data["on"],
                note=data["note"],
                actor=request.user,
                today=today,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The sign-off is recorded.")
            return redirect("peps:sign_off", pep_id=pep.pk)
    there = {s.party: s for s in pep.sign_offs.select_related("recorded_by")}
    context = pep_context(request, pep, title=f"Sign-off: {pep.pupil.display_name}", traced=True)
    context |= {
        "form": form,
        "may_sign": may_sign,
        "parties": [(label, there.get(party.value)) for party, label in CONTRIBUTOR_LABELS.items()],
    }
    return render(request, "peps/sign_off.html", context)
