"""Feeds in the browser: choose and upload, see what would change, confirm, keep the receipt."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, cast

import structlog
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import tasks
from core.audit import Access, record_access
from core.exports import Export, csv_response
from core.feeds import services
from core.feeds.base import YES, FeedKind, FeedRefused, Problem, SourceFile
from core.feeds.codes import label_of
from core.feeds.locks import Busy
from core.feeds.registry import all_kinds, get_kind, kinds_for
from core.feeds.services import Work
from core.feeds.store import refusal_for
from core.forms import GovForm, MultipleFileField, RadioField
from core.models import FeedRun, User
from core.permissions import check_can_feed_anything
from core.views.feed_invitations import people_to_invite
from core.views.feed_problems import problem_summary, refusals, shown_problems
from core.views.feed_runs import run_of, runs_for
from core.views.feed_words import words_form
from core.wording import count_of

logger = structlog.get_logger(__name__)

Status = FeedRun.Status
IN_WORKER_FROM_BYTES = 1_000_000
PACKED = 10
PROBLEMS_A_PAGE = 50
EXAMPLES_SHOWN = 10
EXAMPLES_LISTED = 200
CONSENT_LINES = 50
WAIT_SECONDS = 10
"""How long a page waits for another application before it says so."""
STATUS_COLOURS = {
    Status.READY: "blue",
    Status.APPLIED: "green",
    Status.UNCHANGED: "grey",
    Status.REFUSED: "red",
    Status.FAILED: "red",
    Status.CANCELLED: "grey",
}
STEPS = ("Choose files", "Check", "Confirm", "Receipt")
STEP_OF = {
    Status.RECEIVED: 1, Status.CHECKING: 1, Status.REFUSED: 1, Status.READY: 2, Status.APPLYING: 2, Status.FAILED: 2,
}  # fmt: skip


class UploadForm(GovForm):
    """What it is and the files; options appear for the kinds that know them."""

    submit_label = "Check the files"

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user)
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0].kind
        self.fields["kind"] = RadioField(
            label="What is it?",
            choices=[(k.kind, k.title) for k in kinds],
            hints={k.kind: k.hint for k in kinds},
            error_messages={"required": "Select what the files are"},
        )
        self.fields["files_sent"] = MultipleFileField(
            label="Files",
            help_text="One or more files: CSV, Excel (.xlsx), XML or a zip. Nothing changes until you confirm.",
            extensions=sorted({s for k in kinds for s in k.suffixes} | {".zip"}),
            max_bytes=settings.FEED_MAX_UPLOAD_BYTES,
            error_messages={"required": "Choose the files to upload"},
        )
        for option in {o.name: o for k in kinds for o in k.options if not o.on_confirm}.values():
            where = " and ".join(k.title for k in kinds if option in k.options)
            label = f"{option.label} (only for {where})" if len(kinds) > 1 else option.label
            self.fields[f"option_{option.name}"] = (
                forms.BooleanField(label=label, help_text=option.hint, required=False)
                if option.yes_no
                else forms.CharField(label=label, help_text=option.hint, required=False, max_length=500)
            )

    def options_for(self, kind: FeedKind) -> dict[str, str]:
        return {
            option.name: YES if option.yes_no else self.cleaned_data[f"option_{option.name}"]
            for option in kind.options
            if self.cleaned_data.get(f"option_{option.name}")
        }


def _is_large(run: FeedRun) -> bool:
    """Whether the worker should take it: packed files unpack to about ten times their size."""
    weights = (
        f.stored.size * (PACKED if f.name.lower().endswith((".zip", ".xlsx")) else 1)
        for f in run.files.select_related("stored")
    )
    return sum(weights) >= IN_WORKER_FROM_BYTES


def _title(run: FeedRun) -> str:
    """The kind's own title; its short name when no app knows it any more."""
    return next((k.title for k in all_kinds() if k.kind == run.kind), run.kind)


def _state(run: FeedRun) -> tuple[str, str]:
    """How a delivery stands, in words and colour; one that changed nothing for its rows were held is not done with."""
    if run.status == Status.UNCHANGED and run.counts.get("held"):
        return ("Rows held back" if run.counts.get("unchanged") else "All rows held back", "orange")
    return run.get_status_display(), STATUS_COLOURS.get(Status(run.status), "yellow")


def feed_list(request: HttpRequest) -> HttpResponse:
    """History of deliveries, what waits for a decision first."""
    check_can_feed_anything(request.user)
    waits = Q(status__in={Status.READY, Status.FAILED}) | services.ALL_HELD
    first = Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())
    runs = runs_for(request.user)
    page = Paginator(runs.order_by(first, "-received_at", "-pk"), 30).get_page(request.GET.get("page"))
    return render(
        request,
        "feeds/list.html",
        {
            "page_title": "Feeds",
            "page": page,
            "rows": [(run, _title(run), *_state(run)) for run in page],
            "waiting": runs.filter(waits).count(),
            "kinds": kinds_for(request.user),
        },
    )


@contextmanager
def _as_sources(files: list[UploadedFile]) -> Iterator[list[SourceFile]]:
    """Uploaded files as files on disk for as long as they are stored; only the last part of a name is kept."""
    with tempfile.TemporaryDirectory(prefix="virtualschool-upload-") as folder:
        sources = []
        for number, file in enumerate(files):
            name = PurePath((file.name or "file").replace("\\", "/")).name
            if isinstance(file, TemporaryUploadedFile):
                path = Path(file.temporary_file_path())
            else:
                path = Path(folder) / str(number)
                try:
                    path.write_bytes(file.read())
                except OSError as error:
                    raise refusal_for(error, name) from error
            sources.append(SourceFile(name=name, path=path))
        yield sources


def feed_new(request: HttpRequest) -> HttpResponse:
    """Step 1: what is it, and the files. Step 2 follows at the run's own address."""
    check_can_feed_anything(request.user)
    form = UploadForm(
        request.user,
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind", "")},
        cancel_url=reverse("feeds:list"),
    )
    if request.method == "POST" and form.is_valid():
        kind = get_kind(form.cleaned_data["kind"])
        try:
            with _as_sources(form.cleaned_data["files_sent"]) as sources:
                run = services.receive(
                    kind=kind.kind,
                    sources=sources,
                    actor=cast("User", request.user),
                    options=form.options_for(kind),
                )
        except FeedRefused as refusal:
            form.add_error("files_sent", [_sentence(problem) for problem in refusal.problems])
        else:
            check_now(request, run)
            return redirect("feeds:run", run_id=run.pk)
    return render(
        request,
        "feeds/new.html",
        {
            "page_title": "Upload a feed",
            "form": form,
            "crumbs": [("Feeds", reverse("feeds:list"))],
            "kinds": kinds_for(request.user),
        },
    )


def _sentence(problem: Problem) -> str:
    where = f"{problem.file}: " if problem.file else ""
    return f"{where}{problem.message} {problem.advice}".strip()


def check_now(request: HttpRequest, run: FeedRun) -> None:
    """Check now, or in the worker when the files are large."""
    try:
        if _is_large(run):
            services.queue_run(run_id=run.pk, status=Status.RECEIVED)
            tasks.check_feed.delay_on_commit(run_id=run.pk)
        else:
            services.check_run(run_id=run.pk, today=timezone.localdate())
    except (services.RunNotOpen, Busy) as told:
        messages.warning(request, str(told))
    except services.FeedStopped as stopped:
        _log(stopped)


def _log(stopped: services.FeedStopped) -> None:
    """For the administrator; the page says it in its own words. No value of a row is in it."""
    logger.error("feed_stopped", run=stopped.run_id, why=str(stopped), frames=stopped.frames)


def feed_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Step 2 to 4 of a delivery: what was read, what would change, and the receipt."""
    run = run_of(request, run_id)
    work = services.work_on(run)
    code = request.GET.get("code", "").replace("\x00", "")
    shown: Any = refusals(run) if run.status == Status.REFUSED else shown_problems(run, code)
    page = Paginator(shown, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    examples = list(run.changes.all()[:EXAMPLES_LISTED])
    record_access(request, Access.OPENED, subject=run, detail={"problems": page.paginator.count})
    return render(
        request,
        "feeds/run.html",
        {
            "page_title": f"Delivery {run.pk}: {_title(run)}",
            "crumbs": [("Feeds", reverse("feeds:list"))],
            "run": run,
            "title": _title(run),
            "state": _state(run),
            "steps": _steps(run),
            **problem_summary(run),
            "page": page,
            "chosen": code,
            "chosen_label": label_of(code),
            "one_file": run.status == Status.REFUSED or len({problem.file for problem in page}) <= 1,
            "changes": run.difference.get("added", 0)
            + run.difference.get("changed", 0)
            + run.difference.get("removed", 0),
            "examples": examples[:EXAMPLES_SHOWN],
            "more_examples": examples[EXAMPLES_SHOWN:],
            "all_changes": run.changes.count(),
            **_what_can_be_done(run, work),
            **_kind_words(run),
            "consents": _consents(run),
            "to_invite": len(people_to_invite(run)),
            "words_form": words_form(run),
        },
    )


def _kind_words(run: FeedRun) -> dict[str, Any]:
    """Who is in files of the kind, and the options of this delivery in words."""
    kind = next((k for k in all_kinds() if k.kind == run.kind), None)
    labels = {o.name: o.label for o in (kind.options if kind else ())}
    options = [(labels.get(name, f"Option: {name}"), value) for name, value in run.options.items() if value]
    return {"about": kind.about if kind else "children", "options": options}


def _consents(run: FeedRun) -> list[dict[str, Any]]:
    """What applying does only when it is ticked, with the lines that say whom it concerns."""
    found = []
    for consent in run.difference.get("consents", []):
        lines = list(run.problems.filter(code__in=consent["codes"]).order_by("pk"))
        more = max(0, len(lines) - CONSENT_LINES)
        found.append({**consent, "lines": lines[:CONSENT_LINES], "more": more})
    return found


def _what_can_be_done(run: FeedRun, work: Work) -> dict[str, Any]:
    """Which buttons the page shows, and how far the work is."""
    warnings = list(run.difference.get("warnings", []))
    if removed := run.difference.get("removed"):
        warnings.append(f"Applying takes out {count_of(removed, 'entry,entries')} of what is here now.")
    going_on = work in {Work.QUEUED, Work.WORKING}
    decidable = run.checked_at is not None and run.status in {Status.READY, Status.FAILED, Status.APPLYING}
    outdated = _outdated(run)
    may_differ = {Status.READY: bool(outdated), Status.UNCHANGED: bool(run.counts.get("held"))}
    return {
        "in_progress": services.progress_of(run) if going_on else None,
        "poll_url": reverse("feeds:progress", args=[run.pk]),
        "warnings": warnings,
        "stalled": work is Work.STALLED,
        "can_apply": decidable and not going_on,
        "can_check": not going_on
        and run.status in services.CHECKABLE_STATES
        and may_differ.get(Status(run.status), True),
        "outdated": outdated,
        "can_cancel": services.may_put_aside(run) and not going_on,
    }


def _steps(run: FeedRun) -> list[dict[str, Any]]:
    """Where in its life the delivery is; the last step is done when something was decided."""
    current = STEP_OF.get(Status(run.status), len(STEPS) - 1)
    return [{"label": label, "done": n < current, "current": n == current} for n, label in enumerate(STEPS)]


def _outdated(run: FeedRun) -> int:
    """How many deliveries were applied since this one was checked: what it would change may be something else now."""
    if run.checked_at is None or run.status not in {Status.READY, Status.FAILED}:
        return 0
    return FeedRun.objects.filter(status=Status.APPLIED, applied_at__gt=run.checked_at).count()


def feed_progress(request: HttpRequest, run_id: int) -> JsonResponse:
    """For the progress bar: done, total, detail, finished, url."""
    run = run_of(request, run_id)
    progress = services.progress_of(run)
    return JsonResponse(
        {
            "done": progress["done"],
            "total": progress["total"],
            "detail": progress["text"],
            "finished": services.work_on(run) in {Work.NONE, Work.STALLED},
            "url": reverse("feeds:run", args=[run.pk]),
        }
    )


@require_POST
def feed_check(request: HttpRequest, run_id: int) -> HttpResponse:
    """Check a delivery again: the tables have changed since, or a fault stopped the first check."""
    check_now(request, run_of(request, run_id))
    return redirect("feeds:run", run_id=run_id)


@require_POST
def feed_apply(request: HttpRequest, run_id: int) -> HttpResponse:
    """Confirmed: apply in one transaction, at once or in the worker when the delivery is large."""
    run = run_of(request, run_id)
    actor = cast("User", request.user)
    try:
        if _is_large(run):
            services.queue_run(run_id=run.pk, status=Status.APPLYING, options=_ticked(request, run))
            tasks.apply_feed.delay_on_commit(run_id=run.pk, actor_id=actor.pk)
            return redirect("feeds:run", run_id=run.pk)
        run = services.apply_run(
            run_id=run.pk,
            actor=actor,
            today=timezone.localdate(),
            options=_ticked(request, run),
            wait_seconds=WAIT_SECONDS,
        )
    except (services.RunNotOpen, Busy) as told:
        messages.warning(request, str(told))
    except services.FeedStopped as stopped:
        _log(stopped)
    else:
        if run.status == Status.APPLIED:
            messages.success(request, f"{run.counts['applied']:,} rows were applied. The receipt is below.")
        elif run.status == Status.UNCHANGED:
            messages.info(request, "Nothing was changed.")
    return redirect("feeds:run", run_id=run_id)


def _ticked(request: HttpRequest, run: FeedRun) -> dict[str, str]:
    """What the confirming person agreed to: of each box that the kind may show, whether it was ticked."""
    options = get_kind(run.kind).options
    return {o.name: YES if request.POST.get(o.name) else "" for o in options if o.on_confirm}


@require_POST
def feed_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Put a checked delivery aside."""
    run = run_of(request, run_id)
    try:
        services.cancel_run(run=run, actor=cast("User", request.user), wait_seconds=WAIT_SECONDS)
    except (services.RunNotOpen, Busy) as told:
        messages.warning(request, str(told))
        return redirect("feeds:run", run_id=run_id)
    messages.info(request, f"Delivery {run.pk} was put aside. Nothing was changed.")
    return redirect("feeds:list")


def feed_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty file with the headings of our own layouts."""
    check_can_feed_anything(request.user)
    columns = next((k.template_columns for k in kinds_for(request.user) if k.kind == kind), ())
    if not columns:
        raise Http404("This layout has no template.")
    return csv_response(Export(f"{kind}-template", list(columns), []))
