"""The life of a delivery: stored, checked, shown, confirmed, applied in one transaction; again, nothing changes."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.actor import acting_as
from core.audit import Access, record_access
from core.db.copy import copy_rows
from core.feeds import store
from core.feeds.base import Change, Checked, FeedContext, FeedKind, FeedRefused, Problem, Severity, SourceFile
from core.feeds.files import Delivery
from core.feeds.likeness import name_the_kind
from core.feeds.locks import Busy, is_worked_on, no_wait, patience, runs_worked_on, take_run, take_turn
from core.feeds.registry import get_kind
from core.models import FeedChange, FeedProblem, FeedRun, FeedRunFile, StoredFile, User
from core.permissions import check_can_feed

Status = FeedRun.Status
OPEN_STATES = frozenset({Status.RECEIVED, Status.CHECKING, Status.READY, Status.APPLYING, Status.FAILED})
CHECKABLE_STATES = OPEN_STATES - {Status.APPLYING} | {Status.UNCHANGED}
"""What was held back may fit once another feed has come, so a delivery that changed nothing is checked again."""
WAITING_STATES = frozenset({Status.RECEIVED, Status.CHECKING, Status.APPLYING})
ALL_HELD = Q(status=Status.UNCHANGED, counts__held__gt=0, counts__unchanged=0)
"""Deliveries of which not one row could be used: they changed nothing, but they are not done with."""
PATIENCE_WITH_WORKER = timedelta(minutes=1)


class RunNotOpen(Exception):
    """The run was applied, refused or put aside in the meantime; the message says by whom and when."""


class FeedStopped(Exception):
    """A fault stopped the check or the application; everything was rolled back and the run is marked FAILED.

    The message holds no value of any row, for it is logged; the fault itself is the cause.
    """

    def __init__(self, run_id: int, fault: Exception) -> None:
        super().__init__(f"delivery {run_id} was stopped by {_name_of(fault)}")
        self.run_id = run_id
        self.passing = isinstance(fault, OperationalError | InterfaceError)
        """The database went away or had no room: the same may succeed a little later."""
        self.frames = "".join(traceback.format_tb(fault.__traceback__))


def _name_of(fault: Exception) -> str:
    """The kind of a fault and the constraint it broke, without its text, which may quote a child's data."""
    constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", None)
    return f"{type(fault).__name__} ({constraint})" if constraint else type(fault).__name__


class Work(StrEnum):
    """What goes on with a delivery: nothing, in the queue, somebody works on it, or it was left lying."""

    NONE = "none"
    QUEUED = "queued"
    WORKING = "working"
    STALLED = "stalled"


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
        with suppress(Exception):  # a cache that does not answer must not stop an application
            cache.set(progress_key(run_id), {"done": done, "total": total, "text": text}, 3600)

    return report


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is always rolled back: what is only looked at cannot change anything."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _check(kind: FeedKind, files: Sequence[SourceFile], context: FeedContext) -> Checked:
    if not files:
        raise FeedRefused.because("NO_FILE", "There is no file to read.")
    try:
        checked = kind.check(files, context)
    except FeedRefused as refusal:
        raise name_the_kind(refusal, kind, files) from None
    checked.counts.check()
    return checked


def preview(
    *, kind: str, sources: Iterable[SourceFile], today: date, options: Mapping[str, str] | None = None
) -> Outcome:
    """Check a delivery against the tables and tell what would happen. Writes nothing, keeps nothing."""
    context = FeedContext(today=today, options=options or {})
    try:
        with Delivery(sources) as files, undone():
            checked = _check(get_kind(kind), files, context)
    except FeedRefused as refusal:
        return Outcome(kind, "refused", EMPTY_ROWS, refusal.problems)
    status = "ready" if checked.is_to_decide else "unchanged"
    return Outcome(kind, status, checked.counts.as_dict(), checked.problems.found)


def receive(
    *, kind: str, sources: Sequence[SourceFile], actor: User | None, options: Mapping[str, str] | None = None
) -> FeedRun:
    """Store the files and open a run. Raises FeedRefused when they cannot be stored, PermissionDenied."""
    check_can_feed(actor, kind)
    get_kind(kind)
    if not sources:
        raise FeedRefused.because("NO_FILE", "There is no file to read.")
    stored = store.keep(sources)
    with transaction.atomic(), acting_as(actor):
        run = FeedRun.objects.create(kind=kind, received_by=actor, options=dict(options or {}))
        rows = [StoredFile.objects.get_or_create(sha256=k.sha256, defaults={"size": k.size})[0] for k in stored]
        FeedRunFile.objects.bulk_create(
            FeedRunFile(run=run, stored=row, name=kept.name, position=n)
            for n, (kept, row) in enumerate(zip(stored, rows, strict=True))
        )
    return run


def run_sources(run: FeedRun) -> list[SourceFile]:
    """The stored files of a run. Raises FeedRefused FILE_GONE when one is no longer there, or no longer whole."""
    sources = []
    for file in run.files.select_related("stored"):
        path = store.path_of(file.stored.sha256)
        if not path.is_file() or path.stat().st_size != file.stored.size:
            raise FeedRefused.because(
                "FILE_GONE",
                "The stored file is no longer there.",
                file=file.name,
                advice="Upload the files again. Ask the administrator why the store of files was changed.",
            )
        sources.append(SourceFile(name=file.name, path=path))
    return sources


def _context(run: FeedRun, actor: User | None, today: date) -> FeedContext:
    return FeedContext(today=today, actor=actor, run_id=run.pk, options=run.options, progress=report_progress(run.pk))


def _unconfirmed(run: FeedRun, today: date) -> FeedContext:
    """For the preview: nobody has ticked yet what is asked on confirmation, whatever an earlier try left."""
    asked = {option.name for option in get_kind(run.kind).options if option.on_confirm}
    options = {name: value for name, value in run.options.items() if name not in asked}
    return replace(_context(run, None, today), options=options)


def _record(run: FeedRun, checked: Checked) -> None:
    run.counts = checked.counts.as_dict()
    run.difference = checked.difference.as_dict()
    run.problem_counts = checked.problems.by_severity()
    _replace_problems(run, checked.problems.found)
    _replace_changes(run, checked.difference.entries)


def _replace_changes(run: FeedRun, entries: Sequence[Change]) -> None:
    run.changes.all().delete()
    copy_rows(
        FeedChange,
        ["run_id", "subject", "what", "before", "after"],
        ((run.pk, c.subject[:100], c.what, c.before, c.after) for c in entries),
    )


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
    run.difference = {}
    _replace_problems(run, refusal.problems)
    _replace_changes(run, [])
    run.save()


@contextmanager
def _marking_faults(run_id: int) -> Iterator[None]:
    """Around the transaction: a fault marks the run FAILED and comes out as FeedStopped."""
    try:
        yield
    except (RunNotOpen, Busy):
        raise
    except Exception as fault:
        with suppress(DatabaseError, InterfaceError):  # the database itself may be gone
            mark_failed(run_id=run_id)
        raise FeedStopped(run_id, fault) from fault


def check_run(*, run_id: int, today: date) -> FeedRun:
    """Check a stored delivery and keep the findings for the preview page. The tables stay as they are.

    Raises FeedStopped after a fault.
    """
    with _marking_faults(run_id), transaction.atomic():
        take_run(run_id)
        run = FeedRun.objects.select_for_update().get(pk=run_id)
        if run.status not in CHECKABLE_STATES:
            return run
        try:
            with Delivery(run_sources(run)) as files, undone():
                checked = _check(get_kind(run.kind), files, _unconfirmed(run, today))
        except FeedRefused as refusal:
            _refuse(run, refusal)
            return run
        _record(run, checked)
        run.status = Status.READY if checked.is_to_decide else Status.UNCHANGED
        run.checked_at = timezone.now()
        run.save()
    return run


def apply_run(
    *,
    run_id: int,
    actor: User | None,
    today: date,
    options: Mapping[str, str] | None = None,
    wait_seconds: int | None = None,
) -> FeedRun:
    """Check again and apply, in one transaction. One application runs at a time; a second waits here.

    `options`, which the confirming person ticked, are kept with the delivery. Raises RunNotOpen when the run was
    already applied, refused or put aside: who comes second is told. Raises Busy when another delivery is still being
    applied after `wait_seconds`, FeedStopped after a fault, and PermissionDenied.
    """
    check_can_feed(actor, _kind_of(run_id))
    with _marking_faults(run_id), acting_as(actor, feed_run=run_id), transaction.atomic():
        progress = report_progress(run_id)
        with patience(wait_seconds):
            take_run(run_id)
            run = FeedRun.objects.select_for_update().get(pk=run_id)
            if run.status not in OPEN_STATES:
                raise RunNotOpen(_why_not_open(run))
            take_turn(lambda: progress(0, 0, "Another delivery is being applied; this one waits for it"))
        run.options = {**run.options, **(options or {})}
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


def _kind_of(run_id: int) -> str:
    return str(FeedRun.objects.values_list("kind", flat=True).get(pk=run_id))


def mark_failed(*, run_id: int) -> None:
    """After a fault: the run says so and may be tried again; nothing of it was written."""
    FeedRun.objects.filter(pk=run_id, status__in=OPEN_STATES).update(status=Status.FAILED)


def queue_run(*, run_id: int, status: FeedRun.Status, options: Mapping[str, str] | None = None) -> None:
    """Say that the worker will check (RECEIVED) or apply (APPLYING) the run. Raises RunNotOpen, and Busy at once
    while somebody works on it: a check may take minutes, and a page must not wait for it.

    Harmless when the worker never comes: the run stays open, and `work_on` tells that it was left lying.
    """
    allowed = OPEN_STATES if status == Status.APPLYING else CHECKABLE_STATES
    with transaction.atomic():
        with no_wait():
            run = FeedRun.objects.select_for_update(nowait=True).get(pk=run_id)
        if run.status not in allowed:
            raise RunNotOpen(_why_not_open(run))
        if run.status != status or options:
            run.status, run.options = status, {**run.options, **(options or {})}
            run.save(update_fields=["status", "options"])
    cache.delete(progress_key(run_id))
    cache.set(_queued_key(run_id), timezone.now(), 24 * 3600)


def progress_of(run: FeedRun) -> dict[str, Any]:
    """`done`, `total` and `text` as last reported."""
    return cache.get(progress_key(run.pk)) or {"done": 0, "total": 0, "text": "waiting for its turn"}


def _queued_key(run_id: int) -> str:
    return f"feed-queued-{run_id}"


def work_on(run: FeedRun) -> Work:
    """Whether somebody works on the run now, will soon, or should have and did not."""
    if run.status not in OPEN_STATES:
        return Work.NONE
    return _work_on(run, worked_on=is_worked_on(run.pk), queued_at=cache.get(_queued_key(run.pk)))


def _work_on(run: FeedRun, *, worked_on: bool, queued_at: datetime | None) -> Work:
    if worked_on:
        return Work.WORKING
    if run.status not in WAITING_STATES:
        return Work.NONE
    return Work.QUEUED if timezone.now() - (queued_at or run.received_at) < PATIENCE_WITH_WORKER else Work.STALLED


def count_stalled(runs: QuerySet[FeedRun]) -> int:
    """How many of the deliveries nobody works on though somebody should: two queries, whatever their number."""
    waiting = list(runs.filter(status__in=WAITING_STATES))
    if not waiting:
        return 0
    working = runs_worked_on()
    queued = cache.get_many([_queued_key(run.pk) for run in waiting])
    found = (_work_on(run, worked_on=run.pk in working, queued_at=queued.get(_queued_key(run.pk))) for run in waiting)
    return sum(work is Work.STALLED for work in found)


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
    """Store, check and apply in one go (command line, trusted schedule). Raises FeedStopped after a fault."""
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


def may_put_aside(run: FeedRun) -> bool:
    """An open delivery, or one that changed nothing because rows were held back, and so still asks for a look."""
    return run.status in OPEN_STATES or (run.status == Status.UNCHANGED and bool(run.counts.get("held")))


def cancel_run(*, run: FeedRun, actor: User, wait_seconds: int | None = None) -> FeedRun:
    """Put a delivery aside without applying it.

    Raises RunNotOpen, PermissionDenied, and Busy while somebody works on it.
    """
    check_can_feed(actor, run.kind)
    with acting_as(actor), transaction.atomic():
        with patience(wait_seconds):
            take_run(run.pk)
            run = FeedRun.objects.select_for_update().get(pk=run.pk)
        if not may_put_aside(run):
            raise RunNotOpen(_why_not_open(run))
        run.status = Status.CANCELLED
        run.applied_by, run.applied_at = actor, timezone.now()
        run.save()
    return run


def choose_options(*, run_id: int, actor: User, options: Mapping[str, str]) -> FeedRun:
    """Keep further options of a delivery that is to be checked again, so that its files need not come again.

    A refused delivery is open again by this. Raises RunNotOpen, PermissionDenied, and Busy while somebody works on it.
    """
    check_can_feed(actor, _kind_of(run_id))
    with acting_as(actor), transaction.atomic():
        with no_wait():
            run = FeedRun.objects.select_for_update(nowait=True).get(pk=run_id)
        if run.status not in CHECKABLE_STATES | {Status.REFUSED}:
            raise RunNotOpen(_why_not_open(run))
        run.options = {**run.options, **options}
        run.status = Status.RECEIVED
        run.save(update_fields=["options", "status"])
    return run
