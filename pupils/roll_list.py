"""What the roll itself adds to the list of children: columns, how they are sorted, and filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import (
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

from core import rules as time_rules
from core.models import User
from core.panels import (
    RollColumn,
    RollFilter,
    register,
)
from core.roles import Permission
from core.sections import Section
from pupils import roll, rules
from pupils.models import Allocation, CareEpisode, Pupil, SchoolPlace, YearGroup
from schools.models import School

P, S = Permission, Section


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
    children = Pupil.objects.visible_to(user)
    places = SchoolPlace.objects.current(_today()).filter(pupil__in=children.values("pk"))
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
        own = Allocation.objects.held_by(person, on).filter(kind=kind)
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


register(
    RollColumn(
        key="year",
        label="Year",
        order=10,
        permission=P.SEE_PUPILS,
        section=S.BASICS,
        values=_years,
        order_by=_sort_by_year,
    ),
    RollColumn(
        key="school",
        label="School",
        order=20,
        permission=P.SEE_PUPILS,
        section=S.BASICS,
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
    RollColumn(key="adviser", label="Adviser", order=60, permission=P.SEE_PUPILS, section=S.SCHOOL, values=_adviser),
    RollFilter(
        key="school", order=10, permission=P.SEE_PUPILS, section=S.BASICS, field=_school_field, apply=_by_school
    ),
    RollFilter(key="year", order=20, permission=P.SEE_PUPILS, section=S.BASICS, field=_year_field, apply=_by_year),
    RollFilter(
        key="key_stage",
        order=25,
        permission=P.SEE_PUPILS,
        section=S.BASICS,
        field=_key_stage_field,
        apply=_by_key_stage,
    ),
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
    RollFilter(key="send", order=38, permission=P.SEE_PUPILS, section=S.SCHOOL, field=_send_field, apply=_by_send),
    RollFilter(key="legal_status", order=40, permission=P.SEE_CARE_DETAIL, field=_legal_field, apply=_by_legal),
    RollFilter(key="placement", order=45, permission=P.SEE_CARE_DETAIL, field=_placement_field, apply=_by_placement),
    RollFilter(
        key="county", order=50, permission=P.SEE_PUPILS, section=S.BASICS, field=_county_field, apply=_by_county
    ),
)
