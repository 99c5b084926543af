"""Which variant of the form a PEP has, and plans opened by hand."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.roles import Permission
from core.scoping import require
from core.sections import Section as RecordSection
from peps.forms.circumstances import CircumstancesForm, ConfirmForm
from peps.rules.form import CIRCUMSTANCE_LABELS, PHASE_LABELS
from peps.rules.workflow import STATE_LABELS, State
from peps.services import circumstances
from peps.views.common import pep_context, visible_pep
from pupils.models import Pupil


def circumstances_page(request: HttpRequest, pep_id: int) -> HttpResponse:
    """What the roll says, what is chosen, and which sections come and go with it; saved once that was seen."""
    pep = visible_pep(request, pep_id)
    circumstances.check_can_set(request.user, pep)
    if pep.state not in circumstances.MAY_STILL_CHANGE:
        messages.error(request, f"This PEP is {STATE_LABELS[State(pep.state)].lower()}: its sections stand.")
        return redirect("peps:pep", pep_id=pep.pk)
    told = circumstances.proposed_for(pep, timezone.localdate())
    initial = {
        "phase": pep.phase or told.phase.value,
        "circumstances": pep.circumstances if pep.phase else sorted(told.circumstances),
    }
    back = reverse("peps:pep", args=[pep.pk])
    form = CircumstancesForm(request.POST or None, initial=initial, cancel_url=back)
    changes = None
    if request.method == "POST" and form.is_valid():
        phase, given = form.chosen()
        if form.cleaned_data["confirmed"] == form.choice_words():
            try:
                circumstances.set_circumstances(pep=pep, phase=phase, given=given, actor=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, "Phase and circumstances are saved.")
                return redirect(back)
        else:
            changes = circumstances.changes_between(pep, phase, given)
            form = ConfirmForm(_confirming(request, form.choice_words()), initial=initial, cancel_url=back)
    words = ", ".join([PHASE_LABELS[told.phase], *(CIRCUMSTANCE_LABELS[c] for c in sorted(told.circumstances))])
    context = pep_context(request, pep, title=f"Phase and circumstances: {pep.pupil.display_name}", traced=True)
    context |= {"form": form, "changes": changes, "told": told, "told_words": words}
    return render(request, "peps/circumstances.html", context)


def _confirming(request: HttpRequest, choice: str) -> QueryDict:
    """What was sent, with the mark that its effects were shown."""
    data = request.POST.copy()
    data["confirmed"] = choice
    return data


@require_POST
def open_by_hand(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A plan for a child who gets none by night."""
    require(request, Permission.SEE_PEPS)
    pupil = Pupil.objects.visible_to(request.user, RecordSection.PEPS).filter(pk=pupil_id).first()
    if pupil is None:
        raise Http404("No child of yours has this number.")
    try:
        pep = circumstances.open_by_hand(pupil=pupil, today=timezone.localdate(), actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("peps:child", pupil_id=pupil.pk)
    messages.success(request, f"The plan of the {pep.term_label.lower()} is open. Look at its phase and circumstances.")
    return redirect("peps:pep", pep_id=pep.pk)
