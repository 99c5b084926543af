"""What the roll itself adds to the shared pages: tabs, cards, columns, filters, needs, and care and school events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

import pupils.access_sources
import pupils.delegations.panels
import pupils.emergencies.panels
import pupils.history
import pupils.relations
import pupils.roll_list  # noqa: F401 - they register what they add
from core import navigation
from core import rules as time_rules
from core.panels import (
    Alert,
    AuditSubject,
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
    SchoolCard,
    SchoolColumn,
    SchoolFilter,
    TimelineEvent,
    TimelineSource,
    panels_for,
    register,
)
from core.roles import Permission
from core.sections import Section
from pupils import roll, rules
from pupils.alerts import alerts_for, by_need, roll_columns
from pupils.caseloads.covered import covered_on
from pupils.looks import unusual_looks
from pupils.matching import survivors
from pupils.models import Allocation, CareEpisode, Pupil, ReturnRecord, SchoolPlace, YearGroup
from schools.models import School, SchoolMembership

P, S = Permission, Section
CASELOAD_ROWS = 20
NEXT_SHOWN = 3
REVIEW_WORKING_DAYS = 20
CASELOAD_WITHOUT = {"legal_status", "placement", "adviser"}
"""Columns of the roll list that say nothing about what to do next."""


def _next_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    """What is due next for a child in care, what has a day first; nothing for one who has left."""
    if roll.left_care_on([pupil.pk], today):
        return None
    steps = [step for panel in panels_for(ChildNext, user, pupil) for step in panel.steps(user, pupil, today)]
    steps.sort(key=lambda step: step.on or date.max)
    return {"steps": steps[:NEXT_SHOWN], "more": len(steps) - NEXT_SHOWN}


def _gap_steps(user: Any, pupil: Any, today: date) -> Iterable[NextStep]:
    alert = _gap_alerts([pupil.pk], today).get(pupil.pk)
    if alert is not None:
        yield NextStep(
            text=alert.text,
            why="A child of school age has both: ask the social worker and the school, and bring in the roll file",
            url=reverse("pupils:school", args=[pupil.pk]),
        )


def _people_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any]:
    """Who works with the child; nobody does once it has left care, whatever allocation is still open."""
    if left_on := roll.left_care_on([pupil.pk], today).get(pupil.pk):
        return {"left_on": left_on}
    team = roll.team_on([pupil.pk], today).get(pupil.pk, {})
    labels = dict(Allocation.Kind.choices)
    rows = [
        (
            labels[kind],
            team[kind].user.name if kind in team else "Not known",
            team[kind].user.email if kind in team else "",
        )
        for kind in Allocation.Kind.values
    ]
    place = roll.main_places_on([pupil.pk], today).get(pupil.pk)
    if place is not None:
        members = place.school.memberships.current(today).select_related("user")
        rows += [(f"Designated teacher, {place.school.name}", m.user.name, m.user.email) for m in members]
    # The school is shown only where it names nobody: somebody has to ring it up.
    alone = place.school if place is not None and not members else None
    return {"people": rows, "school": alone, "may_open_school": user.can(P.SEE_SCHOOLS)}


def _identity_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any]:
    former = ", ".join(pupil.former_upns.visible_to(user).unmasked().values_list("upn", flat=True))
    earlier = ", ".join(pupil.merges.visible_to(user).values_list("old_child_id", flat=True))
    reason = rules.UPN_UNKNOWN_REASONS.get(pupil.upn_unknown_reason, "")
    rows = [
        ("Child id", pupil.child_id),
        *([("Child id before the merge", earlier)] if earlier else []),
        ("UPN", pupil.upn or reason or "Not known"),
        *([("Former UPN", former)] if former else []),
        *([("ULN", pupil.uln)] if pupil.uln else []),
        ("Sex", pupil.get_sex_display()),
        ("Ethnicity", rules.describe_ethnicity(pupil.ethnicity) if pupil.ethnicity else "Not known"),
        ("SEND", pupil.get_send_display() or "Not known"),
        *([("Responsible authority", pupil.responsible_la)] if pupil.is_of_another_authority else []),
    ]
    return {"rows": rows}


def _care_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    entry = roll.entries([pupil], on=today)[0]
    if entry.episode is None:
        return {"rows": [("Looked after", "Not now")], "url": reverse("pupils:care", args=[pupil.pk])}
    return {
        "rows": [
            ("Looked after", entry.start.words if entry.start else ""),
            ("Legal status", entry.legal_status),
            ("Placement", entry.placement),
            ("Present episode since", entry.episode.decom),
        ],
        "url": reverse("pupils:care", args=[pupil.pk]),
    }


def _roll_card(user: Any, today: date) -> Mapping[str, Any]:
    now = Exists(CareEpisode.objects.open_on(today).filter(pupil=OuterRef("pk")))
    before = Exists(CareEpisode.objects.open_on(today - timedelta(days=7)).filter(pupil=OuterRef("pk")))
    counted = Pupil.objects.visible_to(user).aggregate(
        count=Count("pk", filter=now), joined=Count("pk", filter=now & ~before), left=Count("pk", filter=before & ~now)
    )
    return {**counted, "url": reverse("pupils:list")}


def _caseload_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """Own children as rows for those who work with named children (not for those who see the whole roll first)."""
    if user.can(P.SEE_ALL_PUPILS) and user.role != "adviser":
        return None
    pupils = Pupil.objects.visible_to(user).looked_after(on=today)
    if user.role == "adviser":
        own = Allocation.objects.held_by(user, today).values("pupil_id")
        pupils = pupils.filter(pk__in=own)
    everybody = list(pupils.order_by("sort_name", "child_id").values_list("pk", flat=True))
    ids = by_need(everybody, alerts_for(user, everybody, today))[:CASELOAD_ROWS]
    children = Pupil.objects.visible_to(user).in_bulk(ids)
    columns = roll_columns(user, without=CASELOAD_WITHOUT)
    if user.role == "iro":
        columns.append(REVIEW_COLUMN)
    values = [column.values(ids, today) for column in columns]
    rows = [(children[pk], [(c, v.get(pk)) for c, v in zip(columns, values, strict=True)]) for pk in ids]
    covered = covered_on(user, ids, today)
    own_list = f"&adviser={user.pk}" if user.role == "adviser" else ""
    url = f"{reverse('pupils:list')}?sort=alerts{own_list}"
    return {
        "columns": columns,
        "rows": rows,
        "total": len(everybody),
        "url": url,
        "named": len(rows),
        "covered": covered,
    }


def _reviews(ids: Sequence[int], on: date) -> Mapping[int, str]:
    """The review in the next working days where a return names one, else the last one that was held."""
    until = time_rules.add_working_days(on, REVIEW_WORKING_DAYS)
    found: dict[int, str] = {}
    rows = ReturnRecord.objects.filter(pupil_id__in=ids, table=ReturnRecord.Table.REVIEWS, on__lte=until)
    for pupil_id, day in rows.order_by("on").values_list("pupil_id", "on"):
        if day < on or not found.get(pupil_id, "").startswith("Due"):
            found[pupil_id] = f"{'Due' if day >= on else 'Last'} {day:%a %-d %b %Y}"
    return found


REVIEW_COLUMN = RollColumn(key="review", label="Care review", order=80, permission=P.SEE_CARE_DETAIL, values=_reviews)


def _needs(user: Any, today: date) -> Iterable[Need]:
    """Gaps of the record that somebody must close: each line opens the list of those children."""
    on_roll = Pupil.objects.visible_to(user).looked_after(on=today)
    no_place = _by_gap(on_roll, "no_place", today)
    no_upn = _by_gap(on_roll, "no_upn", today)
    yield Need(
        text="School-age children without a school place",
        count=no_place.count(),
        url=f"{reverse('pupils:list')}?gap=no_place",
        hint="Nobody has told us of a place on a school's roll today",
        urgent=True,
    )
    yield Need(
        text="School-age children without a UPN",
        count=no_upn.count(),
        url=f"{reverse('pupils:list')}?gap=no_upn",
        hint="Their results and marks cannot be matched",
    )


def _gap_alerts(ids: Sequence[int], on: date) -> Mapping[int, Alert]:
    """One for each child: without a place the missing UPN follows from it."""
    of_age = Pupil.objects.filter(pk__in=ids).looked_after(on=on)
    no_upn = Alert(text="No UPN", colour="grey", weight=10)
    no_place = Alert(text="No school place", colour="red", weight=100)
    found = dict.fromkeys(_by_gap(of_age, "no_upn", on).values_list("pk", flat=True), no_upn)
    return found | dict.fromkeys(_by_gap(of_age, "no_place", on).values_list("pk", flat=True), no_place)


def _gap_field(user: Any) -> forms.Field:
    return forms.ChoiceField(
        choices=[
            ("", "Complete or not"),
            ("no_place", "School age, no school place"),
            ("no_upn", "School age, no UPN"),
        ],
        label="What is missing",
    )


def _by_gap(pupils: QuerySet[Any], value: str, on: date) -> QuerySet[Any]:
    """School age as the report counts it: by the recorded year group, else by date of birth."""
    year = time_rules.academic_year_of(on)
    recorded = YearGroup.objects.filter(pupil=OuterRef("pk"), academic_year=year)
    by_age = Q(
        dob__gte=time_rules.birth_period_for(time_rules.LAST_SCHOOL_YEAR, year).from_on,
        dob__lt=time_rules.birth_period_for(time_rules.FIRST_SCHOOL_YEAR, year).to_on,
    )
    in_school_year = Exists(recorded.filter(nc_year__range=(time_rules.FIRST_SCHOOL_YEAR, time_rules.LAST_SCHOOL_YEAR)))
    pupils = pupils.filter(in_school_year | (by_age & ~Exists(recorded)))
    if value == "no_upn":
        return pupils.filter(upn="")
    return pupils.exclude(pk__in=SchoolPlace.objects.current(on).values("pupil_id"))


# Timeline


def _care_events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for e in pupil.episodes.visible_to(user):
        yield TimelineEvent(
            on=e.decom,
            kind="care",
            until=e.dec,
            title=rules.describe_new_episode(e.rne) or "New episode of care",
            text=f"{rules.describe_legal_status(e.ls)}. {rules.describe_placement(e.place)}.",
        )
        if e.dec is not None and e.rec and e.rec != rules.EPISODE_CONTINUES:
            yield TimelineEvent(on=e.dec, kind="care", title=rules.describe_ceased_reason(e.rec))


def _school_events(user: Any, pupil: Any) -> Iterable[TimelineEvent]:
    for place in pupil.school_places.visible_to(user).select_related("school"):
        last = place.to_on - timedelta(days=1) if place.to_on else None
        yield TimelineEvent(
            on=place.from_on,
            kind="school",
            until=last,
            title=f"On roll at {place.school.name}",
            text=place.get_kind_display(),
        )


# Schools: the register knows no child, so the roll adds them to its pages


def _places_of_ours(user: Any, on: date) -> QuerySet[Any]:
    """School places today of looked-after children in the person's scope."""
    children = Pupil.objects.visible_to(user).looked_after(on=on)
    return SchoolPlace.objects.current(on).filter(pupil__in=children.values("pk"))


def _school_card(user: Any, school: Any, today: date) -> Mapping[str, Any]:
    places = _places_of_ours(user, today).filter(school=school).select_related("pupil")
    rows = list(places.order_by("pupil__sort_name", "pupil__child_id"))
    ids = [place.pupil_id for place in rows]
    columns = roll_columns(user, without={"school"})
    values = [(c, c.values(ids, today)) for c in columns]
    return {
        "named": len(rows),
        "columns": columns,
        "rows": [{"place": place, "values": [(c, found.get(place.pupil_id)) for c, found in values]} for place in rows],
    }


def _children_at(user: Any, school_ids: Sequence[int], today: date) -> Mapping[int, int]:
    counted = _places_of_ours(user, today).filter(school_id__in=school_ids).order_by().values("school_id")
    found = dict(counted.annotate(n=Count("pupil", distinct=True)).values_list("school_id", "n"))
    return {pk: found.get(pk, 0) for pk in school_ids}


def _sort_by_children(schools: QuerySet[Any], user: Any, today: date) -> QuerySet[Any]:
    counted = _places_of_ours(user, today).filter(school=OuterRef("pk")).order_by().values("school_id")
    number = Subquery(counted.annotate(n=Count("pupil", distinct=True)).values("n")[:1])
    return schools.annotate(sort_children=Coalesce(number, 0))


def _children_field(user: Any) -> forms.Field:
    return forms.ChoiceField(
        label="Our children on roll", choices=[("", "Any"), ("yes", "At least one"), ("no", "None")]
    )


def _by_children(schools: QuerySet[Any], value: str, user: Any, today: date) -> QuerySet[Any]:
    ours = _places_of_ours(user, today).values("school_id")
    return schools.filter(pk__in=ours) if value == "yes" else schools.exclude(pk__in=ours)


def _school_needs(user: Any, today: date) -> Iterable[Need]:
    """Every school must have a designated teacher; those that teach our children come first."""
    held = SchoolMembership.objects.current(today).values("school_id")
    ours = _places_of_ours(user, today).values("school_id")
    yield Need(
        text="Schools with our children and no designated teacher recorded",
        count=School.objects.visible_to(user).filter(pk__in=ours).exclude(pk__in=held).count(),
        url=f"{reverse('schools:list')}?children=yes&teacher=no",
        hint="Ask the head who it is, and record the account",
    )


# The audit trail


def _child_names(user: Any, ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    moved = survivors(ids)
    children = Pupil.objects.visible_to(user).in_bulk({moved.get(pk, pk) for pk in ids})
    shown = {pk: children.get(moved.get(pk, pk)) for pk in ids}
    return {pk: (p.display_name, reverse("pupils:who_looked", args=[p.pk])) for pk, p in shown.items() if p}


def _unusual_needs(user: Any, today: date) -> Iterable[Need]:
    """Those of yesterday and today: what is older stays on the page."""
    yield Need(
        text="Unusual looks at children's records since yesterday",
        count=len(unusual_looks(user, from_on=today - timedelta(days=1), to_on=today)),
        url=reverse("pupils:unusual_looks"),
        hint="Same surname, not allocated, many children, out of hours, refused again and again",
    )


register(
    AuditSubject(kind="pupils.pupil", label="Child", permission=P.SEE_AUDIT, names=_child_names),
    HomeNeeds(needs=_unusual_needs, order=90, permission=P.SEE_AUDIT),
    SchoolCard(template="pupils/cards/school.html", context=_school_card, order=10, permission=P.SEE_PUPILS, wide=True),
    SchoolColumn(
        key="children",
        label="Our children",
        order=10,
        permission=P.SEE_PUPILS,
        values=_children_at,
        order_by=_sort_by_children,
        numeric=True,
    ),
    SchoolFilter(key="children", order=10, permission=P.SEE_PUPILS, field=_children_field, apply=_by_children),
    HomeNeeds(needs=_school_needs, order=80, permission=P.APPOINT_TEACHERS),
    ChildTab(url_name="pupils:detail", label="Overview", order=0, permission=P.SEE_PUPILS, section=S.BASICS),
    ChildTab(url_name="pupils:care", label="Care", order=10, permission=P.SEE_CARE_DETAIL),
    ChildTab(url_name="pupils:school", label="School", order=20, permission=P.SEE_PUPILS, section=S.SCHOOL),
    ChildTab(url_name="pupils:protected", label="Protected", order=90, permission=P.SEE_PROTECTED_NOTES),
    ChildTab(url_name="pupils:timeline", label="Timeline", order=100, permission=P.SEE_PUPILS, section=S.BASICS),
    OverviewCard(
        template="pupils/cards/next.html",
        context=_next_card,
        order=0,
        permission=P.SEE_PUPILS,
        section=S.BASICS,
        wide=True,
    ),
    ChildNext(steps=_gap_steps, permission=P.SEE_ALL_PUPILS, order=90),
    OverviewCard(
        template="pupils/cards/people.html", context=_people_card, order=10, permission=P.SEE_PUPILS, section=S.SCHOOL
    ),
    OverviewCard(
        template="pupils/cards/identity.html",
        context=_identity_card,
        order=20,
        permission=P.SEE_PUPILS,
        section=S.SCHOOL,
    ),
    OverviewCard(template="pupils/cards/care.html", context=_care_card, order=30, permission=P.SEE_CARE_DETAIL),
    HomeCard(template="pupils/cards/roll.html", context=_roll_card, order=10, permission=P.SEE_ALL_PUPILS),
    HomeCard(
        template="pupils/cards/caseload.html",
        context=_caseload_card,
        order=5,
        permission=P.SEE_PUPILS,
        section=S.BASICS,
        wide=True,
    ),
    HomeNeeds(needs=_needs, order=30, permission=P.SEE_ALL_PUPILS),
    RollAlerts(order=30, permission=P.SEE_PUPILS, section=S.SCHOOL, values=_gap_alerts),
    RollFilter(key="gap", order=90, permission=P.SEE_ALL_PUPILS, field=_gap_field, apply=_by_gap),
    TimelineSource(kind="care", label="Care", events=_care_events, permission=P.SEE_CARE_DETAIL),
    TimelineSource(kind="school", label="School", events=_school_events, permission=P.SEE_PUPILS, section=S.SCHOOL),
)
navigation.register(
    navigation.NavEntry(label="Children", url_name="pupils:list", permission=P.SEE_PUPILS, section=S.BASICS, order=10),
    navigation.NavEntry(
        label="Caseloads",
        url_name="pupils:caseloads",
        permission=P.ARRANGE_COVER,
        order=171,
        about="Move children from one person to another, for good",
        group="Settings",
    ),
    navigation.NavEntry(
        label="Possible duplicates",
        url_name="pupils:duplicates",
        permission=P.MERGE_CHILDREN,
        order=160,
        about="Records that may be one child's: look at two side by side, merge them, or say that they are not",
        group="Children",
    ),
    navigation.NavEntry(
        label="Unusual looks",
        url_name="pupils:unusual_looks",
        permission=P.SEE_AUDIT,
        order=191,
        about="Own surname, out of caseload, many at once, at night: looks worth a question",
        group="Settings",
    ),
)
