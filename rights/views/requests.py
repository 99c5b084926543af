"""Subject-access requests: the list for the board, one request with its clock and its log, and its steps."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.archives import sha256_of
from core.audit import Access, record_access
from core.exports import Export, csv_response
from core.limits import Limit, limited
from core.models import AccessEvent, User
from core.roles import Permission
from core.scoping import require
from core.wording import moment, short_date, when
from pupils.models import Pupil
from rights import clock, gathering, permissions, redaction, rules, services, tasks
from rights import package as packages
from rights.forms import CloseForm, ExtendForm, IdentityForm, RequestForm, SendForm
from rights.models import SubjectRequest
from rights.rules import State, StepRefused, Timing

CRUMB = "Subject access"
TIMING_COLOURS = {Timing.NO_CLOCK: "grey", Timing.IN_TIME: "green", Timing.SOON: "orange", Timing.LATE: "red"}


def visible_requests(request: HttpRequest) -> QuerySet[SubjectRequest]:
    """The requests that the person may see; 403 for roles that answer none."""
    require(request, Permission.ANSWER_RIGHTS_REQUESTS)
    rows: QuerySet[SubjectRequest] = SubjectRequest.objects.visible_to(request.user)
    return rows.select_related("pupil", "made_by", "checked_by")


def get_request(request: HttpRequest, request_id: int) -> SubjectRequest:
    """The request, 404 when the person does not see it."""
    row = visible_requests(request).filter(pk=request_id).first()
    if row is None:
        raise Http404("There is no such request.")
    return row


def crumbs_of(row: SubjectRequest | None = None) -> list[tuple[str, str]]:
    """Subject access, and the request above a page of it."""
    found = [(CRUMB, reverse("rights:requests"))]
    if row is not None:
        found.append((row.reference, reverse("rights:request", args=[row.pk])))
    return found


def told_why(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What a service refuses is said on the request's page."""

    @wraps(view)
    def ask(request: HttpRequest, request_id: int) -> HttpResponse:
        try:
            return view(request, request_id)
        except StepRefused as reason:
            messages.warning(request, str(reason))
            return redirect("rights:request", request_id=request_id)

    return ask


def request_list(request: HttpRequest) -> HttpResponse:
    """All requests, those that wait first; how many were answered in time."""
    rows = list(visible_requests(request))
    today = timezone.localdate()
    record_access(request, Access.LISTED, detail={"rows": len(rows)})
    lines = [(row, clock.standing(row, today)) for row in rows]
    lines.sort(key=lambda line: (line[0].is_closed, line[1].due or today, -line[0].pk))
    closed = Counter(standing.timing for row, standing in lines if row.is_closed)
    return render(
        request,
        "rights/requests.html",
        {
            "page_title": "Subject-access requests",
            "lines": [(row, s, rules.STATE_COLOURS[State(row.state)], TIMING_COLOURS[s.timing]) for row, s in lines],
            "open": sum(not row.is_closed for row in rows),
            "late": sum(not row.is_closed and s.timing is Timing.LATE for row, s in lines),
            "closed": sum(closed.values()),
            "in_time": closed[Timing.IN_TIME] + closed[Timing.NO_CLOCK],
        },
    )


@limited(Limit.EXPORTS)
def export(request: HttpRequest) -> HttpResponseBase:
    """The requests for the information-governance board: numbers and days, nobody's name."""
    rows = list(visible_requests(request).order_by("received_on", "pk"))
    record_access(request, Access.EXPORTED, detail={"rows": len(rows), "format": "csv"})
    today = timezone.localdate()
    columns = ["Reference", "Received", "How it came", "Who asked", "Identity confirmed", "Extended", "Due", "State",
               "Closed", "Days taken", "In time"]  # fmt: skip
    return csv_response(Export("subject access requests", columns, (_line(row, today) for row in rows)), on=today)


def _line(row: SubjectRequest, today: Any) -> list[Any]:
    standing = clock.standing(row, today)
    taken = (row.closed_on - row.confirmed_on).days if row.closed_on and row.confirmed_on else None
    return [
        row.reference, row.received_on, row.get_channel_display(), row.get_asked_by_display(), row.confirmed_on,
        row.extended_on, standing.due, row.get_state_display(), row.closed_on, taken, standing.timing.value,
    ]  # fmt: skip


# ---------------------------------------------------------------- one request


def new(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Write down that somebody asks for this person's record."""
    require(request, Permission.ANSWER_RIGHTS_REQUESTS)
    pupil = Pupil.objects.visible_to(request.user).filter(pk=pupil_id).first()
    if pupil is None:
        raise Http404("No child of yours has this number.")
    today = timezone.localdate()
    back = reverse("pupils:detail", args=[pupil.pk])
    form = RequestForm(request.POST or None, today=today, initial={"received_on": today}, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        row = services.record_request(pupil=pupil, actor=request.user, **form.cleaned_data)
        return redirect("rights:request", request_id=row.pk)
    context = {
        "page_title": f"Record a subject-access request: {pupil.display_name}",
        "crumbs": [("Children", reverse("pupils:list")), (pupil.display_name, back)],
        "form": form,
    }
    return render(request, "layouts/form.html", context)


def detail(request: HttpRequest, request_id: int) -> HttpResponse:
    """A request: how long is left and why, what to do next, and who did what."""
    row = get_request(request, request_id)
    record_access(request, Access.OPENED, subject=row)
    standing = clock.standing(row, timezone.localdate())
    working = _working(row)
    in_redaction = row.state == State.REDACTING
    undecided = redaction.undecided_ids(row) if in_redaction else []
    return render(
        request,
        "rights/request.html",
        {
            "page_title": f"{row.reference}: {row.pupil.display_name}",
            "crumbs": crumbs_of(),
            "row": row,
            "colour": rules.STATE_COLOURS[State(row.state)],
            "standing": standing,
            "timing_colour": TIMING_COLOURS[standing.timing],
            "facts": list(_facts(row)),
            "steps": _log(row),
            "working": working,
            "undecided": len(undecided),
            "removed": len(redaction.removed_ids(row)) if row.gathered_at else 0,
            "entries": row.entries.count(),
            "changed": gathering.changed_since(row) if in_redaction else 0,
            "needs_second_look": in_redaction and redaction.needs_second_look(row),
            "can_check": in_redaction and permissions.can_check(request.user, row),
            "can_package": in_redaction and permissions.can_package(request.user, row),
            "package": services.current_package(row),
            "can_extend": clock.can_extend(row, timezone.localdate()),
        },
    )


def _facts(row: SubjectRequest) -> Iterable[tuple[str, str]]:
    yield "Person", row.pupil.display_name
    yield "Asked by", f"{row.get_asked_by_display()}{f': {row.asker_name}' if row.asker_name else ''}"
    if row.authority:
        yield "Why they may ask", row.authority
    yield "Asked for", row.asked_for
    yield "Received", f"{when(row.received_on)}, {row.get_channel_display().lower()}"
    if row.confirmed_on:
        yield "Identity confirmed", f"{when(row.confirmed_on)}: {row.confirmed_how}"
    if row.extended_on:
        yield "Extended", f"{when(row.extended_on)}: {row.extended_because}"
    if row.gathered_at:
        yield "Record gathered", moment(row.gathered_at)
    if row.checked_at and row.checked_by:
        yield "Second look", f"{moment(row.checked_at)}, {row.checked_by.name}"
    if row.closed_on:
        ground = f"{row.get_refusal_ground_display()}. " if row.refusal_ground else ""
        yield row.get_state_display(), f"{when(row.closed_on)}: {ground}{row.sent_how or row.closed_because}"


def _log(row: SubjectRequest) -> list[tuple[str, str, str]]:
    """(when, who, what) of each step, the newest first; looks at the page are not steps."""
    events = AccessEvent.objects.filter(subject_type="rights.subjectrequest", subject_id=row.pk)
    events = events.exclude(action=Access.OPENED.value).order_by("-at", "-pk")
    people = User.objects.in_bulk({e.user_id for e in events if e.user_id})
    return [
        (
            moment(event.at),
            people[event.user_id].name if event.user_id in people else "The system",
            "Package downloaded"
            if event.action == Access.EXPORTED
            else event.screen.removeprefix("request ").capitalize(),
        )
        for event in events
    ]


def identity(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say when and how identity was confirmed."""
    row = get_request(request, request_id)
    today = timezone.localdate()
    form = IdentityForm(
        request.POST or None,
        received_on=row.received_on,
        today=today,
        initial={"confirmed_on": today},
        cancel_url=_url(row),
    )

    def confirm(data: Mapping[str, Any]) -> None:
        services.confirm_identity(
            request=row, confirmed_on=data["confirmed_on"], how=data["confirmed_how"], actor=request.user
        )

    return _step(request, row, form, "Confirm identity", confirm)


def extend(request: HttpRequest, request_id: int) -> HttpResponse:
    """Two further months, with the reason."""
    row = get_request(request, request_id)
    form = ExtendForm(request.POST or None, cancel_url=_url(row))

    def extend_it(data: Mapping[str, Any]) -> None:
        services.extend(request=row, because=data["because"], today=timezone.localdate(), actor=request.user)

    return _step(request, row, form, "Extend the time", extend_it)


def close(request: HttpRequest, request_id: int) -> HttpResponse:
    """Refused or withdrawn."""
    row = get_request(request, request_id)
    form = CloseForm(request.POST or None, cancel_url=_url(row))

    def close_it(data: Mapping[str, Any]) -> None:
        services.close(
            request=row,
            state=State(data["state"]),
            ground=data["ground"],
            because=data["because"],
            today=timezone.localdate(),
            actor=request.user,
        )

    return _step(request, row, form, "Close the request", close_it)


def send(request: HttpRequest, request_id: int) -> HttpResponse:
    """The package was given to the person."""
    row = get_request(request, request_id)
    today = timezone.localdate()
    form = SendForm(request.POST or None, today=today, initial={"sent_on": today}, cancel_url=_url(row))

    def send_it(data: Mapping[str, Any]) -> None:
        services.send(request=row, sent_on=data["sent_on"], how=data["sent_how"], actor=request.user)

    return _step(request, row, form, "Record that it is sent", send_it)


def _url(row: SubjectRequest) -> str:
    return reverse("rights:request", args=[row.pk])


def _step(
    request: HttpRequest, row: SubjectRequest, form: Any, title: str, service: Callable[[Mapping[str, Any]], Any]
) -> HttpResponse:
    """A page that is one form and one service; what the service refuses is said."""
    if request.method == "POST" and form.is_valid():
        try:
            service(form.cleaned_data)
        except StepRefused as reason:
            messages.warning(request, str(reason))
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        if not form.errors:
            return redirect(_url(row))
    context = {"page_title": f"{title}: {row.reference}", "crumbs": crumbs_of(row), "form": form}
    return render(request, "layouts/form.html", context)


# ---------------------------------------------------------------- the worker


@require_POST
@told_why
def gather(request: HttpRequest, request_id: int) -> HttpResponse:
    """Ask the worker to gather the record, or to gather it again."""
    row = get_request(request, request_id)
    services.begin_gathering(request=row, actor=request.user)
    tasks.gather.delay_on_commit(request_id=row.pk, actor_id=request.user.pk)
    return redirect(_url(row))


@require_POST
@told_why
def make_package(request: HttpRequest, request_id: int) -> HttpResponse:
    """Ask the worker to make the package."""
    row = get_request(request, request_id)
    permissions.check_can_package(request.user, row)
    services.progress_of(row.pk)(0, 1, "Waiting for the worker")
    tasks.make_package.delay_on_commit(request_id=row.pk, actor_id=request.user.pk)
    return redirect(_url(row))


def _working(row: SubjectRequest) -> dict[str, Any] | None:
    """How far the worker is; None when it has nothing to do."""
    found: dict[str, Any] | None = cache.get(services.progress_key(row.pk))
    if row.state == State.GATHERING:
        return found or {"done": -1, "total": 1, "text": "Stopped by a fault"}
    busy = found is not None and found["done"] < found["total"] and services.current_package(row) is None
    return found if busy and row.state == State.REDACTING else None


def progress(request: HttpRequest, request_id: int) -> JsonResponse:
    """For the progress bar: done, total, detail, finished, url."""
    row = get_request(request, request_id)
    state = _working(row)
    return JsonResponse(
        {
            "done": max(state["done"], 0) if state else 1,
            "total": state["total"] if state else 1,
            "detail": state["text"] if state else "Ready",
            "finished": state is None or state["done"] < 0,
            "url": _url(row),
        }
    )


@limited(Limit.EXPORTS)
def package(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """Download the ZIP, to be given to the person; the row of the audit names the child too."""
    row = get_request(request, request_id)
    found = services.current_package(row)
    if found is None:
        raise Http404("The package is not made yet.")
    path = packages.path_of(found)
    if sha256_of(path) != found.sha256:
        raise ValueError("The stored package is not the one that was made.")
    record_access(request, Access.EXPORTED, subject=row, detail={"sha256": found.sha256, "rows": found.entries})
    record_access(request, Access.EXPORTED, subject=row.pupil, detail={"request": row.pk, "rows": found.entries})
    name = f"{row.reference}-{short_date(row.gathered_at).replace(' ', '-')}.zip"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    answer["Cache-Control"] = "no-store"
    return answer
