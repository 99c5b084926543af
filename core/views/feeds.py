"""Feeds in the browser: choose and upload, see what would change, confirm, keep the receipt."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import tasks
from core.exports import Export, csv_response
from core.feeds import services
from core.feeds.base import FeedKind, FeedRefused, SourceFile
from core.feeds.registry import all_kinds, get_kind
from core.forms import GovForm, MultipleFileField, RadioField
from core.models import FeedProblem, FeedRun
from core.roles import Permission
from core.scoping import require

Status = FeedRun.Status
IN_WORKER_FROM_BYTES = 1_000_000
PROBLEMS_A_PAGE = 100
STATUS_COLOURS = {
    Status.READY: "blue",
    Status.APPLIED: "green",
    Status.UNCHANGED: "grey",
    Status.REFUSED: "red",
    Status.FAILED: "red",
    Status.CANCELLED: "grey",
}
WAITING = {Status.RECEIVED, Status.CHECKING, Status.APPLYING}


class UploadForm(GovForm):
    """What it is and the files; options appear for the kinds that know them."""

    submit_label = "Check the files"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = all_kinds()
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
        for option in {o.name: o for k in kinds for o in k.options}.values():
            self.fields[f"option_{option.name}"] = forms.CharField(
                label=option.label, help_text=option.hint, required=False, max_length=500
            )

    def options_for(self, kind: FeedKind) -> dict[str, str]:
        return {
            option.name: self.cleaned_data[f"option_{option.name}"]
            for option in kind.options
            if self.cleaned_data.get(f"option_{option.name}")
        }


def _runs() -> QuerySet[FeedRun]:
    return FeedRun.objects.select_related("received_by", "applied_by").prefetch_related("files")


def _run(request: HttpRequest, run_id: int) -> FeedRun:
    require(request, Permission.IMPORT_FEEDS)
    run = _runs().filter(pk=run_id).first()
    if run is None:
        raise Http404("There is no such delivery.")
    return run


def feed_list(request: HttpRequest) -> HttpResponse:
    """History of deliveries, what waits for a decision first."""
    require(request, Permission.IMPORT_FEEDS)
    runs = _runs()
    page = Paginator(runs, 30).get_page(request.GET.get("page"))
    titles = {k.kind: k.title for k in all_kinds()}
    return render(
        request,
        "feeds/list.html",
        {
            "page_title": "Feeds",
            "page": page,
            "rows": [(run, titles.get(run.kind, run.kind), STATUS_COLOURS.get(run.status, "yellow")) for run in page],
            "waiting": runs.filter(status=Status.READY).count(),
            "kinds": all_kinds(),
        },
    )


@contextmanager
def _as_sources(files: list[UploadedFile]) -> Iterator[list[SourceFile]]:
    """Uploaded files as files on disk for as long as they are stored; only the last part of a name is kept."""
    with tempfile.TemporaryDirectory(prefix="virtualschool-upload-") as folder:
        sources = []
        for number, file in enumerate(files):
            path = Path(folder) / str(number)
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            name = PurePath((file.name or "file").replace("\\", "/")).name
            sources.append(SourceFile(name=name, path=path))
        yield sources


def feed_new(request: HttpRequest) -> HttpResponse:
    """Step 1: what is it, and the files. Step 2 follows at the run's own address."""
    require(request, Permission.IMPORT_FEEDS)
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind")},
        cancel_url=reverse("feeds:list"),
    )
    if request.method == "POST" and form.is_valid():
        kind = get_kind(form.cleaned_data["kind"])
        try:
            with _as_sources(form.cleaned_data["files_sent"]) as sources:
                run = services.receive(
                    kind=kind.kind,
                    sources=sources,
                    actor=request.user,  # type: ignore[arg-type]
                    options=form.options_for(kind),
                )
        except FeedRefused as refusal:
            form.add_error("files_sent", str(refusal))
        else:
            _start(run, sum(f.size or 0 for f in form.cleaned_data["files_sent"]))
            return redirect("feeds:run", run_id=run.pk)
    return render(
        request,
        "feeds/new.html",
        {
            "page_title": "Upload a feed",
            "form": form,
            "crumbs": [("Feeds", reverse("feeds:list"))],
            "kinds": all_kinds(),
        },
    )


def _start(run: FeedRun, size: int) -> None:
    """Check now, or in the worker when the files are large."""
    if size >= IN_WORKER_FROM_BYTES:
        tasks.check_feed.delay_on_commit(run_id=run.pk)
    else:
        services.check_run(run_id=run.pk, today=timezone.localdate())


def feed_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Step 2 to 4 of a delivery: what was read, what would change, and the receipt."""
    run = _run(request, run_id)
    problems = run.problems.all()
    code = request.GET.get("code", "")
    groups = problems.values("code", "severity").annotate(number=Count("pk")).order_by()
    order = {"error": 0, "warning": 1, "notice": 2}
    shown = problems.filter(code=code) if code else problems
    page = Paginator(shown, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    in_progress = _progress(run) if run.status in WAITING or _is_applying(run) else None
    return render(
        request,
        "feeds/run.html",
        {
            "page_title": f"Delivery {run.pk}: {get_kind(run.kind).title}",
            "crumbs": [("Feeds", reverse("feeds:list"))],
            "run": run,
            "kind": get_kind(run.kind),
            "colour": STATUS_COLOURS.get(run.status, "yellow"),
            "groups": sorted(groups, key=lambda g: (order.get(g["severity"], 3), -g["number"])),
            "page": page,
            "chosen": code,
            "total": problems.count(),
            "in_progress": in_progress,
            "poll_url": reverse("feeds:progress", args=[run.pk]),
            "can_apply": run.status in {Status.READY, Status.FAILED} and in_progress is None,
            "size": run.files.aggregate(size=Sum("stored__size"))["size"],
        },
    )


def _is_applying(run: FeedRun) -> bool:
    return run.status in services.OPEN_STATES and bool(cache.get(_applying_key(run.pk)))


def _applying_key(run_id: int) -> str:
    return f"feed-applying-{run_id}"


def _progress(run: FeedRun) -> dict[str, Any]:
    return cache.get(services.progress_key(run.pk)) or {"done": 0, "total": 0, "text": "Waiting for the worker"}


def feed_progress(request: HttpRequest, run_id: int) -> JsonResponse:
    """For the progress bar: done, total, detail, finished, url."""
    run = _run(request, run_id)
    working = run.status in WAITING or _is_applying(run)
    progress = _progress(run)
    return JsonResponse(
        {
            "done": progress["done"],
            "total": progress["total"],
            "detail": progress["text"],
            "finished": not working,
            "url": reverse("feeds:run", args=[run.pk]),
        }
    )


@require_POST
def feed_apply(request: HttpRequest, run_id: int) -> HttpResponse:
    """Confirmed: apply in one transaction, at once or in the worker when the delivery is large."""
    run = _run(request, run_id)
    size = run.files.aggregate(size=Sum("stored__size"))["size"] or 0
    if size >= IN_WORKER_FROM_BYTES:
        cache.set(_applying_key(run.pk), True, 3600)
        tasks.apply_feed.delay_on_commit(run_id=run.pk, actor_id=request.user.pk)
        return redirect("feeds:run", run_id=run.pk)
    try:
        run = services.apply_run(run_id=run.pk, actor=request.user, today=timezone.localdate())  # type: ignore[arg-type]
    except services.RunNotOpen as closed:
        messages.warning(request, str(closed))
    else:
        if run.status == Status.APPLIED:
            messages.success(request, f"Applied: {run.counts['applied']:,} rows.")
    return redirect("feeds:run", run_id=run_id)


@require_POST
def feed_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Put a checked delivery aside."""
    run = _run(request, run_id)
    try:
        services.cancel_run(run=run, actor=request.user)  # type: ignore[arg-type]
    except services.RunNotOpen as closed:
        messages.warning(request, str(closed))
    else:
        messages.info(request, "Put aside. Nothing was changed.")
    return redirect("feeds:list")


def feed_problems(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """All problems of a delivery as CSV, for the sender."""
    run = _run(request, run_id)
    rows = (
        [p.severity, p.code, p.file, p.row, p.column, p.value, p.message, p.advice]
        for p in FeedProblem.objects.filter(run=run).iterator()
    )
    headings = ["Severity", "Code", "File", "Row", "Column", "Value read", "What is wrong", "What to do"]
    return csv_response(Export(f"problems-of-delivery-{run.pk}", headings, rows))


def feed_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty file with the headings of our own layouts."""
    require(request, Permission.IMPORT_FEEDS)
    try:
        columns = get_kind(kind).template_columns
    except KeyError:
        columns = ()
    if not columns:
        raise Http404("This layout has no template.")
    return csv_response(Export(f"{kind}-template", list(columns), []))
