"""What a PEP holds as a whole: for the checklist before submission and for the frozen version."""

from typing import Any

from peps.models import PEP
from peps.rules import targets as target_rules
from peps.rules.form import Missing, missing_in


def answers_of(pep: PEP) -> dict[str, dict[str, Any]]:
    """{section code: {field key: answer}} of everything that was written."""
    return dict(pep.sections.values_list("code", "answers"))


def missing_before_submission(pep: PEP) -> list[Missing]:
    """What has to be there before the plan can be submitted, in the order of the form."""
    answers = answers_of(pep)
    found = [gap for section in pep.form_sections for gap in missing_in(section, answers.get(section.code, {}))]
    set_now = pep.targets.count()
    if set_now < target_rules.AT_LEAST:
        found.append(Missing("J", "", f"At least {target_rules.AT_LEAST} targets, {set_now} so far"))
    if unreviewed := unreviewed_targets(pep).count():
        words = "target of the last PEP is" if unreviewed == 1 else "targets of the last PEP are"
        found.append(Missing("J", "review", f"{unreviewed} {words} not reviewed"))
    return found


def unreviewed_targets(pep: PEP) -> Any:
    """Targets of the child's earlier PEPs of which nobody has said what came of them."""
    from peps.models import Target

    return Target.objects.filter(pep__pupil_id=pep.pupil_id, pep__due_on__lt=pep.due_on, result="").order_by(
        "pep__due_on", "number"
    )


def content_of(pep: PEP) -> dict[str, Any]:
    """Everything that was written as one JSON document: what a frozen version keeps."""
    answers = answers_of(pep)
    return {
        "form": pep.form.number if pep.form else None,
        "term": pep.term_label,
        "phase": pep.phase,
        "circumstances": pep.circumstances,
        "held_on": pep.held_on.isoformat() if pep.held_on else None,
        "sections": {s.code: answers.get(s.code, {}) for s in pep.form_sections},
        "targets": [
            {
                "number": t.number,
                "kind": t.kind,
                "horizon": t.horizon,
                "need": t.need,
                "outcome": t.outcome,
                "why": t.why,
                "how": t.how,
                "measure": [t.measure, t.measure_from, t.measure_to],
                "owner": t.owner_name,
                "due_on": t.due_on.isoformat(),
                "cost": str(t.cost) if t.cost is not None else None,
                "child_view": t.child_view,
            }
            for t in pep.targets.all()
        ],
    }
