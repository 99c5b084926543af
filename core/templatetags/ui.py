"""Components of the pages: `{% load ui %}`, then one tag per component, keyword arguments only.

Every component is drawn by `templates/components/<name>.html`; the page "components" shows them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm, ModelChoiceField
from django.http import QueryDict
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.base import Node as TemplateNode
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import panels, wording
from core.figures import Figure

register = template.Library()

# Old names of the design system are kept working.
COLOURS = {"turquoise": "teal", "pink": "magenta", "blue": ""}
KNOWN_COLOURS = {"", "grey", "green", "teal", "purple", "magenta", "red", "orange", "yellow"}


for word in (
    wording.when, wording.when_long, wording.short_date, wording.moment, wording.iso, wording.relative,
    wording.school_days, wording.figure, wording.percent_of, wording.thousands, wording.signed, wording.count_of,
):  # fmt: skip
    register.filter(word)


@register.filter
def kind_label(kind: str) -> str:
    """`{{ event.kind|kind_label }}`: the words of a kind of event, never its code."""
    return panels.kind_label(kind)


@register.filter
def get_item(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`{{ mapping|get_item:key }}`, None when it is absent."""
    return mapping.get(key) if mapping else None


# Base page ----------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> SafeString:
    """The text of a block once more: the page's title is its h1 and its browser title."""
    block_context = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = block_context.get_block(name) if block_context else None
    text = block.render(context) if block else ""
    return mark_safe(" ".join(text.split()))  # noqa: S308 (it was escaped when the block was drawn)


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """This page's address with some query parameters changed; None or "" drops one, any change drops page."""
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    if "page" not in changes:
        params.pop("page", None)
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        elif isinstance(value, list | tuple):
            params.setlist(key, [str(one) for one in value])
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}"


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*, items: Iterable[Sequence[str]]) -> dict[str, Any]:
    """`items` are (label, url) pairs above this page, two at most; the page itself is not repeated."""
    return {"items": list(items)}


# Words and states -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/tag.html")
def tag(*, text: str, colour: str = "grey") -> dict[str, str]:
    """A status: always a word, with a colour beside it.

    Colours: grey, green, teal, blue, purple, magenta, red, orange, yellow. An unknown one is grey.
    """
    name = COLOURS.get(colour, colour)
    return {"text": text, "colour": name if name in KNOWN_COLOURS else "grey"}


@register.inclusion_tag("components/inset.html")
def inset(*, text: str) -> dict[str, str]:
    """A remark set apart from the text around it."""
    return {"text": text}


@register.inclusion_tag("components/warning.html")
def warning(*, text: str) -> dict[str, str]:
    """A warning before harm, with an exclamation mark."""
    return {"text": text}


@register.inclusion_tag("components/notice.html")
def notice(*, text: str, kind: str = "information", title: str = "", url: str = "", link: str = "") -> dict[str, str]:
    """A bar across the page; `kind` is information, success, warning or error, said in words too."""
    words = {"information": "Information", "success": "Success", "warning": "Warning", "error": "Error"}
    known = kind if kind in words else "information"
    return {
        "text": text,
        "kind": known,
        "word": words[known],
        "title": title,
        "url": url,
        "link": link or text,
    }


@register.inclusion_tag("components/empty_state.html")
def empty_state(*, title: str, text: str = "", url: str = "", link: str = "") -> dict[str, str]:
    """What stands where a list would be: why it is empty and what happens next."""
    return {"title": title, "text": text, "url": url, "link": link}


# Facts ------------------------------------------------------------------------------------------------------


def _row(row: Any) -> dict[str, Any]:
    if isinstance(row, Mapping):
        return dict(row)
    names = ("key", "value", "link", "url")
    return dict(zip(names, row, strict=False))


def _part(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


@register.inclusion_tag("components/summary_list.html")
def summary_list(*, rows: Iterable[Any], title: str = "", compact: bool = False, level: int = 2) -> dict[str, Any]:
    """Facts by name. Rows: (key, value), (key, value, link text, url), or dicts which may hold a note too.

    An empty value prints "Not recorded". With `title` it becomes a card with a heading of that level.
    """
    return {"rows": [_row(row) for row in rows], "title": title, "compact": compact, "level": level}


@register.inclusion_tag("components/stat_tile.html")
def stat_tile(
    *,
    label: str,
    value: Any,
    detail: str = "",
    url: str = "",
    change: str = "",
    direction: str = "",
    chart: str = "",
) -> dict[str, Any]:
    """A headline number. `detail` says n of d, `change` is in words, `direction` is good, bad or "".

    `chart` is the SVG of core.charts.
    """
    return {
        "label": label, "value": value, "detail": detail, "url": url,
        "change": change, "direction": direction, "chart": chart,
    }  # fmt: skip


@register.inclusion_tag("components/task_list.html")
def task_list(*, items: Iterable[Any], prefix: str = "task") -> dict[str, Any]:
    """Things to do, each a link. Items: dicts or objects with title (or text), url, hint, status, colour,
    count, urgent; `core.panels.Need` fits as it is."""
    names = ("url", "hint", "status", "colour", "count", "urgent")
    shaped = [
        {"title": _part(item, "title") or _part(item, "text"), **{name: _part(item, name) for name in names}}
        for item in items
    ]
    return {"items": shaped, "prefix": prefix}


@register.inclusion_tag("components/identity_bar.html")
def identity_bar(
    *,
    title: str,
    facts: Iterable[Any] = (),
    tags: Iterable[Any] = (),
    links: Iterable[Sequence[str]] = (),
    heading: bool = True,
) -> dict[str, Any]:
    """Who this page is about. `facts`: short texts; `tags`: (text, colour); `links`: (label, url).

    With `heading` its title is the page's h1: then leave the block "heading" of the page empty.
    """
    return {
        "title": title, "facts": [fact for fact in facts if fact], "tags": list(tags),
        "links": list(links), "heading": heading,
    }  # fmt: skip


@register.inclusion_tag("components/timeline.html")
def timeline(*, items: Iterable[Any], level: int = 2) -> dict[str, Any]:
    """Events as given: dicts or objects with title, on (date) or at (moment), kind, by, text, url, until.

    `core.panels.TimelineEvent` fits as it is.
    """
    return {"items": list(items), "level": level}


@register.inclusion_tag("components/progress.html")
def progress(*, done: int, total: int, label: str, detail: str = "", poll_url: str = "") -> dict[str, Any]:
    """A progress bar with its counts. With `poll_url` app.js keeps it moving; else a link looks again.

    `poll_url` answers JSON: done, total, detail, finished (bool), url (where to go when finished).
    """
    share = Figure(min(done, total), total).percent(0) if total else None
    return {
        "done": done, "total": total, "label": label, "detail": detail,
        "poll_url": poll_url, "share": share,
    }  # fmt: skip


# Lists ------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/sub_navigation.html")
def sub_navigation(*, items: Iterable[Any], label: str = "Sections of this page") -> dict[str, Any]:
    """Tabs that are pages: dicts or objects with label, url, active."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: Context, *, page: Any, param: str = "page", label: str = "Pages of this list"
) -> dict[str, Any]:
    """Pages of a Django `Page`; keeps the other query parameters. Nothing for a single page.

    `label` tells two lists of one page apart for screen readers.
    """

    def link(number: Any) -> str:
        return url_with(context, **{param: number})

    numbers = []
    if page is not None and page.paginator.num_pages > 1:
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
            gap = not isinstance(number, int)
            numbers.append(
                {
                    "number": number,
                    "gap": gap,
                    "url": "" if gap else link(number),
                    "current": number == page.number,
                }
            )
    return {
        "page": page,
        "numbers": numbers,
        "previous": link(page.previous_page_number()) if numbers and page.has_previous() else "",
        "next": link(page.next_page_number()) if numbers and page.has_next() else "",
        "label": label,
    }


@register.inclusion_tag("components/download_links.html", takes_context=True)
def download_links(
    context: Context,
    *,
    rows: int,
    csv_url: str = "",
    xlsx_url: str = "",
    noun: str = "row",
    keep_query: bool = True,
) -> dict[str, Any]:
    """CSV and XLSX of what the page shows, with the number of rows; keeps the filter in the address."""
    request = context.get("request")
    query = request.GET.copy() if request and keep_query else QueryDict(mutable=True)
    query.pop("page", None)
    tail = query.urlencode()

    def link(url: str) -> str:
        return url if not tail or not url else f"{url}{'&' if '?' in url else '?'}{tail}"

    return {"csv_url": link(csv_url), "xlsx_url": link(xlsx_url), "rows": rows, "noun": noun}


def applied_filters(context: Context, form: BaseForm | None) -> list[dict[str, str]]:
    """What a filter form narrows by now: label, value in words, and the address without it."""
    if form is None or not form.is_bound:
        return []
    form.is_valid()
    applied = []
    for name, value in getattr(form, "cleaned_data", {}).items():
        field = form[name]
        if value in (None, "", [], ()) or field.is_hidden or (hasattr(value, "exists") and not value):
            continue
        applied.append({"label": str(field.label), "text": _in_words(form.fields[name], value), "url": ""})
        parts = [name, *(f"{name}_{index}" for index in range(3))]
        applied[-1]["url"] = url_with(context, **dict.fromkeys(parts, ""))
    return applied


@register.inclusion_tag("components/filtered_heading.html", takes_context=True)
def filtered_heading(context: Context, *, form: BaseForm, rows: int, noun: str) -> dict[str, Any]:
    """A heading over a list that a number elsewhere led to: how many rows, and what narrows them.

    `noun` is "PEP,PEPs". Without a filter there is no heading: the page's own says it.
    """
    return {"applied": applied_filters(context, form), "rows": rows, "noun": noun}


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return wording.when(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        value = [value]
    if isinstance(field, ModelChoiceField):
        return ", ".join(field.label_from_instance(one) for one in value)  # its choices would be a query
    names = {str(key): str(label) for key, label in getattr(field, "choices", []) or [] if not isinstance(label, list)}
    return ", ".join(names.get(str(getattr(one, "pk", one)), str(one)) for one in value)


@register.inclusion_tag("components/filter_panel.html", takes_context=True)
def filter_panel(
    context: Context, *, form: BaseForm, title: str = "Filter", clear_url: str = "?", applied: Any = None
) -> dict[str, Any]:
    """A GET form beside a list; shows what is applied, each with a link that takes it off, and "Clear all".

    Put it in `layouts/filtered_list.html`'s block "filters". Hidden parameters (sort) are kept.
    """
    from core.templatetags.gov_forms import kind_of

    request = context.get("request")
    own = set(form.fields) | {f"{name}_{index}" for name in form.fields for index in range(3)} | {"page"}
    kept = [
        (key, value) for key, values in (request.GET.lists() if request else []) if key not in own for value in values
    ]
    return {
        "form": form,
        "title": title,
        "clear_url": clear_url,
        "applied": applied_filters(context, form) if applied is None else applied,
        "kept": kept,
        "has_date": any(kind_of(form[name]) == "date" for name in form.fields),
    }


# Blocks with a body -------------------------------------------------------------------------------------


class _BodyNode(TemplateNode):
    """A component around what stands between its two tags."""

    def __init__(self, component: str, body: NodeList, arguments: dict[str, FilterExpression]) -> None:
        self.component, self.body, self.arguments = component, body, arguments

    def render(self, context: Context) -> SafeString:
        values = {key: value.resolve(context) for key, value in self.arguments.items()}
        with context.push():
            values["body"] = self.body.render(context)
        return render_to_string(f"components/{self.component}.html", values)


def _body_tag(parser: Parser, token: Token) -> _BodyNode:
    name, *bits = token.split_contents()
    arguments = {}
    for bit in bits:
        key, separator, value = bit.partition("=")
        if not separator:
            raise template.TemplateSyntaxError(f"{name} takes keyword arguments only, not {bit}")
        arguments[key] = parser.compile_filter(value)
    body = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return _BodyNode(name, body, arguments)


@register.tag
def card(parser: Parser, token: Token) -> _BodyNode:
    """`{% card title="Needs you" count=7 url=... link="See all" wide=True %} ... {% endcard %}`."""
    return _body_tag(parser, token)


@register.tag
def details(parser: Parser, token: Token) -> _BodyNode:
    """`{% details summary="How this is worked out" %} ... {% enddetails %}`; `open=True` shows it."""
    return _body_tag(parser, token)


@register.tag
def scroll_table(parser: Parser, token: Token) -> _BodyNode:
    """`{% scroll_table label="Sessions by week" %}<table>..</table>{% endscroll_table %}`: a wide table that
    scrolls sideways by keyboard too."""
    return _body_tag(parser, token)


@register.simple_tag
def button_link(*, url: str, text: str, style: str = "") -> SafeString:
    """A link that looks like a button; `style` is "", secondary or warning."""
    extra = f" govuk-button--{style}" if style else ""
    return format_html(
        '<a href="{}" role="button" draggable="false" class="govuk-button{}" data-module="govuk-button">{}</a>',
        url,
        extra,
        text,
    )
