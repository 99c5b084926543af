"""What one person has to do for their children's PEPs, in one screen: designated teacher, social worker, adviser."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from core.roles import Role
from core.sections import Section
from peps.models import PEP
from peps.rules.form import missing_in
from peps.rules.tasks import Part, Plan, Task, tasks_of
from peps.rules.workflow import IN_WORK, WAITS_FOR_MEETING, WRITES_AS, Contributor, State
from peps.services.many import Read, read, with_forms
from pupils import roll
from pupils.models import Allocation, Pupil
from schools.models import School


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One plan of one child, with what is to be done. `pep` is None where the child has none that is open."""

    entry: roll.RollEntry
    pep: PEP | None
    tasks: Sequence[Task]

    @property
    def authority(self) -> str:
        """Code of the council that looks after the child."""
        return self.entry.pupil.responsible_la


def children_of(user: Any, today: date) -> QuerySet[Any]:
    """The looked-after children of the workspace: an adviser's own caseload, everybody else's children in scope."""
    pupils = Pupil.objects.visible_to(user, Section.PEPS).looked_after(on=today)
    if user.role == Role.ADVISER:
        own = Allocation.objects.held_by(user, today).filter(kind=Allocation.Kind.ADVISER)
        pupils = pupils.filter(pk__in=own.values("pupil_id"))
    return pupils


def work_of(user: Any, today: date) -> list[Work]:
    """A line for each open plan of each child, what is most pressing first; then the children who have none open."""
    writer = WRITES_AS[Role(user.role)]
    pupils = list(children_of(user, today))
    ids = [p.pk for p in pupils]
    in_play = with_forms(PEP.objects.visible_to(user).filter(pupil_id__in=ids, state__in=WAITS_FOR_MEETING | IN_WORK))
    have = {p.pupil_id for p in in_play}
    without = PEP.objects.visible_to(user).filter(pupil_id__in=set(ids) - have)
    newest = {p.pupil_id: p for p in without.order_by("pupil_id", "-due_on").distinct("pupil_id")}
    entries = {e.pupil.pk: e for e in roll.entries(pupils, on=today)}
    found = read(in_play)
    lines = [Work(entry=entries[p.pupil_id], pep=p, tasks=tasks_of(plan_of(p, found), writer, today)) for p in in_play]
    lines += [Work(entry=entries[pk], pep=newest.get(pk), tasks=()) for pk in ids if pk not in have]
    return sorted(lines, key=_pressing)


def names_of_authorities(codes: Iterable[str]) -> dict[str, str]:
    """Names of councils as the schools register has them, by code."""
    rows = School.objects.filter(la_code__in=list(codes)).exclude(la_name="").order_by()
    return dict(rows.values_list("la_code", "la_name").distinct())


def _pressing(line: Work) -> tuple[Any, ...]:
    """What has something to do first, by the day it is due; then by name."""
    due = line.pep.due_on if line.pep else date.max
    return (not line.tasks, due, line.entry.pupil.sort_name, line.entry.pupil.pk)


def plan_of(pep: PEP, found: Read) -> Plan:
    """The plan as the tasks ask about it."""
    answers = found.answers(pep)
    returned = {row.code for row in found.sections.get(pep.pk, ()) if row.returned_because and row.ready_at is None}
    parts = [
        Part(
            code=section.code,
            title=section.title,
            by=Contributor(section.by),
            missing=len(missing_in(section, answers.get(section.code, {}))),
            returned=section.code in returned,
        )
        for section in pep.form_sections
    ]
    return Plan(
        state=State(pep.state),
        due_on=pep.due_on,
        parts=parts,
        targets=len(found.targets.get(pep.pk, ())),
        unreviewed=found.unreviewed_of(pep),
        signed=found.signed.get(pep.pk, frozenset()),
        targets_returned="J" in returned,
    )
