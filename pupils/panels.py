"""What the roll itself adds to the shared pages: tabs, cards, columns, filters, needs, and care and school events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import (
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from core import navigation
from core import rules as time_rules
from core.models import User
from core.panels import (
    Alert,
    AuditSubject,
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
    SchoolCard,
    SchoolColumn,
    SchoolFilter,
    TimelineEvent,
    TimelineSource,
    panels_for,
    register,
)
from core.roles import Permission
from pupils import roll, rules
from pupils.alerts import alerts_for, by_need, roll_columns
from pupils.looks import unusual_looks
from pupils.models import Allocation, CareEpisode, Pupil, ReturnRecord, SchoolPlace, YearGroup
from schools.models import School, SchoolMembership

P = Permission
CASELOAD_ROWS = 20
NEXT_SHOWN = 3
REVIEW_WORKING_DAYS = 20
CASELOAD_WITHOUT = {"legal_status", "placement", "adviser"}
"""Columns of the roll list that say nothing about what to do next."""


def _main_place(on: date) -> QuerySet[Any]:
    return SchoolPlace.objects.current(on).filter(pupil=OuterRef("pk"), kind=SchoolPlace.Kind.MAIN).order_by("-from_on")


def _episode(on: date) -> QuerySet[Any]:
    return CareEpisode.objects.open_on(on).filter(pupil=OuterRef("pk")).order_by("-decom")


# Columns


@dataclass(frozen=True)
class Words:
    """What a column of a page has room for; exports print the whole."""

    short: str
    whole: str

    def __str__(self) -> str:
        return self.whole


def _years(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    births = dict(Pupil.objects.filter(pk__in=ids).values_list("pk", "dob"))
    found = roll.year_groups(births, time_rules.academic_year_of(on))
    return {pk: time_rules.year_group_label(nc) for pk, nc in found.items() if nc is not None}


def _schools(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    return {pk: place.school.name for pk, place in roll.main_places_on(ids, on).items()}


def _legal(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    found = roll.episodes_on(ids, on)
    return {pk: Words(rules.short_legal_status(e.ls), rules.describe_legal_status(e.ls)) for pk, e in found.items()}


def _placement(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    found = roll.episodes_on(ids, on)
    return {pk: Words(rules.short_placement(e.place), rules.describe_placement(e.place)) for pk, e in found.items()}


def _adviser(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    """Nobody for a child who has left care: an allocation that nobody ended works with no child."""
    left = roll.left_care_on(ids, on)
    return {
        pk: team["adviser"].user.name
        for pk, team in roll.team_on(ids, on).items()
        if "adviser" in team and pk not in left
    }


def _sort_by_year(pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Older children sit in the higher year: the age in days sorts as the year group does."""
    age = ExpressionWrapper(Value(on, output_field=DateField()) - F("dob"), output_field=DurationField())
    return pupils.annotate(sort_year=age)


def _sort_by_school(pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
    return pupils.annotate(sort_school=Subquery(_main_place(on).values("school__name")[:1]))


def _sort_by_legal(pupils: QuerySet[Any], on: date) -> QuerySet[Any]:
    return pupils.annotate(sort_legal_status=Subquery(_episode(on).values("ls")[:1]))


# Filters


def _school_field(user: Any) -> forms.Field:
    places = SchoolPlace.objects.visible_to(user).current(_today())
    schools = School.objects.filter(pk__in=places.values("school_id")).order_by("name")
    return forms.ModelChoiceField(schools, label="School", empty_label="Any school")


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def _by_school(pupils: QuerySet[Any], school: School, on: date) -> QuerySet[Any]:
    return pupils.filter(pk__in=SchoolPlace.objects.current(on).filter(school=school).values("pupil_id"))


def _year_field(user: Any) -> forms.Field:
    choices = [(n, time_rules.year_group_label(n)) for n in range(-1, 14)]
    return forms.TypedChoiceField(
        choices=[("", "Any year"), *choices], coerce=int, empty_value=None, label="Year group"
    )


def _by_year(pupils: QuerySet[Any], nc_year: int, on: date) -> QuerySet[Any]:
    return pupils.filter(_in_years([nc_year], on))


def _in_years(nc_years: Sequence[int], on: date) -> Q:
    """In one of these years as recorded by a school, else by age (roll.year_groups says it row by row)."""
    academic_year = time_rules.academic_year_of(on)
    recorded = YearGroup.objects.filter(pupil=OuterRef("pk"), academic_year=academic_year)
    by_age = Q(pk__in=[])
    for nc_year in nc_years:
        born = time_rules.birth_period_for(nc_year, academic_year)
        of_year = Q(dob__gte=born.from_on)
        by_age |= of_year & Q(dob__lt=born.to_on) if born.to_on is not None else of_year
    return Q(Exists(recorded.filter(nc_year__in=nc_years))) | (by_age & Q(~Exists(recorded)))


def _people_field(kind: Allocation.Kind, label: str, any_one: str) -> Callable[[Any], forms.Field]:
    """Those with the role, and whoever has children in this capacity now: a head may be an adviser too."""

    def field(user: Any) -> forms.Field:
        return forms.ModelChoiceField(roll.allocated(kind, _today()), label=label, empty_label=any_one)

    return field


def _by_person(kind: Allocation.Kind) -> Callable[[QuerySet[Any], User, date], QuerySet[Any]]:
    def apply(pupils: QuerySet[Any], person: User, on: date) -> QuerySet[Any]:
        own = Allocation.objects.current(on).filter(user=person, kind=kind)
        return pupils.filter(pk__in=own.values("pupil_id"))

    return apply


def _key_stage_field(user: Any) -> forms.Field:
    choices = [("", "Any key stage"), *((k.value, label) for k, label in time_rules.KEY_STAGE_LABELS.items())]
    return forms.ChoiceField(choices=choices, label="Key stage")


def _by_key_stage(pupils: QuerySet[Any], value: str, on: date) -> QuerySet[Any]:
    years = [n for n in range(-1, 14) if time_rules.key_stage_of(n) == value]
    return pupils.filter(_in_years(years, on))


def _send_field(user: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", "Any"), *Pupil.Send.choices], label="SEND")


def _by_send(pupils: QuerySet[Any], value: str, on: date) -> QuerySet[Any]:
    return pupils.filter(send=value)


def _placement_field(user: Any) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", "Any placement"), *((g.value, g.value) for g in rules.PlacementGroup)], label="Placement"
    )


def _by_placement(pupils: QuerySet[Any], group: str, on: date) -> QuerySet[Any]:
    episodes = CareEpisode.objects.open_on(on).filter(pupil=OuterRef("pk"))
    if group == rules.PlacementGroup.OTHER:
        return pupils.filter(Exists(episodes.exclude(place__in=rules.PLACEMENT_GROUPS)))
    codes = [code for code, own in rules.PLACEMENT_GROUPS.items() if own == group]
    return pupils.filter(Exists(episodes.filter(place__in=codes)))


def _legal_field(user: Any) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", "Any legal status"), *((k, f"{k}: {v}") for k, v in rules.LEGAL_STATUSES.items())],
        label="Legal status",
    )


def _by_legal(pupils: QuerySet[Any], code: str, on: date) -> QuerySet[Any]:
    return pupils.filter(Exists(CareEpisode.objects.open_on(on).filter(pupil=OuterRef("pk"), ls=code)))


def _county_field(user: Any) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", "In or out of county"), ("in", "School in county"), ("out", "School out of county")],
        label="School in or out of county",
    )


def _by_county(pupils: QuerySet[Any], value: str, on: date) -> QuerySet[Any]:
    places = SchoolPlace.objects.current(on).filter(kind=SchoolPlace.Kind.MAIN).exclude(school__la_code="")
    home = Q(school__la_code=settings.HOME_LA)
    chosen = places.filter(home) if value == "in" else places.exclude(home)
    return pupils.filter(pk__in=chosen.values("pupil_id"))


# Cards and needs


def _next_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    """What is due next for a child in care, what has a day first; nothing for one who has left."""
    if roll.left_care_on([pupil.pk], today):
        return None
    steps = [step for panel in panels_for(ChildNext, user) for step in panel.steps(user, pupil, today)]
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
    reason = rules.UPN_UNKNOWN_REASONS.get(pupil.upn_unknown_reason, "")
    rows = [
        ("Child id", pupil.child_id),
        ("UPN", pupil.upn or reason or "Not known"),
        *([("Former UPN", former)] if former else []),
        *([("ULN", pupil.uln)] if pupil.uln else []),
        ("Sex", pupil.get_sex_display()),
        ("Ethnicity", rules.describe_ethnicity(pupil.ethnicity) if pupil.ethnicity else "Not known"),
        ("SEND", pupil.get_send_display() or "Not known"),
    ]
    return {"rows": rows}


def _care_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any] | None:
    entry = roll.entries([pupil], on=today)[0]
    if entry.episode is None:
        return {"rows": [("Looked after", "Not now")], "url": reverse("pupils:care", args=[pupil.pk])}
    return {
        "rows": [
            ("Looked after since", entry.start.words if entry.start else ""),
            ("Legal status", entry.legal_status),
            ("Placement", entry.placement),
            ("Present episode since", entry.episode.decom),
        ],
        "url": reverse("pupils:care", args=[pupil.pk]),
    }


def _roll_card(user: Any, today: date) -> Mapping[str, Any]:
    pupils = Pupil.objects.visible_to(user)
    week_ago = today - timedelta(days=7)
    now = pupils.looked_after(on=today)
    before = pupils.looked_after(on=week_ago)
    return {
        "count": now.count(),
        "joined": now.exclude(pk__in=before.values("pk")).count(),
        "left": before.exclude(pk__in=now.values("pk")).count(),
        "url": reverse("pupils:list"),
    }


def _caseload_card(user: Any, today: date) -> Mapping[str, Any] | None:
    """Own children as rows for those who work with named children (not for those who see the whole roll first)."""
    if user.can(P.SEE_ALL_PUPILS) and user.role != "adviser":
        return None
    pupils = Pupil.objects.visible_to(user).looked_after(on=today)
    if user.role == "adviser":
        own = Allocation.objects.current(today).filter(user=user).values("pupil_id")
        pupils = pupils.filter(pk__in=own)
    everybody = list(pupils.order_by("sort_name", "child_id").values_list("pk", flat=True))
    ids = by_need(everybody, alerts_for(user, everybody, today))[:CASELOAD_ROWS]
    children = Pupil.objects.visible_to(user).in_bulk(ids)
    columns = roll_columns(user, without=CASELOAD_WITHOUT)
    if user.role == "iro":
        columns.append(REVIEW_COLUMN)
    values = [column.values(ids, today) for column in columns]
    rows = [(children[pk], [(c, v.get(pk)) for c, v in zip(columns, values, strict=True)]) for pk in ids]
    own_list = f"&adviser={user.pk}" if user.role == "adviser" else ""
    url = f"{reverse('pupils:list')}?sort=alerts{own_list}"
    return {"columns": columns, "rows": rows, "total": len(everybody), "url": url, "named": len(rows)}


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
    children = Pupil.objects.visible_to(user).filter(pk__in=ids)
    return {p.pk: (p.display_name, reverse("pupils:who_looked", args=[p.pk])) for p in children}


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
    ChangeSource(
        label="Child",
        model=Pupil,
        child="pgh_obj_id",
        permission=P.SEE_PUPILS,
        order=0,
        fields=("child_id", "upn", "uln", "surname", "forename", "known_as", "dob", "sex", "ethnicity", "send"),
        describe={"ethnicity": rules.describe_ethnicity},
    ),
    ChangeSource(
        label="Care episode",
        model=CareEpisode,
        permission=P.SEE_CARE_DETAIL,
        order=10,
        fields=("decom", "rne", "ls", "cin", "place", "place_provider", "dec", "rec"),
        protected=("home_post", "pl_post"),
        facts=True,
        describe={
            "rne": rules.describe_new_episode,
            "ls": rules.describe_legal_status,
            "cin": rules.describe_need,
            "place": rules.describe_placement,
            "place_provider": rules.describe_provider,
            "rec": rules.describe_ceased_reason,
        },
    ),
    ChangeSource(
        label="School place",
        model=SchoolPlace,
        permission=P.SEE_PUPILS,
        order=20,
        fields=("school", "kind", "from_on", "to_on"),
        labels={"from_on": "On roll from", "to_on": "No longer on roll from"},
    ),
    ChangeSource(
        label="Year group",
        model=YearGroup,
        permission=P.SEE_PUPILS,
        order=30,
        fields=("academic_year", "nc_year"),
        labels={"academic_year": "School year", "nc_year": "Year group"},
        describe={"academic_year": time_rules.academic_year_label, "nc_year": time_rules.year_group_label},
    ),
    ChangeSource(
        label="Who works with the child",
        model=Allocation,
        permission=P.SEE_PUPILS,
        order=40,
        fields=("kind", "user", "from_on", "to_on"),
        labels={"kind": "As", "user": "Person", "from_on": "From", "to_on": "No longer from"},
    ),
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
    ChildTab(url_name="pupils:detail", label="Overview", order=0, permission=P.SEE_PUPILS),
    ChildTab(url_name="pupils:care", label="Care", order=10, permission=P.SEE_CARE_DETAIL),
    ChildTab(url_name="pupils:school", label="School", order=20, permission=P.SEE_PUPILS),
    ChildTab(url_name="pupils:protected", label="Protected", order=90, permission=P.SEE_PROTECTED_NOTES),
    ChildTab(url_name="pupils:timeline", label="Timeline", order=100, permission=P.SEE_PUPILS),
    OverviewCard(template="pupils/cards/next.html", context=_next_card, order=0, permission=P.SEE_PUPILS, wide=True),
    ChildNext(steps=_gap_steps, permission=P.SEE_ALL_PUPILS, order=90),
    OverviewCard(template="pupils/cards/people.html", context=_people_card, order=10, permission=P.SEE_PUPILS),
    OverviewCard(template="pupils/cards/identity.html", context=_identity_card, order=20, permission=P.SEE_PUPILS),
    OverviewCard(template="pupils/cards/care.html", context=_care_card, order=30, permission=P.SEE_CARE_DETAIL),
    HomeCard(template="pupils/cards/roll.html", context=_roll_card, order=10, permission=P.SEE_ALL_PUPILS),
    HomeCard(
        template="pupils/cards/caseload.html",
        context=_caseload_card,
        order=5,
        permission=P.SEE_PUPILS,
        wide=True,
    ),
    HomeNeeds(needs=_needs, order=30, permission=P.SEE_ALL_PUPILS),
    RollColumn(key="year", label="Year", order=10, permission=P.SEE_PUPILS, values=_years, order_by=_sort_by_year),
    RollColumn(
        key="school",
        label="School",
        order=20,
        permission=P.SEE_PUPILS,
        values=_schools,
        order_by=_sort_by_school,
    ),
    RollColumn(
        key="legal_status",
        label="Legal status",
        order=40,
        permission=P.SEE_CARE_DETAIL,
        values=_legal,
        order_by=_sort_by_legal,
        template="pupils/cells/short.html",
    ),
    RollColumn(
        key="placement",
        label="Placement",
        order=50,
        permission=P.SEE_CARE_DETAIL,
        values=_placement,
        template="pupils/cells/short.html",
    ),
    RollColumn(key="adviser", label="Adviser", order=60, permission=P.SEE_PUPILS, values=_adviser),
    RollFilter(key="school", order=10, permission=P.SEE_PUPILS, field=_school_field, apply=_by_school),
    RollFilter(key="year", order=20, permission=P.SEE_PUPILS, field=_year_field, apply=_by_year),
    RollFilter(key="key_stage", order=25, permission=P.SEE_PUPILS, field=_key_stage_field, apply=_by_key_stage),
    RollFilter(
        key="adviser",
        order=30,
        permission=P.SEE_ALL_PUPILS,
        field=_people_field(Allocation.Kind.ADVISER, "Adviser", "Any adviser"),
        apply=_by_person(Allocation.Kind.ADVISER),
    ),
    RollFilter(
        key="iro",
        order=35,
        permission=P.SEE_ALL_PUPILS,
        field=_people_field(Allocation.Kind.IRO, "IRO", "Any IRO"),
        apply=_by_person(Allocation.Kind.IRO),
    ),
    RollFilter(key="send", order=38, permission=P.SEE_PUPILS, field=_send_field, apply=_by_send),
    RollFilter(key="legal_status", order=40, permission=P.SEE_CARE_DETAIL, field=_legal_field, apply=_by_legal),
    RollFilter(key="placement", order=45, permission=P.SEE_CARE_DETAIL, field=_placement_field, apply=_by_placement),
    RollFilter(key="county", order=50, permission=P.SEE_PUPILS, field=_county_field, apply=_by_county),
    RollAlerts(order=30, permission=P.SEE_PUPILS, values=_gap_alerts),
    RollFilter(key="gap", order=90, permission=P.SEE_ALL_PUPILS, field=_gap_field, apply=_by_gap),
    TimelineSource(kind="care", label="Care", events=_care_events, permission=P.SEE_CARE_DETAIL),
    TimelineSource(kind="school", label="School", events=_school_events, permission=P.SEE_PUPILS),
)
navigation.register(
    navigation.NavEntry(label="Children", url_name="pupils:list", permission=P.SEE_PUPILS, order=10),
    navigation.NavEntry(
        label="Unusual looks",
        url_name="pupils:unusual_looks",
        permission=P.SEE_AUDIT,
        order=191,
        about="Own surname, out of caseload, many at once, at night: looks worth a question",
        group="Settings",
    ),
)
