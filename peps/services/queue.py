"""What an adviser has to read: submitted plans by age, the own caseload first, and the term's moderation sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from core.deadlines.county import county_changes
from core.deadlines.registry import rules_for
from core.deadlines.rules import Change, Trigger
from core.figures import Figure
from core.rules import add_working_days, term_code, working_days_between
from peps import rules as time_rules
from peps.models import PEP, PEPVersion, QualityCheck
from peps.rules import quality as rules
from peps.rules.quality import Grade
from peps.rules.workflow import FINISHED, State
from peps.services import quality
from peps.services.many import pre_checks_of, with_forms
from pupils.models import Allocation

_waited = lru_cache(maxsize=5_000)(working_days_between)
"""Plans that were submitted on one day have waited equally long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A submitted plan: since when, until when it is to be read, and what the machine found."""

    pep: PEP
    mine: bool
    submitted_on: date
    waited: int
    read_by: date | None
    checks: Sequence[rules.Check]
    again: bool
    graded: str

    @property
    def red(self) -> Sequence[rules.Check]:
        return [c for c in self.checks if c.grade is Grade.RED]

    @property
    def amber(self) -> Sequence[rules.Check]:
        return [c for c in self.checks if c.grade is Grade.AMBER]


def submitted(user: Any, today: date) -> QuerySet[Any]:
    """Submitted plans in scope: of the own caseload first, then the longest waiting."""
    own = Allocation.objects.held_by(user, today).filter(kind=Allocation.Kind.ADVISER, pupil=OuterRef("pupil_id"))
    peps = PEP.objects.visible_to(user).filter(state=State.SUBMITTED).annotate(mine=Exists(own))
    return peps.select_related("pupil").order_by("-mine", "submitted_at", "pk")


def waiting(peps: Sequence[Any], today: date) -> list[Waiting]:
    """The plans of a page with what the queue says of them; the same queries for any number."""
    checks = pre_checks_of(with_forms(peps))
    ids = [p.pk for p in peps]
    graded = {
        (pk, version): overall
        for pk, version, overall in QualityCheck.objects.filter(pep_id__in=ids, moderation=False).values_list(
            "pep_id", "version", "overall"
        )
    }
    versions, changes = dict(_newest_versions(ids)), county_changes()
    found = []
    for pep in peps:
        on = timezone.localdate(pep.submitted_at) if pep.submitted_at else pep.held_on or today
        version = versions.get(pep.pk, 1)
        found.append(
            Waiting(
                pep=pep,
                mine=pep.mine,
                submitted_on=on,
                waited=_waited(on, today),
                read_by=_read_by(on, changes),
                checks=checks[pep.pk],
                again=version > 1,
                graded=graded.get((pep.pk, version), ""),
            )
        )
    return found


@lru_cache(maxsize=1_000)
def _read_by(on: date, changes: tuple[Change, ...]) -> date | None:
    """Until when a plan that was submitted on a day is to be read, by P11 as it holds then; None where it is off."""
    rule = next((r for r in rules_for(Trigger.SUBMISSION, on, changes) if r.code == "P11"), None)
    return add_working_days(on, rule.offset) if rule else None


def _newest_versions(ids: Sequence[int]) -> list[tuple[int, int]]:
    rows = PEPVersion.objects.filter(pep_id__in=ids).order_by().values("pep_id").annotate(newest=Max("number"))
    return list(rows.values_list("pep_id", "newest"))


def to_moderate(user: Any, term: time_rules.Term) -> list[int]:
    """Plans of the term's sample that one other person has graded since they were approved; PEP ids, oldest first."""
    code = term_code(term.academic_year, term.season)
    done = PEP.objects.visible_to(user).of_term(term).filter(state__in=FINISHED)
    checked = QualityCheck.objects.filter(pep=OuterRef("pk"))
    done = done.filter(Exists(checked)).exclude(pk__in=QualityCheck.objects.filter(moderation=True).values("pep_id"))
    done = done.exclude(pk__in=QualityCheck.objects.filter(assessor=user).values("pep_id"))
    ids = done.order_by("approved_at", "pk").values_list("pk", flat=True)
    return [pk for pk in ids if quality.in_sample(pk, code)]


def agreement_in(user: Any, term: time_rules.Term) -> Figure:
    """Plans of the term that two people graded alike, of all that two graded."""
    peps = PEP.objects.visible_to(user).of_term(term)
    twice = QualityCheck.objects.filter(pep__in=peps.order_by().values("pk"), moderation=True)
    checks = QualityCheck.objects.filter(pep__in=twice.order_by().values("pep_id")).order_by("pep_id", "at")
    return Figure(*quality.agreement(checks))
