"""Files that people add to a PEP: told by content, scanned, stored under a name that tells nothing."""

import hashlib
import logging
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from core import scanning
from core.actor import acting_as
from core.audit import Access, record_access
from core.files import write_whole
from core.roles import Role
from peps.models import PEP, PEPDocument
from peps.permissions import check_can_add_to
from peps.rules import uploads as rules
from peps.rules.uploads import FileType, WrongFile
from peps.rules.workflow import FINISHED, State

logger = logging.getLogger(__name__)
FOLDER = "pep-documents"
CLOSED = FINISHED | {State.NOT_REQUIRED}
TEAM = frozenset({Role.ADVISER, Role.VSH})


def check_can_upload(user: Any, pep: PEP) -> None:
    """Whoever works on the plan, until it is approved."""
    check_can_add_to(user, pep)
    if State(pep.state) in CLOSED:
        raise PermissionDenied("This PEP is finished: no files are added to it or taken away.")


def can_upload(user: Any, pep: PEP) -> bool:
    try:
        check_can_upload(user, pep)
    except PermissionDenied:
        return False
    return True


def _checked(content: bytes) -> tuple[FileType, bool]:
    """(type, scanned). Raises ValidationError in words for the person who sends it."""
    try:
        kind = rules.type_of(content)
        return kind, scanning.scan(content)
    except WrongFile as wrong:
        raise ValidationError({"file": str(wrong)}) from wrong
    except scanning.Infected as found:
        logger.warning("An upload was refused: the scanner found %s", found.name)
        raise ValidationError(
            {"file": "The virus scanner found something harmful in this file. It was not stored. Tell your IT support."}
        ) from found
    except scanning.ScannerDown as down:
        raise ValidationError(
            {"file": "The virus scanner does not answer, so the file was not stored. Try again in a few minutes."}
        ) from down


def add_document(*, pep: PEP, kind: str, title: str, content: bytes, actor: Any, now: datetime) -> PEPDocument:
    """Check, scan and store a file. The same file twice is one document.

    Raises PermissionDenied, ValidationError.
    """
    check_can_upload(actor, pep)
    if not title.strip():
        raise ValidationError({"title": "Say what it is"})
    file_type, scanned = _checked(content)
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic(), acting_as(actor, service="peps.add_document"):
        row = PEP.objects.select_for_update().get(pk=pep.pk)
        check_can_upload(actor, row)  # scanning takes a while: the plan may have been approved meanwhile
        known: PEPDocument | None = PEPDocument.objects.filter(pep=row, sha256=sha256).first()
        if known is not None:
            return known
        if PEPDocument.objects.filter(pep=row).count() >= rules.MOST_FILES:
            raise ValidationError({"file": f"At most {rules.MOST_FILES} files belong to one PEP. Remove one first."})
        path = f"{FOLDER}/{row.pk}/{secrets.token_hex(16)}.{file_type.ending}"
        write_whole(Path(settings.DOCUMENTS_DIR) / path, content)
        made: PEPDocument = PEPDocument.objects.create(
            pep=row,
            kind=PEPDocument.Kind(kind).value,
            title=title.strip(),
            media_type=file_type.media_type,
            size=len(content),
            sha256=sha256,
            path=path,
            scanned=scanned,
            added_by=actor,
            added_at=now,
        )
        record_access(
            None, Access.DECIDED, user=actor, subject=row.pupil, detail={"pep": row.pk, "document_added": made.pk}
        )
    return made


def read_document(document: PEPDocument) -> bytes:
    """The file as it was stored; ValidationError when it is gone or another."""
    try:
        content = (Path(settings.DOCUMENTS_DIR) / document.path).read_bytes()
    except OSError as error:
        raise ValidationError("The stored file cannot be read. Tell the administrator.") from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise ValidationError("The stored file is not the one that was added. Tell the administrator.")
    return content


def is_theirs(user: Any, document: PEPDocument) -> bool:
    """Whether it is this person's to take away: who added it, and the Virtual School."""
    return document.added_by_id == user.pk or Role(user.role) in TEAM


@transaction.atomic
def remove_document(*, document: PEPDocument, actor: Any) -> None:
    """Take a file away: who added it, or the Virtual School. Raises PermissionDenied."""
    check_can_upload(actor, document.pep)
    if not is_theirs(actor, document):
        raise PermissionDenied("Who added a file, or the Virtual School, takes it away.")
    path, pk, pep = Path(settings.DOCUMENTS_DIR) / document.path, document.pk, document.pep
    with acting_as(actor, service="peps.remove_document"):
        document.delete()
        record_access(
            None, Access.DECIDED, user=actor, subject=pep.pupil, detail={"pep": pep.pk, "document_removed": pk}
        )
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
