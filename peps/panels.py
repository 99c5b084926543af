"""What the PEP cycle adds to the child, the home page, the roll list and the timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.urls import reverse

from core import navigation
from core.panels import (
    OWN_CASELOAD,
    Alert,
    ChangeSource,
    ChildNext,
    ChildTab,
    HomeCard,
    HomeNeeds,
    Need,
    NextStep,
    OverviewCard,
    RollAlerts,
    RollColumn,
    RollFilter,
    TimelineEvent,
    TimelineSource,
    register,
)
from core.roles import Permission, Role
from core.sections import Section
from core.wording import relative, when
from peps import cycle, rules
from peps.indicators import held_in_term
from peps.models import PEP
from peps.permissions import why_due
from peps.rules.form import CIRCUMSTANCE_LABELS
from peps.rules.workflow import STATE_LABELS, WAITS_FOR_MEETING, State
from peps.services.cycle import SAID_BY_PEOPLE
from pupils.models import Allocation

P, S = Permission, Section


def _latest(ids: Sequence[int], today: date) -> dict[int, PEP]:
    """The PEP that matters now for each child: the oldest still wanted, else the newest."""
    waits_until = Case(When(state__in=WAITS_FOR_MEETING, then="due_on"))
    first = PEP.objects.filter(pupil_id__in=ids).still_meant(today).order_by("pupil_id", waits_until.asc(), "-due_on")
    return {pep.pupil_id: pep for pep in first.distinct("pupil_id")}


@dataclass(frozen=True)
class PEPCell:
    """How the child's PEP stands, and the day of the meeting that is still wanted."""

    word: str
    colour: str
    due_on: date | None

    def __str__(self) -> str:
        return f"{self.word}, due {self.due_on:%-d %b %Y}" if self.due_on else self.word


def _cells(ids: Sequence[int], today: date) -> Mapping[int, PEPCell]:
    return {
        pk: PEPCell(*rules.tag_of(pep.status(today)), pep.due_on if pep.waits_for_meeting else None)
        for pk, pep in _latest(ids, today).items()
    }


def _alerts(ids: Sequence[int], today: date) -> Mapping[int, Alert]:
    overdue = PEP.objects.filter(pupil_id__in=ids).overdue(today)
    alert = Alert(text="PEP overdue", colour="red", weight=100)
    return dict.fromkeys(overdue.values_list("pupil_id", flat=True), alert)


def _sort_by_due(pupils: QuerySet[Any], today: date) -> QuerySet[Any]:
    """What is due first comes first; children whose meeting was held follow."""
    wanted = PEP.objects.wanted(today).filter(pupil=OuterRef("pk")).order_by("due_on")
    return pupils.annotate(sort_pep=Subquery(wanted.values("due_on")[:1]))


def _filter_field(user: Any) -> forms.Field:
    choices = [(s.value, rules.STATUS_LABELS[s]) for s in rules.Status]
    return forms.ChoiceField(label="PEP", choices=[("", "Any PEP state"), *choices, ("none", "No PEP this term")])


def _by_status(pupils: QuerySet[Any], value: str, today: date) -> QuerySet[Any]:
    """Overdue and due: of any term; held and complete: of this term."""
    of_term = PEP.objects.of_term(cycle.current_term(today))
    if value == "none":
        return pupils.exclude(pk__in=of_term.values("pupil_id"))
    status = rules.Status(value)
    peps = PEP.objects.all() if status in {rules.Status.OVERDUE, rules.Status.DUE} else of_term
    return pupils.filter(pk__in=peps.with_status(status, today).values("pupil_id"))


def _card(user: Any, pupil: Any, today: date) -> Mapping[str, Any]:
    pep = _latest([pupil.pk], today).get(pupil.pk)
    return {
        "pep": pep,
        "why_due": why_due(user, pep) if pep else "",
        "tag": rules.tag_of(pep.status(today)) if pep else None,
        "told": [CIRCUMSTANCE_LABELS[c] for c in sorted(SAID_BY_PEOPLE) if pep and c in pep.circumstances],
        "url": reverse("peps:child", args=[pupil.pk]),
    }


def _steps(user: Any, pupil: Any, today: date) -> Iterable[NextStep]:
    pep = _latest([pupil.pk], today).get(pupil.pk)
    if pep is None:
        return
    url = reverse("peps:pep", args=[pep.pk])
    term = pep.term_label.lower()
    if pep.waits_for_meeting:
        yield NextStep(text=f"PEP meeting, {term}", why=pep.due_because, url=url, on=pep.due_on)
    elif pep.state == PEP.State.SUBMITTED and user.can(P.COMPLETE_PEPS):
        yield NextStep(text="PEP to read and approve", why=f"The school has submitted the PEP of the {term}", url=url)
    elif pep.state in {PEP.State.MEETING_HELD, PEP.State.RETURNED} and user.can(P.RECORD_PEPS):
        held = f"The meeting was held on {pep.held_on:%-d %B %Y}"
        why = (
            f"{held}; the plan is to be finished and submitted"
            if pep.state != PEP.State.RETURNED
            else "It was returned"
        )
        yield NextStep(text=f"PEP to finish, {term}", why=why, url=url)


def _home_card(user: Any, today: date) -> Mapping[str, Any]:
    term = cycle.current_term(today)
    return {"figure": held_in_term(user, term, today), "term": term, "url": reverse("peps:list")}


def _why_soon(today: date) -> str:
    """What to do; and the last day for the term's meetings where it comes before the ten school days are over."""
    last = cycle.current_term(today).cut_off_on
    words = "Set a day with the school, the social worker and the carer"
    if today <= last <= cycle.soon_until(today):
        return f"The last day for this term’s meetings is {when(last)}, {relative(last, today)}. {words}"
    return words


def _needs(user: Any, today: date) -> Iterable[Need]:
    """An adviser is told of the own caseload, everybody else of the children in scope."""
    peps, extra, group = PEP.objects.visible_to(user), "", ""
    if user.role == Role.ADVISER:
        own = Allocation.objects.held_by(user, today).filter(kind=Allocation.Kind.ADVISER)
        peps, extra = peps.filter(pupil__in=own.values("pupil_id")), f"&adviser={user.pk}"
        group = OWN_CASELOAD
    counted = peps.to_do(cycle.soon_until(today), today)
    yield Need(
        text="PEP meetings overdue",
        count=counted["overdue"],
        url=f"{reverse('peps:list')}?status=overdue{extra}",
        hint="The day has passed and no meeting is recorded",
        group=group,
        urgent=True,
    )
    yield Need(
        text=f"PEP meetings due within {rules.SOON_SCHOOL_DAYS} school days",
        count=counted["soon"],
        url=f"{reverse('peps:list')}?status=soon{extra}",
        hint=_why_soon(today),
        group=group,
    )
    if user.can(P.COMPLETE_PEPS):
        yield Need(
            text="PEPs to read and approve",
            count=counted["submitted"],
            url=f"{reverse('peps:list')}?status=submitted{extra}",
            hint="Submitted by the school, and waiting for the Virtual School",
            group=group,
        )
    if user.can(P.RECORD_PEPS):
        yield Need(
            text="PEPs returned to be mended",
            count=counted["returned"],
            url=f"{reverse('peps:list')}?status=returned{extra}",
            hint="The Virtual School says of each section what is missing",
            group=group,
            urgent=True,
        )


def _events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for pep in pupil.peps.visible_to(user):
        if pep.held_on is not None:
            yield TimelineEvent(on=pep.held_on, kind="pep", title="PEP meeting held", text=pep.term_label)
        else:
            yield TimelineEvent(on=pep.due_on, kind="pep", title=f"PEP due, {pep.term_label}", text=pep.due_because)


register(
    ChangeSource(
        label="PEP",
        model=PEP,
        permission=Permission.SEE_PEPS,
        section=S.PEPS,
        order=50,
        fields=("academic_year", "season", "state", "due_on", "due_because", "held_on"),
        describe={"state": lambda state: STATE_LABELS[State(state)]},
    ),
    ChildTab(url_name="peps:child", label="PEPs", order=50, permission=P.SEE_PEPS, section=S.PEPS),
    OverviewCard(template="peps/cards/child.html", context=_card, order=15, permission=P.SEE_PEPS, section=S.PEPS),
    ChildNext(steps=_steps, permission=P.SEE_PEPS, section=S.PEPS, order=10),
    HomeCard(template="peps/cards/home.html", context=_home_card, order=20, permission=P.SEE_PEPS, section=S.PEPS),
    HomeNeeds(needs=_needs, order=20, permission=P.SEE_PEPS, section=S.PEPS),
    RollColumn(
        key="pep",
        label="PEP",
        order=70,
        permission=P.SEE_PEPS,
        section=S.PEPS,
        values=_cells,
        order_by=_sort_by_due,
        template="peps/cells/status.html",
    ),
    RollAlerts(order=20, permission=P.SEE_PEPS, section=S.PEPS, values=_alerts),
    RollFilter(key="pep", order=70, permission=P.SEE_PEPS, section=S.PEPS, field=_filter_field, apply=_by_status),
    TimelineSource(kind="pep", label="PEP", events=_events, permission=P.SEE_PEPS, section=S.PEPS),
)
navigation.register(
    navigation.NavEntry(label="PEPs", url_name="peps:list", permission=P.SEE_PEPS, section=S.PEPS, order=20),
    navigation.NavEntry(
        label="PEP form",
        url_name="peps:forms",
        permission=P.SEE_FORMS,
        order=155,
        about="Versions of the form: questions, consultation, approvals, and from when each holds.",
    ),
)
