"""What lists ask of many plans at once: their answers, targets, meetings and sign-offs, each table read once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from peps.models import PEP, FormVersion, Meeting, PEPSection, SignOff, Target
from peps.rules import quality as rules
from peps.services import quality


@dataclass(frozen=True)
class Read:
    """The rows of some plans by PEP; `unreviewed` by child, as (due date of the plan, number)."""

    sections: Mapping[int, Sequence[PEPSection]]
    targets: Mapping[int, Sequence[Target]]
    unreviewed: Mapping[int, Sequence[date]]
    signed: Mapping[int, frozenset[str]]

    def answers(self, pep: PEP) -> dict[str, dict[str, Any]]:
        return {row.code: row.answers for row in self.sections.get(pep.pk, ())}

    def unreviewed_of(self, pep: PEP) -> int:
        """Targets of the child's earlier plans that nobody has reviewed."""
        return sum(due_on < pep.due_on for due_on in self.unreviewed.get(pep.pupil_id, ()))


def with_forms(peps: Iterable[PEP]) -> list[PEP]:
    """The plans with their form; each version is read and understood once, not once for each plan."""
    rows = list(peps)
    versions = FormVersion.objects.in_bulk({p.form_id for p in rows if p.form_id is not None})
    for pep in rows:
        pep.form = versions[pep.form_id] if pep.form_id is not None else None
    return rows


def read(peps: Iterable[PEP]) -> Read:
    """Four queries for any number of plans."""
    rows = list(peps)
    ids = [p.pk for p in rows]
    sections: dict[int, list[PEPSection]] = defaultdict(list)
    for section in PEPSection.objects.filter(pep_id__in=ids):
        sections[section.pep_id].append(section)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(pep_id__in=ids).order_by("number"):
        targets[target.pep_id].append(target)
    unreviewed: dict[int, list[date]] = defaultdict(list)
    open_targets = Target.objects.filter(pep__pupil_id__in=[p.pupil_id for p in rows], result="").order_by()
    for pupil_id, due_on in open_targets.values_list("pep__pupil_id", "pep__due_on"):
        unreviewed[pupil_id].append(due_on)
    signed: dict[int, set[str]] = defaultdict(set)
    for pk, party in SignOff.objects.filter(pep_id__in=ids).order_by().values_list("pep_id", "party"):
        signed[pk].add(party)
    return Read(sections, targets, unreviewed, {pk: frozenset(parties) for pk, parties in signed.items()})


def pre_checks_of(peps: Iterable[PEP]) -> dict[int, list[rules.Check]]:
    """The machine's proposals for each plan, as `quality.pre_checks` gives them one by one."""
    rows = list(peps)
    found = read(rows)
    meetings: dict[int, Any] = {}
    there = Count("invitees", filter=~Q(invitees__attendance=""))
    newest = Meeting.objects.standing().filter(pep_id__in=[p.pk for p in rows]).annotate(there=there)
    for meeting in newest.order_by("starts_at"):
        meetings[meeting.pep_id] = meeting
    return {
        pep.pk: rules.pre_checks(
            quality.facts_from(
                pep,
                answers=found.answers(pep),
                targets=found.targets.get(pep.pk, ()),
                unreviewed=found.unreviewed_of(pep),
                attendees=meetings[pep.pk].there if pep.pk in meetings else 0,
                next_date_set=bool(pep.pk in meetings and meetings[pep.pk].next_on),
            )
        )
        for pep in rows
    }
