"""Governing the PEP form: draft, consult, approve, put in force. PEPs keep the version they began with.

The three bodies and the groups asked are those of the county's plan (action 7.3).
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from core.actor import acting_as
from core.audit import Access, record_access
from core.roles import Permission
from peps.facts import GROUPS
from peps.models import FormApproval, FormComment, FormVersion
from peps.rules.form import FormFaulty
from peps.rules.form_changes import (
    checked_form,
    differences,
    untraced,
    with_new_question,
    with_question,
    without_question,
)

State = FormVersion.State
OPEN = (State.DRAFT, State.CONSULTATION, State.AGREED)
EDITABLE = (State.DRAFT, State.CONSULTATION)


def check_can_govern(user: Any) -> None:
    """The Virtual School Head (PermissionDenied)."""
    if not user.can(Permission.GOVERN_FORMS):
        raise PermissionDenied("Your role reads the versions of the form. The Virtual School Head changes them.")


def before(version: FormVersion) -> FormVersion | None:
    """The version whose place this one takes or took."""
    earlier = FormVersion.objects.filter(number__lt=version.number).exclude(state=State.GIVEN_UP)
    return earlier.order_by("-number").first()


def why_closed(version: FormVersion) -> str:
    """Why the questions cannot be changed now, as a sentence; else nothing."""
    if version.state not in EDITABLE:
        return f"This version is {version.get_state_display().lower()}: its questions stand. Draft a new version."
    if version.approvals.exists():
        return "A body has approved this version as it stands. Withdraw the approval before you change a question."
    return ""


def _locked(version: FormVersion, actor: Any) -> FormVersion:
    check_can_govern(actor)
    row: FormVersion = FormVersion.objects.select_for_update().get(pk=version.pk)
    return row


def _trace(version: FormVersion, what: str, actor: Any) -> None:
    record_access(None, Access.DECIDED, user=actor, detail={"form": version.number, "what": what})


@transaction.atomic
def draft(*, actor: Any) -> FormVersion:
    """Begin a new version with the questions of the one in force. ValidationError while another one is open."""
    check_can_govern(actor)
    if other := FormVersion.objects.filter(state__in=OPEN).first():
        raise ValidationError(f"{other} is being worked on. Finish it first.")
    source = FormVersion.objects.select_for_update().get(state=State.IN_FORCE)
    number = (FormVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    with acting_as(actor, service="peps.draft_form"):
        made: FormVersion = FormVersion.objects.create(
            number=number, title=source.title, definition=source.definition, state=State.DRAFT
        )
        _trace(made, "drafted", actor)
    return made


@transaction.atomic
def describe(*, version: FormVersion, title: str, changes: str, actor: Any) -> FormVersion:
    """What the version is called, and what is new in it in the Head's own words."""
    row = _locked(version, actor)
    if row.state not in OPEN:
        raise ValidationError(why_closed(row))
    row.title, row.changes = title.strip(), changes.strip()
    with acting_as(actor, service="peps.describe_form"):
        row.save(update_fields=["title", "changes"])
    return row


def _redefine(version: FormVersion, actor: Any, service: str, make: Callable[[Mapping[str, Any]], Any]) -> FormVersion:
    """Write what `make` makes of the definition; ValidationError for what cannot be used."""
    row = _locked(version, actor)
    if why := why_closed(row):
        raise ValidationError(why)
    try:
        made = make(row.definition)
        checked_form(made, facts=GROUPS)
    except KeyError:
        raise ValidationError("This version has no such question. Load the page again.") from None
    except FormFaulty as fault:
        raise ValidationError(str(fault)) from fault
    row.definition = made
    with acting_as(actor, service=service):
        row.save(update_fields=["definition"])
        _trace(row, "changed", actor)
    return row


@transaction.atomic
def change_question(
    *, version: FormVersion, code: str, key: str, changes: Mapping[str, Any], actor: Any
) -> FormVersion:
    """Label, help, required, words for an age. ValidationError for what cannot be used."""
    return _redefine(version, actor, "peps.change_question", lambda d: with_question(d, code, key, changes))


@transaction.atomic
def add_question(*, version: FormVersion, code: str, question: Mapping[str, Any], actor: Any) -> FormVersion:
    """A question of a simple kind at the end of a section."""
    return _redefine(version, actor, "peps.add_question", lambda d: with_new_question(d, code, question))


@transaction.atomic
def remove_question(*, version: FormVersion, code: str, key: str, actor: Any) -> FormVersion:
    """Take a question away; PEPs of earlier versions keep theirs."""
    return _redefine(version, actor, "peps.remove_question", lambda d: without_question(d, code, key))


@transaction.atomic
def bring_in(*, version: FormVersion, document: Any, actor: Any) -> FormVersion:
    """Put a definition from a file in place of the draft's."""
    return _redefine(version, actor, "peps.bring_in_form", lambda _: document)


@transaction.atomic
def consult(*, version: FormVersion, actor: Any) -> FormVersion:
    """The draft goes out to those who will use it."""
    row = _locked(version, actor)
    if row.state != State.DRAFT:
        raise ValidationError("Only a draft goes out to consultation.")
    row.state = State.CONSULTATION
    with acting_as(actor, service="peps.consult_on_form"):
        row.save(update_fields=["state"])
        _trace(row, "consultation", actor)
    return row


@transaction.atomic
def give_up(*, version: FormVersion, actor: Any) -> FormVersion:
    """The draft comes to nothing; it stays readable with all that was said of it, and another one can be begun."""
    row = _locked(version, actor)
    if row.state not in EDITABLE:
        raise ValidationError("Only a draft or a version in consultation is given up.")
    row.state = State.GIVEN_UP
    with acting_as(actor, service="peps.give_up_form"):
        row.save(update_fields=["state"])
        _trace(row, "given up", actor)
    return row


@transaction.atomic
def record_comment(
    *, version: FormVersion, said: Mapping[str, Any], today: date, actor: Any, comment: FormComment | None = None
) -> FormComment:
    """What a group said (`group`, `on`, `comment`) and what was decided (`outcome`); `comment` is changed if given."""
    row = _locked(version, actor)
    if row.state not in EDITABLE:
        raise ValidationError("Comments are recorded while the version is a draft or in consultation.")
    if said["on"] > today:
        raise ValidationError({"on": "Give today or an earlier day"})
    found = comment or FormComment(form=row, recorded_by=actor)
    for name in ("group", "on", "comment", "outcome"):
        setattr(found, name, said[name])
    with acting_as(actor, service="peps.record_form_comment"):
        found.save()
    return found


@transaction.atomic
def approve(*, version: FormVersion, body: str, on: date, today: date, actor: Any) -> FormApproval:
    """That a body agreed to the version. ValidationError before the consultation, and for a day ahead."""
    row = _locked(version, actor)
    if row.state != State.CONSULTATION:
        raise ValidationError("A version is approved while it is in consultation.")
    if on > today:
        raise ValidationError({"on": "Give today or an earlier day"})
    if row.approvals.filter(body=body).exists():
        raise ValidationError({"body": "This body has approved the version already"})
    with acting_as(actor, service="peps.approve_form"):
        made: FormApproval = FormApproval.objects.create(form=row, body=body, on=on, recorded_by=actor)
        _trace(row, f"approved by {body}", actor)
    return made


@transaction.atomic
def withdraw_approval(*, approval: FormApproval, actor: Any) -> None:
    """The approval does not hold: a question is to be changed, or it was recorded by mistake."""
    row = _locked(approval.form, actor)
    if row.state != State.CONSULTATION:
        raise ValidationError("The version is past its consultation.")
    with acting_as(actor, service="peps.withdraw_form_approval"):
        FormApproval.objects.filter(pk=approval.pk).delete()
        _trace(row, f"approval withdrawn: {approval.body}", actor)


def reasons_against(version: FormVersion) -> list[str]:
    """Why the version cannot be put in force yet, as sentences."""
    if version.state != State.CONSULTATION:
        return ["Only a version in consultation is put in force."]
    agreed = set(version.approvals.values_list("body", flat=True))
    found = [f"Not approved yet: {label}." for body, label in FormApproval.Body.choices if body not in agreed]
    comments = list(version.comments.all())
    if not comments:
        found.append("Nobody has been asked: the consultation log is empty.")
    if unanswered := sum(not c.outcome.strip() for c in comments):
        found.append(f"{unanswered} of {len(comments)} comments have no outcome.")
    found += untraced(version.form)
    earlier = before(version)
    if earlier is not None and not differences(earlier.form, version.form):
        found.append("Nothing is new against the version before.")
    return found


@transaction.atomic
def put_in_force(*, version: FormVersion, from_on: date, today: date, actor: Any) -> FormVersion:
    """New PEPs have this version from that day on, until then it is agreed; or ValidationError with reasons."""
    row = _locked(version, actor)
    if reasons := reasons_against(row):
        raise ValidationError(reasons)
    if from_on < today:
        raise ValidationError({"from_on": "Give today or a later day: PEPs that were opened keep their form"})
    row.state, row.in_force_from = State.AGREED, from_on
    with acting_as(actor, service="peps.put_form_in_force"):
        row.save(update_fields=["state", "in_force_from"])
        _trace(row, "put in force", actor)
        take_over(today=today)
    row.refresh_from_db()
    return row


@transaction.atomic
def take_over(*, today: date) -> FormVersion | None:
    """Put an agreed version in force whose day has come; returns the version in force (None: there is none).

    Asked each night before PEPs are opened.
    """
    due = FormVersion.objects.select_for_update().filter(state=State.AGREED, in_force_from__lte=today).first()
    current = FormVersion.objects.filter(state=State.IN_FORCE).first()
    if due is None:
        return current
    if current is not None:
        current.state = State.RETIRED
        current.save(update_fields=["state"])
    due.state = State.IN_FORCE
    due.save(update_fields=["state"])
    return due
