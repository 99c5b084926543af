"""What a person may do with a PEP they can see."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied

from core.roles import Permission, Role
from core.sections import is_limited
from peps.models import PEP
from peps.rules import workflow
from peps.rules.form import Section
from peps.rules.workflow import CONTRIBUTOR_LABELS, WRITES_AS, Contributor, State


def why_due(user: Any, pep: PEP) -> str:
    """Why a plan is due on its day, in words; a first plan's tell of coming into care, which is not all people's."""
    return "" if is_limited(user) else pep.due_because


def check_can_change(user: Any, pep: PEP) -> None:
    """The child's PEP is in scope; which step the role may take is the workflow's to say."""
    if not PEP.objects.visible_to(user).filter(pk=pep.pk).exists():
        raise PermissionDenied("This PEP is of a child whose record is not open to you.")


def check_can_record_meeting(user: Any, pep: PEP) -> None:
    """Advisers for every child, a designated teacher for the children on roll at the own school."""
    if not user.can(Permission.RECORD_PEPS):
        raise PermissionDenied("Your role reads PEPs. The adviser or the school records that a meeting was held.")
    check_can_change(user, pep)


def can_record_meeting(user: Any, pep: PEP) -> bool:
    try:
        check_can_record_meeting(user, pep)
    except PermissionDenied:
        return False
    return True


def check_can_arrange(user: Any, pep: PEP) -> None:
    """Who sets the meeting: the social worker, the school, the Virtual School (practice.md 1.5); before it was held."""
    check_can_change(user, pep)
    step = workflow.STEPS["arrange"]
    role = Role(user.role)
    if role not in step.by:
        raise PermissionDenied("PEP meetings are arranged by the social worker, the school or the Virtual School.")
    if reason := workflow.why_not(step, State(pep.state), role):
        raise PermissionDenied(reason)


def can_arrange(user: Any, pep: PEP) -> bool:
    try:
        check_can_arrange(user, pep)
    except PermissionDenied:
        return False
    return True


def check_can_add_to(user: Any, pep: PEP) -> None:
    """Whoever works on a plan may add to it when it is locked: the school, the social worker, the Virtual School."""
    if Role(user.role) not in WRITES_AS:
        raise PermissionDenied("Your role reads PEPs and adds nothing to them.")
    check_can_change(user, pep)


def can_add_to(user: Any, pep: PEP) -> bool:
    try:
        check_can_add_to(user, pep)
    except PermissionDenied:
        return False
    return True


def check_can_take_out(user: Any, pep: PEP) -> None:
    """The Virtual School's advisers and Head make the package for another system or school."""
    if not (user.can(Permission.EXPORT_PUPILS) and user.can(Permission.COMPLETE_PEPS)):
        raise PermissionDenied("The Virtual School makes the package of a PEP.")
    check_can_change(user, pep)


def can_take_out(user: Any, pep: PEP) -> bool:
    try:
        check_can_take_out(user, pep)
    except PermissionDenied:
        return False
    return True


def check_can_write(user: Any, pep: PEP, section: Section) -> Contributor:
    """Who may write in a section now (rules/workflow.py); returns as whom the person writes."""
    check_can_change(user, pep)
    writer = WRITES_AS.get(Role(user.role))
    if writer is None:
        raise PermissionDenied("Your role reads PEPs and writes in none of their sections.")
    returned = pep.sections.filter(code=section.code).exclude(returned_because="").exists()
    if workflow.may_write(State(pep.state), writer, section.by, returned=returned):
        return writer
    if section.by is not writer and writer is not Contributor.ADVISER:
        raise PermissionDenied(f"This section is written by the {CONTRIBUTOR_LABELS[section.by].lower()}.")
    raise PermissionDenied(
        f"This PEP is {workflow.STATE_LABELS[State(pep.state)].lower()}: the section cannot be changed now."
    )


def can_write(user: Any, pep: PEP, section: Section) -> bool:
    try:
        check_can_write(user, pep, section)
    except PermissionDenied:
        return False
    return True


def writable_sections(user: Any, pep: PEP, returned: Collection[str]) -> set[str]:
    """Codes of the sections that a person may write in now: `can_write` of all of them, in one query."""
    writer = WRITES_AS.get(Role(user.role))
    try:
        check_can_change(user, pep)
    except PermissionDenied:
        return set()
    if writer is None:
        return set()
    state = State(pep.state)
    return {s.code for s in pep.form_sections if workflow.may_write(state, writer, s.by, returned=s.code in returned)}
