"""The PEP as a whole, and writing in its sections: saved as typed, side by side with others."""

import base64
import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.roles import Permission
from core.scoping import require
from core.wording import moment
from peps.facts import facts_of
from peps.forms.sections import SectionForm
from peps.models import PEP
from peps.permissions import check_can_write, why_due
from peps.rules.form import Section
from peps.rules.targets import AT_LEAST
from peps.services import writing
from peps.services.circumstances import may_set
from peps.services.content import missing_before_submission, unreviewed_targets
from peps.services.links import can_make_links
from peps.views.common import Standing, pep_context, pep_in_work, standings, visible_pep
from peps.views.documents import documents_context
from peps.views.due import due_context
from peps.views.meetings import meeting_context
from peps.views.quality import quality_context
from peps.wording import answer_lines


def pep_page(request: HttpRequest, pep_id: int) -> HttpResponse:
    """A PEP at a glance: its sections with who writes them and how they stand, targets, and what comes next."""
    require(request, Permission.SEE_PEPS)
    pep = visible_pep(request, pep_id)
    context = pep_context(request, pep, title=f"PEP, {pep.term_label.lower()}: {pep.pupil.display_name}", traced=True)
    sections = standings(pep, request.user)
    context |= {
        "why_due": why_due(request.user, pep),
        "sections": [*(_entry(s) for s in sections), *_targets_entry(pep)],
        "mine": sum(s.may_write for s in sections),
        "missing": missing_before_submission(pep) if "submit" in context["steps"] else [],
        "log": pep.steps.select_related("by"),
        "can_set_circumstances": may_set(request.user, pep),
        "can_link": can_make_links(request.user, pep),
        **quality_context(request, pep, context["steps"]),
        **meeting_context(pep, context["steps"]),
        **due_context(request.user, pep, context["today"]),
        **documents_context(request, pep),
    }
    return render(request, "peps/pep.html", context)


def _entry(standing: Standing) -> dict[str, str]:
    section = standing.section
    return {
        "title": f"{section.code}. {section.title}",
        "hint": f"{standing.writer}{', before the meeting' if section.before_meeting else ''}",
        "url": standing.url,
        "status": standing.word,
        "colour": standing.colour,
    }


def _targets_entry(pep: PEP) -> list[dict[str, str]]:
    """Targets have pages of their own; they stand last, where the meeting comes to them."""
    if not pep.form_sections:
        return []
    number, unreviewed = pep.targets.count(), unreviewed_targets(pep).count()
    status, colour = f"{number} of {AT_LEAST}", "green" if number >= AT_LEAST else "yellow"
    if unreviewed:
        status, colour = f"{unreviewed} to review", "red"
    return [
        {
            "title": "J. Targets",
            "hint": "Designated teacher, with everybody at the meeting",
            "url": reverse("peps:targets", args=[pep.pk]),
            "status": status,
            "colour": colour,
        }
    ]


def _section_of(pep: PEP, code: str) -> Section:
    section = next((s for s in pep.form_sections if s.code == code), None)
    if section is None:
        raise Http404("This PEP has no such section.")
    return section


def section_page(request: HttpRequest, pep_id: int, code: str) -> HttpResponse:
    """One section: what is known, and what is asked; read only for those who do not write it now."""
    pep = visible_pep(request, pep_id)
    section = _section_of(pep, code)
    row = writing.section_row(pep, code)
    why_closed = ""
    try:
        check_can_write(request.user, pep, section)
    except PermissionDenied as refusal:
        if request.method == "POST":
            raise
        why_closed = str(refusal)
    form = SectionForm(section, row.answers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, pep, section, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if not saved.clashes:
                return _go_on(request, pep, section)
            form.add_clashes(saved.clashes)
            form.data = _as_seen(request, form, saved)
    context = pep_context(request, pep, title=f"{section.title}: {pep.pupil.display_name}", traced=True)
    context |= {
        "section": section,
        "row": row,
        "form": form,
        "why_closed": why_closed,
        "facts": facts_of(section.facts, request.user, pep.pupil, context["today"]),
        "answers": [(f.label, answer_lines(f, row.answers.get(f.key))) for f in section.fields],
        "neighbours": standings(pep, request.user),
        "draft_key": _draft_key(request, pep, code),
        "save_url": reverse("peps:save", args=[pep.pk, code]),
    }
    return render(request, "peps/section.html", context)


def _as_seen(request: HttpRequest, form: SectionForm, saved: writing.Saved) -> QueryDict:
    """What was sent, as if it had been written with the others' words in sight: the second save is meant."""
    data = request.POST.copy()
    data["was"] = json.dumps({**form.seen(), **{clash.field: clash.mark for clash in saved.clashes}})
    return data


def _go_on(request: HttpRequest, pep: PEP, section: Section) -> HttpResponse:
    """To the next section, or stay when the writer says that this one is ready and it is not."""
    if "ready" in request.POST:
        try:
            writing.mark_ready(pep=pep, section=section, actor=request.user, now=timezone.now())
        except ValidationError as refusal:
            for message in refusal.messages:
                messages.warning(request, message)
            return redirect("peps:section", pep_id=pep.pk, code=section.code)
    messages.success(request, f"{section.title} is saved.")
    return redirect("peps:pep", pep_id=pep.pk)


def _save(request: HttpRequest, pep: PEP, section: Section, form: SectionForm) -> writing.Saved:
    saved = writing.save_answers(
        pep=pep,
        section=section,
        answers=form.changes(),
        seen=form.seen(),
        actor=request.user,
        now=timezone.now(),
    )
    record_access(
        request, Access.DECIDED, subject=pep.pupil, detail={"pep": pep.pk, "section": section.code, "saved": True}
    )
    return saved


@require_POST
def save_section(request: HttpRequest, pep_id: int, code: str) -> JsonResponse:
    """The same save, as the page does it by itself while somebody types: what can be read is kept at once."""
    pep = pep_in_work(request, pep_id)
    section = _section_of(pep, code)
    check_can_write(request.user, pep, section)
    row = writing.section_row(pep, code)
    form = SectionForm(section, row.answers, request.POST)
    form.is_valid()
    now = timezone.now()
    answers = form.changes()
    try:
        saved = writing.save_answers(
            pep=pep, section=section, answers=answers, seen=form.seen(), actor=request.user, now=now
        )
    except ValidationError as refusal:
        return JsonResponse({"faults": {"": " ".join(refusal.messages)}}, status=400)
    return JsonResponse(_told(saved, answers, form, now))


def _told(saved: writing.Saved, answers: dict[str, Any], form: SectionForm, now: datetime) -> dict[str, Any]:
    clashed = {clash.field for clash in saved.clashes}
    was = form.seen()
    return {
        "revision": saved.revision,
        "at": f"{timezone.localtime(now):%H:%M}",
        "was": json.dumps(
            {**was, **{key: writing.mark_of(value) for key, value in answers.items() if key not in clashed}}
        ),
        "faults": form.faults(),
        "clashes": [
            {"field": c.field, "label": c.label, "by": c.by, "theirs": c.theirs, "mark": c.mark, "at": moment(c.at)}
            for c in saved.clashes
        ],
    }


def _draft_key(request: HttpRequest, pep: PEP, code: str) -> str:
    """The key with which this person's browser seals text that has not reached the server yet.

    Who opens the same computer under another name gets another key, and cannot read what was left there.
    """
    words = f"pep-draft:{request.user.pk}:{pep.pk}:{code}"
    return base64.b64encode(salted_hmac("peps.draft", words, algorithm="sha256").digest()).decode()
