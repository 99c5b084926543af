"""The documents of a PEP: made of a version, kept when it is approved, and given out only as they were kept."""

import hashlib
import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.archives import Archive
from core.audit import Access, record_access
from core.files import write_whole
from core.models import User
from core.sections import is_limited
from peps.documents import adult, child, data
from peps.documents.material import Material, around_of, material_of
from peps.models import PEP, Addendum, PEPVersion
from peps.permissions import check_can_add_to, check_can_take_out
from peps.rules.workflow import FINISHED, State
from pupils.duplicates.services import values_given_up

FOLDER = "peps"


class Tampered(ValidationError):
    """The file on the disk is not the one that was approved."""

    def __init__(self) -> None:
        super().__init__(
            "The stored PDF of this version is not the one that was kept when it was approved, so it is not given out. "
            "Tell the administrator: the plan itself is still in the system and can be read there."
        )


def latest_version(pep: PEP) -> PEPVersion | None:
    found: PEPVersion | None = pep.versions.order_by("-number").first()
    return found


def material_now(pep: PEP, *, reader: Any, today: date) -> Material:
    """The plan as it stands: its last version, unless somebody writes in it again; then a draft of what is there."""
    version = latest_version(pep) if State(pep.state) in FINISHED | {State.SUBMITTED} else None
    return material_of(pep, version=version, reader=reader, today=today)


def adult_pdf(pep: PEP, *, reader: Any, today: date) -> bytes:
    """The plan for adults; raises Tampered.

    A finished plan without addenda is the stored file itself, but for people to whom only parts of the record are open.
    """
    addenda = list(pep.addenda.select_related("by"))
    version = latest_version(pep)
    if version is not None and State(pep.state) in FINISHED:
        kept = read_stored(keep_pdf(version=version, today=today))
        if not addenda and not is_limited(reader):
            return kept
    return adult.make(material_now(pep, reader=reader, today=today), addenda)


def child_pdf(pep: PEP, *, reader: Any, today: date) -> bytes:
    """The child's own edition of the plan as it stands."""
    return child.make(material_now(pep, reader=reader, today=today))


def version_pdf(version: PEPVersion, *, reader: Any, today: date) -> bytes:
    """One version: the stored file where it was approved (raises Tampered), else made of what was submitted."""
    if version.pdf_key and not is_limited(reader):
        return read_stored(version)
    return adult.make(material_of(version.pep, version=version, reader=reader, today=today))


# ---------------------------------------------------------------- the store


def path_of(version: PEPVersion) -> Path:
    """Where the kept PDF lies."""
    return Path(settings.DOCUMENTS_DIR) / version.pdf_key


def read_stored(version: PEPVersion) -> bytes:
    """The kept PDF; Tampered when it is gone or another than was kept."""
    try:
        content = path_of(version).read_bytes()
    except OSError as error:
        raise Tampered from error
    if hashlib.sha256(content).hexdigest() != version.pdf_sha256:
        raise Tampered
    return content


@transaction.atomic
def keep_pdf(*, version: PEPVersion, today: date) -> PEPVersion:
    """Make and keep the PDF of an approved version, once, with the facts and sign-offs that belong to it.

    The facts are those that the person who approved could see, whoever asks for the file first.
    """
    row: PEPVersion = PEPVersion.objects.select_for_update().get(pk=version.pk)
    if row.pdf_key:
        return row
    pep = PEP.objects.select_related("pupil", "form").get(pk=row.pep_id)
    if State(pep.state) not in FINISHED:
        raise ValidationError("Only the PDF of an approved plan is kept.")
    approver = _approver(pep)
    around = around_of(pep, row.content, reader=approver, today=today)
    row.content = {**row.content, "around": around}
    content = adult.make(material_of(pep, version=row, reader=approver, today=today))
    row.pdf_sha256 = hashlib.sha256(content).hexdigest()
    row.pdf_key = f"{FOLDER}/{pep.pk}/version-{row.number}-{row.pdf_sha256[:12]}.pdf"
    write_whole(path_of(row), content)
    with acting_as(approver, service="peps.keep_pdf"):
        row.save(update_fields=["content", "pdf_key", "pdf_sha256"])
    return row


def keep_latest(*, pep: PEP, today: date) -> PEPVersion | None:
    """Keep the PDF of an approved plan's last version; None for a plan that was kept on paper."""
    version = latest_version(pep)
    return keep_pdf(version=version, today=today) if version is not None else None


def _approver(pep: PEP) -> User | None:
    """Who approved the plan last; None where the step was not recorded."""
    step = pep.steps.filter(name="approve").select_related("by").order_by("-at").first()
    return step.by if step is not None else None


def files_about(pupil_id: int) -> Iterable[Path]:
    """The kept PDFs of a child, of plans that gave way in a merge too: they go when the record goes."""
    keys = set(PEPVersion.objects.filter(pep__pupil_id=pupil_id).exclude(pdf_key="").values_list("pdf_key", flat=True))
    keys |= {row["pdf_key"] for row in values_given_up(pupil_id, PEPVersion)} - {""}
    return [Path(settings.DOCUMENTS_DIR) / key for key in sorted(keys)]


# ---------------------------------------------------------------- the package


def package(*, pep: PEP, actor: Any, now: datetime) -> bytes:
    """A ZIP for the social-care system or a new school: plan.pdf, child.pdf, pep.json, manifest.json.

    Raises PermissionDenied, ValidationError for a plan that was not submitted, Tampered.
    """
    check_can_take_out(actor, pep)
    version = latest_version(pep)
    if version is None:
        raise ValidationError("This plan was not submitted yet: there is no version to give out.")
    today = timezone.localtime(now).date()
    addenda = list(pep.addenda.select_related("by"))
    material = material_of(pep, version=version, reader=actor, today=today)
    if State(pep.state) in FINISHED:
        version = keep_pdf(version=version, today=today)
        material = material_of(pep, version=version, reader=actor, today=today)
    kept = read_stored(version) if version.pdf_key else None
    plan = kept if kept is not None and not addenda else adult.make(material, addenda)
    document = data.document_of(material, addenda, pdf_sha256=version.pdf_sha256, now=now)
    with io.BytesIO() as target:
        archive = Archive(target, (today.year, today.month, today.day, 0, 0, 0))
        archive.add("plan.pdf", iter([plan]))
        archive.add("child.pdf", iter([child.make(material)]))
        archive.add("pep.json", iter([json.dumps(document, ensure_ascii=False, indent=1).encode()]))
        archive.close()
        made = target.getvalue()
    record_access(
        None,
        Access.EXPORTED,
        user=actor,
        subject=pep.pupil,
        screen="peps:package",
        detail={"pep": pep.pk, "version": version.number, "sha256": hashlib.sha256(made).hexdigest()},
    )
    return made


# ---------------------------------------------------------------- addenda


@transaction.atomic
def add_addendum(*, pep: PEP, text: str, actor: Any, now: datetime) -> Addendum:
    """Add a note to a locked plan; the plan stays as it was.

    Raises PermissionDenied, or ValidationError for a plan that can still be mended and for an empty note.
    """
    check_can_add_to(actor, pep)
    row: PEP = PEP.objects.select_for_update().get(pk=pep.pk)
    if row.state not in {State.LOCKED, State.SUPERSEDED}:
        raise ValidationError("This plan is not locked: what is wrong in it can be mended in its sections.")
    if not text.strip():
        raise ValidationError({"text": "Enter what is to be added"})
    with acting_as(actor, service="peps.add_addendum"):
        made = Addendum.objects.create(pep=row, text=text.strip(), by=actor, at=now)
        record_access(None, Access.DECIDED, user=actor, subject=row.pupil, detail={"pep": row.pk, "addendum": made.pk})
    return made
