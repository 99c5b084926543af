"""The life of a delivery: stored, checked, shown, confirmed, applied in one transaction; again, nothing changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.db.copy import copy_rows
from core.feeds import store
from core.feeds.base import Checked, FeedContext, FeedKind, FeedRefused, Problem, Severity, SourceFile
from core.feeds.files import Delivery
from core.feeds.registry import get_kind
from core.models import FeedProblem, FeedRun, FeedRunFile, User

Status = FeedRun.Status
APPLY_LOCK = 903_001
"""Advisory lock: one application at a time over the whole product; a second waits for the first."""
OPEN_STATES = frozenset({Status.RECEIVED, Status.READY, Status.FAILED})


class RunNotOpen(Exception):
    """The run was applied, refused or put aside in the meantime; the message says by whom and when."""


@dataclass(frozen=True)
class Outcome:
    """What came of a delivery: for the command line and the receipt."""

    kind: str
    status: str
    rows: dict[str, int]
    problems: list[Problem]
    run_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "status": self.status,
            "rows": self.rows,
            "problems": [p.as_dict() for p in self.problems],
            "run": self.run_id,
        }


EMPTY_ROWS = {"read": 0, "applied": 0, "unchanged": 0, "held": 0, "ignored": 0}


def progress_key(run_id: int) -> str:
    return f"feed-progress-{run_id}"


def report_progress(run_id: int) -> Callable[[int, int, str], None]:
    """Progress goes through the cache: the run's own row is locked by the transaction that works on it."""

    def report(done: int, total: int, text: str) -> None:
        cache.set(progress_key(run_id), {"done": done, "total": total, "text": text}, 3600)

    return report


def _check(kind: FeedKind, files: Sequence[SourceFile], context: FeedContext) -> Checked:
    if not files:
        raise FeedRefused.because("NO_FILE", "There is no file to read.")
    checked = kind.check(files, context)
    checked.counts.check()
    return checked


def preview(
    *, kind: str, sources: Iterable[SourceFile], today: date, options: Mapping[str, str] | None = None
) -> Outcome:
    """Check a delivery against the tables and tell what would happen. Writes nothing, keeps nothing."""
    context = FeedContext(today=today, options=options or {})
    try:
        with Delivery(sources) as files, transaction.atomic():
            checked = _check(get_kind(kind), files, context)
    except FeedRefused as refusal:
        return Outcome(kind, "refused", EMPTY_ROWS, refusal.problems)
    status = "ready" if checked.changes_anything else "unchanged"
    return Outcome(kind, status, checked.counts.as_dict(), checked.problems.found)


def receive(
    *, kind: str, sources: Sequence[SourceFile], actor: User | None, options: Mapping[str, str] | None = None
) -> FeedRun:
    """Store the files and open a run. Raises FeedRefused when they cannot be stored."""
    get_kind(kind)
    if not sources:
        raise FeedRefused.because("NO_FILE", "There is no file to read.")
    stored = [(source.name, store.keep(source)) for source in sources]
    with transaction.atomic(), acting_as(actor):
        run = FeedRun.objects.create(kind=kind, received_by=actor, options=dict(options or {}))
        FeedRunFile.objects.bulk_create(
            FeedRunFile(run=run, stored=row, name=name[-255:], position=n) for n, (name, row) in enumerate(stored)
        )
    return run


def run_sources(run: FeedRun) -> list[SourceFile]:
    return [
        SourceFile(name=file.name, path=store.path_of(file.stored.sha256))
        for file in run.files.select_related("stored")
    ]


def _context(run: FeedRun, actor: User | None, today: date) -> FeedContext:
    return FeedContext(today=today, actor=actor, run_id=run.pk, options=run.options, progress=report_progress(run.pk))


def _record(run: FeedRun, checked: Checked) -> None:
    run.counts = checked.counts.as_dict()
    run.difference = checked.difference.as_dict()
    run.problem_counts = checked.problems.by_severity()
    _replace_problems(run, checked.problems.found)


def _replace_problems(run: FeedRun, problems: Sequence[Problem]) -> None:
    run.problems.all().delete()
    copy_rows(
        FeedProblem,
        ["run_id", "code", "severity", "file", "row", "column", "value", "message", "advice"],
        (
            (run.pk, p.code, p.severity.value, p.file, p.row, p.column[:100], p.value, p.message, p.advice)
            for p in problems
        ),
    )


def _refuse(run: FeedRun, refusal: FeedRefused) -> None:
    run.status = Status.REFUSED
    run.counts = dict(EMPTY_ROWS)
    run.problem_counts = {"error": len(refusal.problems)}
    run.checked_at = timezone.now()
    _replace_problems(run, refusal.problems)
    run.save()


@transaction.atomic
def check_run(*, run_id: int, today: date) -> FeedRun:
    """Check a stored delivery and keep the findings for the preview page. The tables stay as they are."""
    run = FeedRun.objects.select_for_update().get(pk=run_id)
    if run.status not in OPEN_STATES:
        return run
    try:
        with Delivery(run_sources(run)) as files:
            checked = _check(get_kind(run.kind), files, _context(run, None, today))
    except FeedRefused as refusal:
        _refuse(run, refusal)
        return run
    _record(run, checked)
    run.status = Status.READY if checked.changes_anything else Status.UNCHANGED
    run.checked_at = timezone.now()
    run.save()
    return run


def apply_run(*, run_id: int, actor: User | None, today: date) -> FeedRun:
    """Check again and apply, in one transaction. One application runs at a time; a second waits here.

    Raises RunNotOpen when the run was already applied, refused or put aside: who comes second is told.
    """
    with acting_as(actor, feed_run=run_id), transaction.atomic():
        run = FeedRun.objects.select_for_update().get(pk=run_id)
        if run.status not in OPEN_STATES:
            raise RunNotOpen(_why_not_open(run))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLY_LOCK])
        context = _context(run, actor, today)
        kind = get_kind(run.kind)
        try:
            with Delivery(run_sources(run)) as files:
                checked = _check(kind, files, context)
        except FeedRefused as refusal:
            _refuse(run, refusal)
            return run
        _record(run, checked)
        run.checked_at = timezone.now()
        run.status = Status.UNCHANGED
        if checked.changes_anything:
            kind.apply(checked, context)
            run.status = Status.APPLIED
        run.applied_by = actor
        run.applied_at = timezone.now()
        run.save()
        record_access(
            None,
            Access.IMPORTED,
            user=actor,
            subject=run,
            screen=f"feed {run.kind}",
            detail={"rows": run.counts},
        )
    return run


def mark_failed(*, run_id: int) -> None:
    """After a fault in the worker: the run says so and may be applied again; nothing of it was written."""
    FeedRun.objects.filter(pk=run_id, status__in=OPEN_STATES).update(status=Status.FAILED)


def _why_not_open(run: FeedRun) -> str:
    who = f" by {run.applied_by.name}" if run.applied_by else ""
    when = timezone.localtime(run.applied_at).strftime(" at %H:%M on %-d %B %Y") if run.applied_at else ""
    return f"This delivery is no longer open: {run.get_status_display().lower()}{who}{when}."


def apply_sources(
    *,
    kind: str,
    sources: Sequence[SourceFile],
    actor: User | None,
    today: date,
    options: Mapping[str, str] | None = None,
) -> Outcome:
    """Store, check and apply in one go (command line, trusted schedule)."""
    try:
        run = receive(kind=kind, sources=sources, actor=actor, options=options)
    except FeedRefused as refusal:
        return Outcome(kind, "refused", EMPTY_ROWS, refusal.problems)
    run = apply_run(run_id=run.pk, actor=actor, today=today)
    return outcome_of(run)


def outcome_of(run: FeedRun) -> Outcome:
    """A finished run as the command line tells it."""
    problems = [
        Problem(
            code=p.code,
            severity=Severity(p.severity),
            message=p.message,
            file=p.file,
            row=p.row,
            column=p.column,
            value=p.value,
            advice=p.advice,
        )
        for p in run.problems.all()
    ]
    return Outcome(run.kind, run.status, run.counts or EMPTY_ROWS, problems, run.pk)


@transaction.atomic
def cancel_run(*, run: FeedRun, actor: User) -> FeedRun:
    """Put a checked delivery aside without applying it. Raises RunNotOpen."""
    run = FeedRun.objects.select_for_update().get(pk=run.pk)
    if run.status not in OPEN_STATES:
        raise RunNotOpen(_why_not_open(run))
    run.status = Status.CANCELLED
    run.applied_by, run.applied_at = actor, timezone.now()
    run.save()
    return run
