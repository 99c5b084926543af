"""My PEPs: what is due and what is mine to do, of all my children, by the council that looks after them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.audit import Access, record_access
from core.roles import Permission, Role
from core.scoping import require
from peps import cycle
from peps.models import PEP
from peps.rules.tasks import Kind, Task
from peps.rules.workflow import WRITES_AS
from peps.services.workspace import Work, names_of_authorities, work_of
from peps.views.lists import tag_of_pep
from peps.views.pages import tabs

PER_PAGE = 60
WITH_SECTION = {Kind.WRITE, Kind.MEND}
PAGES = {
    Kind.ARRANGE: "peps:arrange",
    Kind.MEETING: "peps:record_meeting",
    Kind.SIGN: "peps:sign_off",
    Kind.READ: "peps:quality",
}


def my_peps(request: HttpRequest) -> HttpResponse:
    """The children of the person, each with the state of the plan and what is theirs to do."""
    require(request, Permission.SEE_PEPS)
    user: Any = request.user
    if Role(user.role) not in WRITES_AS or user.role == Role.VSH:
        raise PermissionDenied("This page is for those who write PEPs with a school or a caseload of their own.")
    today = timezone.localdate()
    lines = work_of(user, today)
    record_access(request, Access.LISTED, detail={"rows": len(lines)})
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "peps/mine.html",
        {
            "page_title": "My PEPs",
            "tabs": tabs(user, "peps:mine"),
            "term": cycle.current_term(today),
            "children": len({line.entry.pupil.pk for line in lines}),
            "to_do": len({line.entry.pupil.pk for line in lines if line.tasks}),
            "overdue": sum(1 for line in lines if _is_overdue(line, today)),
            "page": page,
            "groups": _groups(list(page.object_list), today),
            "may_record": user.can(Permission.RECORD_PEPS),
        },
    )


def _is_overdue(line: Work, today: date) -> bool:
    return line.pep is not None and line.pep.waits_for_meeting and line.pep.due_on < today


def _groups(lines: Sequence[Work], today: date) -> list[dict[str, Any]]:
    """The lines by council, the county's own first."""
    codes = {line.authority for line in lines}
    named = names_of_authorities(codes)
    home = settings.HOME_LA
    order = sorted(codes, key=lambda code: (code != home, named.get(code, code)))
    return [
        {
            "name": settings.COUNCIL_NAME if code == home else named.get(code) or f"Authority {code}",
            "rows": [_row(line, today) for line in lines if line.authority == code],
        }
        for code in order
    ]


def _row(line: Work, today: date) -> dict[str, Any]:
    pep = line.pep
    return {
        "entry": line.entry,
        "pep": pep,
        "tag": tag_of_pep(pep, today) if pep else ("No plan yet", "grey"),
        "tasks": [(task.text, _url(task, pep)) for task in line.tasks] if pep else [],
    }


def _url(task: Task, pep: PEP) -> str:
    """Where the task is done."""
    if task.section == "J":
        return reverse("peps:targets", args=[pep.pk])
    if task.kind in WITH_SECTION:
        return reverse("peps:section", args=[pep.pk, task.section])
    return reverse(PAGES.get(task.kind, "peps:pep"), args=[pep.pk])
