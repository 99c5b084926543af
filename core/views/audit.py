"""The access log: who opened, searched, exported, signed in or was refused. For those who answer for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst

from core import siem
from core.audit import ACCESS_LABELS, Access, record_access
from core.exports import Export, csv_response, file_name
from core.forms import DateInputField, GovForm
from core.limits import Limit, limited
from core.models import AccessEvent, AuditSeal, User
from core.panels import AuditSubject, panels_for
from core.roles import Permission
from core.scoping import require
from core.sealing.services import last_check
from core.sealing.tables import history_models

PER_PAGE = 50
DAYS_SHOWN = 7
"""Without a date the list begins so many days ago."""
NOBODY = "none"
LINES_TYPE = "application/x-ndjson; charset=utf-8"
COLUMNS = ["Number", "When", "Account number", "Action", "Kind of record", "Record number", "Page", "Address", "Detail"]


class AccessFilterForm(GovForm):
    """By who, what, which kind of record and when. The address holds numbers and codes, never a name."""

    person = forms.ChoiceField(label="Person", required=False)
    action = forms.ChoiceField(
        label="Action", required=False, choices=[("", "Any action"), *((a.value, ACCESS_LABELS[a]) for a in Access)]
    )
    kind = forms.ChoiceField(label="Kind of record", required=False)
    from_on = DateInputField(label="From", required=False)
    to_on = DateInputField(label="To", required=False)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.order_by("name", "pk").values_list("pk", "name", "email")
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"),
            (NOBODY, "Nobody signed in, or the system"),
            *((str(pk), f"{name} ({email})") for pk, name, email in people),
        ]
        self.fields["kind"].choices = [("", "Any kind"), *kinds(user).items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("from_on"), found.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day must not be before the first")
        return found


def kinds(user: Any) -> dict[str, str]:
    """{model label: words} of everything that may be looked at, by its words."""
    history = set(history_models())
    own = {app.label for app in apps.get_app_configs() if not app.name.startswith(("django", "allauth"))}
    found = {
        model._meta.label_lower: str(capfirst(model._meta.verbose_name))
        for model in apps.get_models()
        if model._meta.app_label in own and model not in history
    }
    found |= {subject.kind: subject.label for subject in panels_for(AuditSubject, user)}
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


class AccessLog:
    """What the list and its exports have in common: the filter and the days."""

    def __init__(self, request: HttpRequest) -> None:
        require(request, Permission.SEE_AUDIT)
        self.user = request.user
        self.form = AccessFilterForm(request.user, request.GET or None)
        chosen = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        self.chosen: Mapping[str, Any] = chosen
        self.to_on: date = chosen.get("to_on") or timezone.localdate()
        self.from_on: date = chosen.get("from_on") or self.to_on - timedelta(days=DAYS_SHOWN - 1)

    def events(self) -> QuerySet[AccessEvent]:
        """The rows of the filter, newest first."""
        zone = timezone.get_current_timezone()
        rows = AccessEvent.objects.filter(
            at__gte=datetime.combine(self.from_on, time.min, zone),
            at__lt=datetime.combine(self.to_on + timedelta(days=1), time.min, zone),
        )
        if person := self.chosen.get("person"):
            rows = rows.filter(user_id=None if person == NOBODY else int(person))
        if action := self.chosen.get("action"):
            rows = rows.filter(action=action)
        if kind := self.chosen.get("kind"):
            rows = rows.filter(subject_type=kind)
        return rows.order_by("-at", "-pk")

    def counts(self) -> list[tuple[str, int]]:
        """(words of an action, how often), the most frequent first."""
        found = self.events().order_by().values_list("action").annotate(n=Count("pk"))
        return sorted(((ACCESS_LABELS[Access(action)], n) for action, n in found), key=lambda pair: (-pair[1], pair[0]))

    def trace(self, request: HttpRequest, action: Access, **detail: Any) -> None:
        filters = sorted(name for name, value in self.chosen.items() if value)
        record_access(request, action, detail={**detail, "filters": filters})


class _Counted(Paginator):
    """Knows the number of rows: the counts by action were asked already."""

    def __init__(self, rows: Any, total: int) -> None:
        super().__init__(rows, PER_PAGE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


def _lines(user: Any, events: Sequence[AccessEvent]) -> list[dict[str, Any]]:
    """Each event with its person, and its row by name where the viewer may see it; one query a kind."""
    people = User.objects.in_bulk({e.user_id for e in events if e.user_id})
    names = {
        subject.kind: subject.names(user, [e.subject_id or 0 for e in events if e.subject_type == subject.kind])
        for subject in panels_for(AuditSubject, user)
    }
    labels = kinds(user)
    lines = []
    for event in events:
        name, url = names.get(event.subject_type, {}).get(event.subject_id or 0, ("", ""))
        words = labels.get(event.subject_type, event.subject_type)
        number = "" if event.subject_id is None else f"{words} {event.subject_id}"
        lines.append({"event": event, "person": people.get(event.user_id or 0), "name": name or number, "url": url})
    return lines


def access_log(request: HttpRequest) -> HttpResponse:
    """Counts first, then the rows of the filter, newest first."""
    log = AccessLog(request)
    counts = log.counts()
    page = _Counted(log.events(), sum(n for _, n in counts)).get_page(request.GET.get("page"))
    lines = _lines(request.user, list(page.object_list))
    log.trace(request, Access.LISTED, rows=page.paginator.count)  # after the rows were read: it is not among them
    context = {
        "page_title": "Access log",
        "form": log.form,
        "log": log,
        "counts": counts,
        "page": page,
        "lines": lines,
        "seals": AuditSeal.objects.aggregate(n=Count("pk"), last=Max("sealed_at")),
        "check": last_check(),
    }
    return render(request, "audit/list.html", context)


@limited(Limit.EXPORTS)
def access_log_csv(request: HttpRequest) -> HttpResponseBase:
    """The rows of the filter as a table: numbers and codes, no names."""
    log = AccessLog(request)
    log.trace(request, Access.EXPORTED, rows=log.events().count(), format="csv")
    return csv_response(Export("access-log", COLUMNS, map(_cells, _from_here(log))), on=log.to_on)


def _from_here(log: AccessLog) -> Iterator[AccessEvent]:
    return log.events().iterator(chunk_size=2_000)


def _cells(event: AccessEvent) -> list[Any]:
    detail = json.dumps(event.detail, sort_keys=True) if event.detail else ""
    return [
        event.pk,
        event.at,
        event.user_id,
        event.action,
        event.subject_type,
        event.subject_id,
        event.screen,
        event.ip,
        detail,
    ]


@limited(Limit.EXPORTS)
def access_log_lines(request: HttpRequest) -> HttpResponseBase:
    """The rows of the filter for a security monitor, one JSON object a line."""
    log = AccessLog(request)
    log.trace(request, Access.EXPORTED, rows=log.events().count(), format="lines")
    response = StreamingHttpResponse(map(siem.line, _from_here(log)), content_type=LINES_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name("access-log", "jsonl", on=log.to_on)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
