"""What somebody had typed when the time-out came: kept for them, for a short time, and put back after sign-in.

It lies in the session of the browser that sent it (on the server, under no account), names its person, and goes as soon
as somebody signs in there: to the form for the same person, away for anybody else. Files and passwords are not kept.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

KEY = "kept_form"
TIMED_OUT = "timed_out_user"
KEEP_SECONDS = 30 * 60
KEEP_CHARACTERS = 200_000
NEVER = ("password", "csrfmiddlewaretoken", "secret", "token", "credential")


@dataclass(frozen=True)
class KeptForm:
    """`page` is the address to show again, `action` where the form was sent, `at` seconds since 1970."""

    user_id: int
    page: str
    action: str
    fields: list[tuple[str, list[str]]]
    files: bool
    at: float


def keep(request: HttpRequest, *, now: float) -> bool:
    """Keep what this refused POST brought, when the browser's last person was timed out; whether it was kept."""
    user_id = request.session.get(TIMED_OUT)
    if user_id is None or request.path.startswith(reverse("account_login").rsplit("login/", 1)[0]):
        return False
    fields = [
        (name, [str(value) for value in values])
        for name, values in request.POST.lists()
        if not any(word in name.lower() for word in NEVER)
    ]
    if not fields or sum(len(value) for _, values in fields for value in values) > KEEP_CHARACTERS:
        return False
    kept = KeptForm(user_id, _page_of(request), request.path, fields, bool(request.FILES), now)
    request.session[KEY] = asdict(kept)
    return True


def _page_of(request: HttpRequest) -> str:
    """The page that held the form: the browser names it, of this site only."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and came_from.path:
        return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return request.get_full_path()


def hand_over(request: HttpRequest, user_id: int, *, now: float) -> str:
    """At sign-in: the page to go to when this person had typed something, else nothing, and the rest is thrown away."""
    request.session.pop(TIMED_OUT, None)
    kept = _read(request)
    if kept is not None and kept.user_id == user_id and now - kept.at <= KEEP_SECONDS:
        return kept.page
    request.session.pop(KEY, None)
    return ""


def waiting_for(request: HttpRequest) -> KeptForm | None:
    """What is to be put back into the page that is being asked for."""
    kept = _read(request)
    if kept is None or not request.user.is_authenticated or kept.user_id != request.user.pk:
        return None
    return kept if kept.page == request.get_full_path() else None


def _read(request: HttpRequest) -> KeptForm | None:
    stored = request.session.get(KEY)
    if not stored:
        return None
    return KeptForm(**{**stored, "fields": [(name, list(values)) for name, values in stored["fields"]]})


def filled(html: str, kept: KeptForm, page_path: str) -> str:
    """The page with its form filled as it was sent, and a notice that says so.

    Where the page has no such form any more, the notice lists the texts, so that nothing is lost.
    """
    tree = lxml.html.document_fromstring(html)
    form = _form_of(tree, kept, page_path)
    if form is not None:
        _fill(form, dict(kept.fields))
    texts = [] if form is not None else [value for _, values in kept.fields for value in values if " " in value.strip()]
    notice = render_to_string(
        "layouts/kept_form.html", {"found": form is not None, "texts": texts, "files": kept.files}
    )
    main = tree.get_element_by_id("main-content", None)
    if main is not None:
        main.insert(0, lxml.html.fragment_fromstring(notice))
    return str(lxml.html.tostring(tree, doctype="<!DOCTYPE html>", encoding="unicode"))


def _form_of(tree: Any, kept: KeptForm, page_path: str) -> Any:
    """The POST form that goes to the same address and shares the most names."""
    sent = {name for name, _ in kept.fields}
    best, most = None, 0
    for form in tree.forms:
        action = urlsplit(form.get("action") or page_path).path or page_path
        names = {field.name for field in form.inputs if field.name}
        if form.method == "POST" and action == kept.action and len(names & sent) > most:
            best, most = form, len(names & sent)
    return best


def _fill(form: Any, sent: dict[str, list[str]]) -> None:
    """Boxes that were not sent were not ticked; hidden fields keep what the page says now."""
    left = {name: list(values) for name, values in sent.items()}
    for field in form.inputs:
        kind = (field.get("type") or "text").lower() if field.tag == "input" else field.tag
        if not field.name or kind in {"hidden", "submit", "button", "image", "reset", "file", "password"}:
            continue
        if kind in {"checkbox", "radio"}:
            _mark(field, "checked", field.get("value", "on") in sent.get(field.name, []))
        elif field.tag == "select":
            for option in field.iter("option"):
                value = option.get("value", option.text_content())
                _mark(option, "selected", value in sent.get(field.name, []))
        elif values := left.get(field.name):
            _write(field, values.pop(0))


def _mark(element: Any, attribute: str, on: bool) -> None:
    if on:
        element.set(attribute, "")
    else:
        element.attrib.pop(attribute, None)


def _write(field: Any, text: str) -> None:
    if field.tag == "textarea":
        # A browser drops the first line break of a text area.
        field.text = f"\n{text}"
    else:
        field.set("value", text)
