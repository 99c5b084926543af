"""What the pages of one PEP share: the row in scope, and the frame around each page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from core.roles import Permission, Role
from core.scoping import require
from core.sections import Section as RecordSection
from peps.models import PEP, PEPSection
from peps.permissions import writable_sections
from peps.rules import workflow
from peps.rules.form import Section, missing_in
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor, State
from peps.views.lists import tag_of_pep
from pupils.views import child_context, visible_pupil, visible_row


def visible_pep(request: HttpRequest, pep_id: int) -> PEP:
    """The PEP of a page that shows it, else 404. Opening leaves a trace on the child; sending its form does not."""
    if request.method == "POST":
        return pep_in_work(request, pep_id)
    require(request, Permission.SEE_PEPS)
    return visible_row(request, PEP, pep_id, RecordSection.PEPS)[1]


def pep_in_work(request: HttpRequest, pep_id: int) -> PEP:
    """The PEP for what changes it, before it is known whether the person may; a page shown then leaves the trace."""
    require(request, Permission.SEE_PEPS)
    pep = PEP.objects.visible_to(request.user).filter(pk=pep_id).select_related("pupil", "form").first()
    if pep is None:
        raise Http404("There is no such PEP among your children's.")
    return pep


@dataclass(frozen=True, slots=True)
class Standing:
    """How one section stands: who writes it, whether it is ready, what it still lacks."""

    section: Section
    row: PEPSection | None
    missing: int
    writer: str
    word: str
    colour: str
    url: str
    may_write: bool


def standings(pep: PEP, user: Any) -> list[Standing]:
    """The sections in the order of the form, as one person sees them."""
    rows = {row.code: row for row in pep.sections.all()}
    returned = {code for code, row in rows.items() if row.returned_because}
    writable = writable_sections(user, pep, returned)
    found = []
    for section in pep.form_sections:
        row = rows.get(section.code)
        missing = len(missing_in(section, row.answers if row else {}))
        word, colour = _standing_of(row, missing)
        found.append(
            Standing(
                section=section,
                row=row,
                missing=missing,
                writer=CONTRIBUTOR_LABELS[Contributor(section.by)],
                word=word,
                colour=colour,
                url=reverse("peps:section", args=[pep.pk, section.code]),
                may_write=section.code in writable,
            )
        )
    return found


def _standing_of(row: PEPSection | None, missing: int) -> tuple[str, str]:
    if row is not None and row.returned_because and row.ready_at is None:
        return "Returned", "orange"
    if row is None or not row.answers:
        return "Not started", "grey"
    if row.ready_at is not None:
        return "Ready", "green"
    return (f"{missing} to answer", "yellow") if missing else ("Answered", "blue")


def pep_context(request: HttpRequest, pep: PEP, *, title: str, traced: bool = False) -> dict[str, Any]:
    """The child's frame with the PEP's own: state, steps that the person may take, crumbs.

    `traced` says that `visible_pep` has left the trace of the page already.
    """
    pupil = pep.pupil if traced else visible_pupil(request, pep.pupil_id, RecordSection.PEPS)
    context = child_context(request, pupil, active="peps:child", page_title=title)
    today: date = context["today"]
    role = Role(request.user.role)  # type: ignore[union-attr]
    context |= {
        "pep": pep,
        "tag": tag_of_pep(pep, today),
        "steps": {step.name: step for step in workflow.steps_from(State(pep.state), role)},
        "crumbs": [
            ("Children", reverse("pupils:list")),
            (f"PEPs of {pupil.display_name}", reverse("peps:child", args=[pupil.pk])),
        ],
    }
    return context
