"""Pages that show several floors at once ask these registries; each app's panels.py fills them.

The core knows no pupil: a pupil is passed through as an opaque row, and floors above say what they add.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.db.models import Case, F, QuerySet, When

from core.roles import Permission
from core.sections import Open, Section, is_limited, open_to


@dataclass(frozen=True, kw_only=True)
class ChildTab:
    """One entry of the sub-navigation on a child's page; the app owns its URL (argument: the pupil's pk)."""

    url_name: str
    label: str
    order: int
    permission: Permission
    section: Section | None = None


@dataclass(frozen=True, kw_only=True)
class OverviewCard:
    """A card on a child's overview. `context(user, pupil, today)` gives the template's context, or None for no card."""

    template: str
    context: Callable[[Any, Any, date], Mapping[str, Any] | None]
    order: int
    permission: Permission
    section: Section | None = None
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What has to be done next for one child: what, by when if there is a day, why, and where it is done."""

    text: str
    why: str
    url: str
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ChildNext:
    """Steps of an app for "what is due next" on a child's overview: `steps(user, pupil, today)`."""

    steps: Callable[[Any, Any, date], Iterable[NextStep]]
    permission: Permission
    section: Section | None = None
    order: int = 0


OWN_CASELOAD = "In my caseload"


@dataclass(frozen=True, kw_only=True)
class Need:
    """A line of "what needs you": what, how many, where it is done, and why in words."""

    text: str
    count: int
    url: str
    hint: str = ""
    urgent: bool = False
    group: str = ""
    """OWN_CASELOAD where the line counts the own children of a person who sees the whole county."""


@dataclass(frozen=True, kw_only=True)
class HomeNeeds:
    """Source of "what needs you" lines for those with the permission."""

    needs: Callable[[Any, date], Iterable[Need]]
    order: int
    permission: Permission
    section: Section | None = None


@dataclass(frozen=True, kw_only=True)
class HomeCard:
    """A card of the home page ("the school at a glance", "my children")."""

    template: str
    context: Callable[[Any, date], Mapping[str, Any] | None]
    order: int
    permission: Permission
    section: Section | None = None
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class RollColumn:
    """A column of the roll list and its exports.

    `values(pupil_ids, today)` reads all rows of one page at once: {pupil pk: text, number, date or None}.
    `order_by(queryset, today)` returns the queryset annotated with `sort_<key>` when the column can be sorted.
    """

    key: str
    label: str
    order: int
    permission: Permission
    values: Callable[[Sequence[int], date], Mapping[int, Any]]
    section: Section | None = None
    order_by: Callable[[QuerySet[Any], date], QuerySet[Any]] | None = None
    template: str = ""
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Why a child needs somebody: a few words, a colour, and how much it weighs when children are put in order."""

    text: str
    colour: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class RollAlerts:
    """Alerts of an app: `values(pupil_ids, today)` reads all children of a page at once."""

    order: int
    permission: Permission
    section: Section | None = None
    values: Callable[[Sequence[int], date], Mapping[int, Alert]]


@dataclass(frozen=True, kw_only=True)
class RollFilter:
    """A filter of the roll list: a form field made for the user, and how a value narrows the queryset."""

    key: str
    order: int
    permission: Permission
    section: Section | None = None
    field: Callable[[Any], forms.Field]
    apply: Callable[[QuerySet[Any], Any, date], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True, order=True)
class TimelineEvent:
    on: date
    kind: str = field(compare=False)
    title: str = field(compare=False)
    text: str = field(compare=False, default="")
    until: date | None = field(compare=False, default=None)


@dataclass(frozen=True, kw_only=True)
class TimelineSource:
    """`events(user, pupil)` for the child's timeline."""

    kind: str
    label: str
    events: Callable[[Any, Any], Iterable[TimelineEvent]]
    permission: Permission
    section: Section | None = None


@dataclass(frozen=True, kw_only=True)
class SchoolCard:
    """A card on a school's page. `context(user, school, today)` gives the template's context, or None for no card."""

    template: str
    context: Callable[[Any, Any, date], Mapping[str, Any] | None]
    order: int
    permission: Permission
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class SchoolColumn:
    """A column of the schools list and its exports, counted in the scope of the person who asks.

    `values(user, school_ids, today)` reads all rows of one page at once; `order_by(queryset, user, today)` returns
    the queryset annotated with `sort_<key>`.
    """

    key: str
    label: str
    order: int
    permission: Permission
    values: Callable[[Any, Sequence[int], date], Mapping[int, Any]]
    order_by: Callable[[QuerySet[Any], Any, date], QuerySet[Any]] | None = None
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class SchoolFilter:
    """A filter of the schools list: a form field made for the user, and how a value narrows the queryset."""

    key: str
    order: int
    permission: Permission
    field: Callable[[Any], forms.Field]
    apply: Callable[[QuerySet[Any], Any, Any, date], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class AuditSubject:
    """How the access log names rows of one model, for those with the permission.

    `kind` is the model's label ("pupils.pupil"); `names(user, ids)` reads all rows of one page at once:
    {pk: (name, address of its page)}, without those that the person may not see.
    """

    kind: str
    label: str
    permission: Permission
    names: Callable[[Any, Sequence[int]], Mapping[int, tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class AccessSource:
    """Why accounts see what they see, for the termly review of access; asked of all accounts at once.

    `children(today)` gives {account: ids of the children whom this relation opens}, counted as "12 `label`";
    `words(today)` gives sentences of other kinds. Neither names a child: a system administrator reads them.
    """

    label: str = ""
    order: int
    permission: Permission = Permission.REVIEW_ACCESS
    children: Callable[[date], Mapping[int, Collection[int]]] | None = None
    words: Callable[[date], Mapping[int, Sequence[str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeSource:
    """A tracked model (core.audit) whose changes a child's history shows to those with the permission.

    `child` is the column that holds the child's pk. Of `fields` the history shows before and after, of `protected`
    only that they changed; no other field is shown. `labels` names fields whose own label is not what people say,
    `describe` puts codes into words. `facts` says that the model is tracked by `track_facts`.
    """

    label: str
    model: Any
    permission: Permission
    section: Section | None = None
    order: int
    fields: Sequence[str]
    protected: Sequence[str] = ()
    child: str = "pupil_id"
    facts: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    describe: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


Panel = (
    ChildTab
    | OverviewCard
    | ChildNext
    | HomeNeeds
    | HomeCard
    | RollColumn
    | RollAlerts
    | RollFilter
    | TimelineSource
    | SchoolCard
    | SchoolColumn
    | SchoolFilter
    | AuditSubject
    | AccessSource
    | ChangeSource
)
P = TypeVar(
    "P",
    ChildTab,
    OverviewCard,
    ChildNext,
    HomeNeeds,
    HomeCard,
    RollColumn,
    RollAlerts,
    RollFilter,
    TimelineSource,
    SchoolCard,
    SchoolColumn,
    SchoolFilter,
    AuditSubject,
    AccessSource,
    ChangeSource,
)

_panels: list[Panel] = []


def register(*panels: Panel) -> None:
    """Called by an app's panels.py at start-up."""
    _panels.extend(panels)


def kind_label(kind: str) -> str:
    """What people call a kind of event: the label of its timeline source, else the kind itself."""
    labels = (p.label for p in _panels if isinstance(p, TimelineSource) and p.kind == kind)
    return next(labels, kind)


def change_label(model: Any) -> str:
    """What people call a row of a tracked model: the label of its change source; empty where it has none."""
    return next((p.label for p in _panels if isinstance(p, ChangeSource) and p.model is model), "")


def panels_for(kind: type[P], user: Any, child: Any = None) -> list[P]:
    """The registered panels of one kind that are open to the person, in their order.

    The role must have the panel's permission. A section-limited person gets the panels whose section is open for
    `child`, or for any child where none is named; columns, alerts and filters of lists then speak only of the children
    for whom it is.
    """
    found = [panel for panel in _panels if isinstance(panel, kind) and user.can(panel.permission)]
    if is_limited(user):
        opened = open_to(user)
        found = [narrowed for panel in found if (narrowed := _narrowed(panel, opened, child)) is not None]
    return sorted(found, key=lambda panel: getattr(panel, "order", 0))


def _narrowed(panel: Any, opened: Open, child: Any) -> Any:
    """The panel as far as its section is open, None where it is shut; one without a section is shut."""
    section = getattr(panel, "section", None)
    ids = {pk for pk, sections in opened.items() if section in sections}
    if not ids or (child is not None and child.pk not in ids):
        return None
    match panel:
        case RollColumn() | RollAlerts():
            values = panel.values
            panel = replace(panel, values=lambda asked, on: values([pk for pk in asked if pk in ids], on))
        case RollFilter():
            apply = panel.apply
            panel = replace(panel, apply=lambda rows, value, on: apply(rows.filter(pk__in=ids), value, on))
    if isinstance(panel, RollColumn) and panel.order_by is not None:
        panel = replace(panel, order_by=_ordered_among(ids, panel.key, panel.order_by))
    return panel


def _ordered_among(ids: set[int], key: str, order_by: Callable[[Any, date], Any]) -> Callable[[Any, date], Any]:
    """Children for whom the section is shut have no place in the order: it would tell their value."""

    def order(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
        name = f"sort_{key}"
        return order_by(rows, on).annotate(**{name: Case(When(pk__in=ids, then=F(name)))})

    return order
