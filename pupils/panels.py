"""What the roll itself adds to the shared pages: tabs, cards, columns, filters, needs, and care and school events."""

from collections.abc import Iterable, Mapping, Sequence
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
    ChildTab,
    HomeCard,
    HomeNeeds,
    Need,
    OverviewCard,
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
from pupils.models import Allocation, CareEpisode, Pupil, SchoolPlace, YearGroup
from schools.models import School, SchoolMembership

P = Permission
CASELOAD_ROWS = 60
CASELOAD_WITHOUT = {"legal_status", "placement", "adviser"}
"""Columns of the roll list that say nothing about what to do next."""


def _main_place(on: date) -> QuerySet[Any]:
    return SchoolPlace.objects.current(on).filter(pupil=OuterRef("pk"), kind=SchoolPlace.Kind.MAIN).order_by("-from_on")


def _episode(on: date) -> QuerySet[Any]:
    return CareEpisode.objects.open_on(on).filter(pupil=OuterRef("pk")).order_by("-decom")


# Columns


def _years(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    births = dict(Pupil.objects.filter(pk__in=ids).values_list("pk", "dob"))
    found = roll.year_groups(births, time_rules.academic_year_of(on))
    return {pk: time_rules.year_group_label(nc) for pk, nc in found.items() if nc is not None}


def _schools(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    return {pk: place.school.name for pk, place in roll.main_places_on(ids, on).items()}


def _legal(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    return {pk: rules.describe_legal_status(e.ls) for pk, e in roll.episodes_on(ids, on).items()}


def _placement(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    return {pk: rules.describe_placement(e.place) for pk, e in roll.episodes_on(ids, on).items()}


def _adviser(ids: Sequence[int], on: date) -> Mapping[int, Any]:
    return {pk: team["adviser"].user.name for pk, team in roll.team_on(ids, on).items() if "adviser" in team}


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
    academic_year = time_rules.academic_year_of(on)
    born = time_rules.birth_period_for(nc_year, academic_year)
    recorded = YearGroup.objects.filter(pupil=OuterRef("pk"), academic_year=academic_year)
    by_age = Q(dob__gte=born.from_on)
    if born.to_on is not None:
        by_age &= Q(dob__lt=born.to_on)
    return pupils.filter(Exists(recorded.filter(nc_year=nc_year)) | (by_age & ~Exists(recorded)))


def _adviser_field(user: Any) -> forms.Field:
    advisers = User.objects.filter(role="adviser", is_active=True).order_by("name")
    return forms.ModelChoiceField(advisers, label="Adviser", empty_label="Any adviser")


def _by_adviser(pupils: QuerySet[Any], adviser: User, on: date) -> QuerySet[Any]:
    return pupils.filter(pk__in=Allocation.objects.current(on).filter(user=adviser, kind="adviser").values("pupil_id"))


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


def _people_card(user: Any, pupil: Any, today: date) -> Mapping[str, Any]:
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
    return {"people": rows}


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
            ("Looked after since", entry.since),
            ("Legal status", entry.legal_status),
            ("Placement", entry.placement),
            ("In this placement since", entry.episode.decom),
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
    children = list(pupils.order_by("sort_name", "child_id")[:CASELOAD_ROWS])
    columns = [c for c in panels_for(RollColumn, user) if c.key not in CASELOAD_WITHOUT]
    ids = [p.pk for p in children]
    values = [column.values(ids, today) for column in columns]
    rows = [(p, [(c, v.get(p.pk)) for c, v in zip(columns, values, strict=True)]) for p in children]
    own_list = f"?adviser={user.pk}" if user.role == "adviser" else ""
    url = reverse("pupils:list") + own_list
    return {"columns": columns, "rows": rows, "total": pupils.count(), "url": url}


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
    year = time_rules.academic_year_of(on)
    pupils = pupils.filter(
        dob__gte=time_rules.birth_period_for(11, year).from_on,
        dob__lt=time_rules.birth_period_for(1, year).to_on,
    )
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
    columns = [c for c in panels_for(RollColumn, user) if c.key != "school"]
    values = [(c, c.values(ids, today)) for c in columns]
    return {
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


register(
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
    ),
    RollColumn(key="placement", label="Placement", order=50, permission=P.SEE_CARE_DETAIL, values=_placement),
    RollColumn(key="adviser", label="Adviser", order=60, permission=P.SEE_PUPILS, values=_adviser),
    RollFilter(key="school", order=10, permission=P.SEE_PUPILS, field=_school_field, apply=_by_school),
    RollFilter(key="year", order=20, permission=P.SEE_PUPILS, field=_year_field, apply=_by_year),
    RollFilter(key="adviser", order=30, permission=P.SEE_ALL_PUPILS, field=_adviser_field, apply=_by_adviser),
    RollFilter(key="legal_status", order=40, permission=P.SEE_CARE_DETAIL, field=_legal_field, apply=_by_legal),
    RollFilter(key="county", order=50, permission=P.SEE_PUPILS, field=_county_field, apply=_by_county),
    RollFilter(key="gap", order=90, permission=P.SEE_ALL_PUPILS, field=_gap_field, apply=_by_gap),
    TimelineSource(kind="care", label="Care", events=_care_events, permission=P.SEE_CARE_DETAIL),
    TimelineSource(kind="school", label="School", events=_school_events, permission=P.SEE_PUPILS),
)
navigation.register(navigation.NavEntry(label="Children", url_name="pupils:list", permission=P.SEE_PUPILS, order=10))
