"""PDFs of a caseload: one file for each child in a ZIP, made in the worker while the page shows how far it is.

One plan is in memory at a time, and the ZIP goes to the disk as it grows. Every child leaves a trace of its own.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from core.actor import acting_as
from core.archives import Archive, sha256_of
from core.audit import Access, record_access
from core.documents import DocumentFaulty
from core.roles import Permission
from peps.models import PEP, PEPPrint
from peps.rules.printing import KEPT_FOR
from peps.services import presenting

logger = logging.getLogger(__name__)
MOST = 1_000
FOLDER = "pep-prints"
Progress = Callable[[int, int, str], None]


def check_can_print_many(user: Any) -> None:
    """Who may take lists of children away and reads PEPs."""
    if not (user.can(Permission.EXPORT_PUPILS) and user.can(Permission.SEE_PEPS)):
        raise PermissionDenied("Your role prints PEPs one at a time.")


def printable(peps: Any) -> Any:
    """Those of a query that have a form: plans kept on paper have nothing to print."""
    return peps.filter(form__isnull=False).exclude(phase="")


@transaction.atomic
def ask(*, peps: Sequence[int], edition: PEPPrint.Edition, actor: Any, now: datetime) -> PEPPrint:
    """Ask for a print of these plans; `make` does it in the worker.

    Raises PermissionDenied, or ValidationError for none or too many; plans out of scope are not taken.
    """
    check_can_print_many(actor)
    own = printable(PEP.objects.visible_to(actor).filter(pk__in=peps))
    found = list(own.order_by("pupil__sort_name", "pk").values_list("pk", flat=True))
    if not found:
        raise ValidationError("None of these plans can be printed.")
    if len(found) > MOST:
        raise ValidationError(f"At most {MOST:,} plans are printed at once: filter the list to fewer.")
    with acting_as(actor, service="peps.ask_print"):
        made: PEPPrint = PEPPrint.objects.create(made_by=actor, edition=edition.value, peps=found, asked_at=now)
    progress_of(made.pk)(0, len(found), "Waiting for the worker")
    return made


def progress_key(print_id: int) -> str:
    """Where the cache keeps how far the worker is."""
    return f"pep-print-progress-{print_id}"


def progress_of(print_id: int) -> Progress:
    """Progress through the cache, for the page that waits."""

    def report(done: int, total: int, text: str) -> None:
        cache.set(progress_key(print_id), {"done": done, "total": total, "text": text}, 3600)

    return report


def make(*, print_id: int, now: datetime) -> PEPPrint:
    """Make the file of a print; a message that comes twice finds it made. What failed is named and left out."""
    row: PEPPrint = PEPPrint.objects.select_related("made_by").get(pk=print_id)
    if row.finished_at is not None:
        return row
    check_can_print_many(row.made_by)
    folder = Path(settings.DOCUMENTS_DIR) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    draft, path = folder / f"{row.pk}.part", folder / f"{row.pk}.zip"
    today = timezone.localtime(now).date()
    with draft.open("wb") as target:
        archive = Archive(target, (today.year, today.month, today.day, 0, 0, 0))
        for name, content in _pdfs(row, today):
            archive.add(name, iter([content]))
            row.printed += 1
        archive.close()
    draft.replace(path)
    row.path, row.sha256, row.size = f"{FOLDER}/{path.name}", sha256_of(path), path.stat().st_size
    row.finished_at, row.expires_at = now, now + KEPT_FOR
    with acting_as(row.made_by, service="peps.make_print"):
        row.save(update_fields=["path", "sha256", "size", "finished_at", "expires_at", "printed", "left_out"])
    progress_of(row.pk)(len(row.peps), len(row.peps), "Ready")
    return row


def _pdfs(row: PEPPrint, today: Any) -> Iterator[tuple[str, bytes]]:
    """(name without the child's name, PDF), one after the other, each with its trace on the child."""
    report, total = progress_of(row.pk), len(row.peps)
    make_one = presenting.adult_pdf if row.edition == PEPPrint.Edition.ADULT else presenting.child_pdf
    for number, pk in enumerate(row.peps, start=1):
        report(number - 1, total, "")
        pep = PEP.objects.visible_to(row.made_by).filter(pk=pk).select_related("pupil", "form").first()
        try:
            if pep is None:
                raise ValidationError("no longer in scope")
            content = make_one(pep, reader=row.made_by, today=today)
        except (ValidationError, DocumentFaulty, OSError):
            logger.exception("PEP %s was left out of print %s", pk, row.pk)
            row.left_out.append(pk)
            continue
        record_access(
            None,
            Access.PRINTED,
            user=row.made_by,
            subject=pep.pupil,
            screen="peps:print",
            detail={"pep": pk, "print": row.pk, "document": row.edition},
        )
        yield f"{pep.pupil.child_id}-{pep.academic_year}-{pep.season}-{row.edition}.pdf", content


def file_of(row: PEPPrint, *, user: Any, now: datetime) -> Path:
    """The file to give out; ValidationError says why not.

    It is refused when it has expired, when it is not what was made, and when one of its children is no longer open to
    the person.
    """
    if not row.is_there(now):
        raise ValidationError("This print has expired. Make it again.")
    kept = set(row.peps) - set(row.left_out)
    if PEP.objects.visible_to(user).filter(pk__in=kept).count() != len(kept):
        raise ValidationError("A child of this print is no longer among yours. Make it again.")
    path = Path(settings.DOCUMENTS_DIR) / row.path
    if not path.is_file() or sha256_of(path) != row.sha256:
        raise ValidationError("The stored file is not the one that was made. Make it again.")
    return path


def clear_expired(*, now: datetime) -> int:
    """Remove the files whose day is over, and what a worker that fell left behind. Returns how many files went."""
    gone = 0
    for row in PEPPrint.objects.exclude(path="").filter(expires_at__lte=now):
        (Path(settings.DOCUMENTS_DIR) / row.path).unlink(missing_ok=True)
        row.path = ""
        with acting_as(None, service="peps.clear_prints"):
            row.save(update_fields=["path"])
        gone += 1
    for part in (Path(settings.DOCUMENTS_DIR) / FOLDER).glob("*.part"):
        if part.stat().st_mtime < (now - KEPT_FOR).timestamp():
            part.unlink(missing_ok=True)
            gone += 1
    return gone
