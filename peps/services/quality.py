"""Quality assurance of submitted PEPs: what a machine can check, a person's grades, the moderation sample."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Permission
from peps.models import PEP, Invitee, QualityCheck, Target
from peps.permissions import check_can_change
from peps.rules import quality as rules
from peps.rules import targets as target_rules
from peps.rules.form import Circumstance, Kind, Section, is_answered
from peps.rules.quality import Check, Criterion, Facts, Grade
from peps.rules.workflow import State
from peps.services.content import answers_of, unreviewed_targets

SAMPLE_ONE_IN = 10


def facts_of(pep: PEP) -> Facts:
    """What the pre-checks look at."""
    meeting = pep.meetings.standing().order_by("-starts_at").first()
    return facts_from(
        pep,
        answers=answers_of(pep),
        targets=list(pep.targets.all()),
        unreviewed=unreviewed_targets(pep).count(),
        attendees=Invitee.objects.filter(meeting=meeting).exclude(attendance="").count() if meeting else 0,
        next_date_set=bool(meeting and meeting.next_on),
    )


def facts_from(
    pep: PEP,
    *,
    answers: Mapping[str, Mapping[str, Any]],
    targets: Sequence[Target],
    unreviewed: int,
    attendees: int,
    next_date_set: bool,
) -> Facts:
    """The same of what was read already: lists read the rows of many plans at once."""
    sections = {section.code: section for section in pep.form_sections}
    return Facts(
        voice_answers=_answered(sections, answers, "C"),
        voice_changed_something=any(t.from_voice for t in targets),
        unreviewed_targets=unreviewed,
        attainment_answered=bool(answers.get("E")),
        needs_answered=is_answered(answers.get("I", {}).get("send")),
        targets=[t.draft for t in targets],
        interventions=[_how(row) for row in answers.get("L", {}).get("interventions", [])],
        carer_answers=_answered(sections, answers, "D"),
        money_asked=answers.get("K", {}).get("asks_money") == "yes",
        costed_targets=sum(t.cost is not None for t in targets),
        transition_due=Circumstance.TRANSITION_DUE in pep.circumstances,
        transition_answers=_answered(sections, answers, "N"),
        attendees=attendees,
        next_date_set=next_date_set,
    )


def _answered(sections: Mapping[str, Section], answers: Mapping[str, Mapping[str, Any]], code: str) -> int:
    """How many open questions of a section have an answer."""
    section = sections.get(code)
    if section is None:
        return 0
    own = answers.get(code, {})
    return sum(is_answered(own.get(f.key)) for f in section.fields if f.kind in {Kind.LONG, Kind.TEXT})


def _how(row: Mapping[str, str]) -> target_rules.How:
    """A row of section L as what, when, by whom, how often; it has no place of its own."""
    return target_rules.How(
        what=row.get("name", ""),
        when=row.get("from", "") or row.get("to", ""),
        where=row.get("where", ""),
        who=row.get("who", ""),
        often=row.get("often", ""),
    )


def pre_checks(pep: PEP) -> list[Check]:
    """The machine's proposals for a PEP as it stands: the school sees the same list before it submits."""
    return rules.pre_checks(facts_of(pep))


def overall_rule() -> rules.OverallRule:
    """How grades make one: the county's setting."""
    return rules.OverallRule(settings.PEP_OVERALL_RULE)


def check_can_assess(user: Any, pep: PEP) -> None:
    """Advisers and the Head grade what was submitted."""
    if not user.can(Permission.COMPLETE_PEPS):
        raise PermissionDenied("The Virtual School's advisers quality-assure PEPs.")
    check_can_change(user, pep)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What an assessor says: a grade and a comment for each criterion, words to both, an overriding grade."""

    grades: Mapping[Criterion, Grade]
    comments: Mapping[Criterion, str]
    to_teacher: str = ""
    to_social_worker: str = ""
    override: Grade | None = None
    because: str = ""


@transaction.atomic
def assess(*, pep: PEP, given: Given, actor: Any, now: datetime) -> QualityCheck:
    """Keep one person's grades. The second check of a version, by somebody else, is the moderation's.

    Raises PermissionDenied, or ValidationError for a PEP that is not submitted or was moderated already, for a
    criterion without a grade, a red without a comment and an override without a reason.
    """
    check_can_assess(actor, pep)
    row = PEP.objects.select_for_update().get(pk=pep.pk)
    if row.state not in {State.SUBMITTED, State.APPROVED, State.LOCKED}:
        raise ValidationError("Only a PEP that was submitted is graded.")
    checks = pre_checks(row)
    missing = [c.criterion for c in checks if c.criterion not in given.grades]
    if missing:
        raise ValidationError({f"grade_{c.value}": "Select a grade" for c in missing})
    silent = [c for c, g in given.grades.items() if g is Grade.RED and not given.comments.get(c, "").strip()]
    if silent:
        raise ValidationError({f"comment_{c.value}": "Say what is to be mended" for c in silent})
    computed = rules.overall(list(given.grades.values()), overall_rule())
    if given.override not in {None, computed} and not given.because.strip():
        raise ValidationError({"because": "Say why your overall grade differs from the rule's"})
    version = row.versions.count() or 1
    before = list(row.quality_checks.filter(version=version))
    moderation = bool(before)
    if len(before) > 1 or any(check.assessor_id == actor.pk for check in before):
        raise ValidationError("You have graded this version already, or two people have.")
    if not moderation and row.state != State.SUBMITTED:
        raise ValidationError("This PEP was approved without a grade; only its moderation could follow one.")
    with acting_as(actor, service="peps.assess"):
        made = QualityCheck.objects.create(
            pep=row,
            version=version,
            moderation=moderation,
            grades={
                c.value: {"grade": g.value, "comment": given.comments.get(c, "").strip()}
                for c, g in given.grades.items()
            },
            proposed={c.criterion.value: {"grade": c.grade.value, "why": c.why} for c in checks},
            to_teacher=given.to_teacher.strip(),
            to_social_worker=given.to_social_worker.strip(),
            overall=(given.override or computed).value,
            overridden_because=given.because.strip() if given.override not in {None, computed} else "",
            assessor=actor,
            at=now,
        )
        record_access(
            None, Access.DECIDED, user=actor, subject=row.pupil, detail={"pep": row.pk, "quality": made.overall}
        )
    return made


def reasons_of(check: QualityCheck) -> dict[str, str]:
    """{section code: why} of the red criteria: only what failed goes back."""
    found: dict[str, str] = {}
    for criterion, sections in rules.CRITERION_SECTIONS.items():
        given = check.grades.get(criterion.value)
        if given and given["grade"] == Grade.RED:
            for code in sections:
                found[code] = given["comment"]
    return found


def latest_check(pep: PEP) -> QualityCheck | None:
    """The first assessor's grades of the present version."""
    version = pep.versions.count() or 1
    found: QualityCheck | None = pep.quality_checks.filter(version=version, moderation=False).first()
    return found


def in_sample(pep_id: int, term: str) -> bool:
    """Whether a PEP is in its term's moderation sample: one in ten, the same for everybody, not foreseeable."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{term}:{pep_id}".encode()).digest()
    return digest[0] % SAMPLE_ONE_IN == 0


def agreement(checks: Iterable[QualityCheck]) -> tuple[int, int]:
    """(n, d): PEPs that two people graded, and those of them with the same overall grade."""
    by_version: dict[tuple[int, int], dict[bool, str]] = {}
    for check in checks:
        by_version.setdefault((check.pep_id, check.version), {})[check.moderation] = check.overall
    pairs = [(Grade(p[False]), Grade(p[True])) for p in by_version.values() if len(p) == 2]
    return rules.agreement(pairs)
