"""Looks at children's records that are worth a question: read from the access log, judged by rules.looks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.audit import Access
from core.models import AccessEvent, Cover, User
from core.wording import count_of
from pupils.models import Allocation, ChildMerge, Pupil
from pupils.rules import looks as rules
from pupils.rules.looks import Unusual
from pupils.rules.names import same_surname

LOOKING = [Access.OPENED.value, Access.REVEALED.value, Access.PRINTED.value]
REFUSED = [Access.REFUSED.value, Access.NOT_FOUND.value]
Look = tuple[datetime, int]
"""When (London), and which child."""


@dataclass(frozen=True, kw_only=True)
class UnusualLook:
    """A line of the list. `text` says why it is there, `url` leads to the entries behind it."""

    kind: Unusual
    person: User
    at: datetime
    text: str
    url: str
    link: str
    child: str = ""


@dataclass(frozen=True, kw_only=True)
class _Log:
    """What the rules ask of some days: looks and refusals by person, children's surnames, allocations."""

    looks: Mapping[int, Sequence[Look]]
    refusals: Mapping[tuple[int, date], Sequence[datetime]]
    people: Mapping[int, User]
    children: Mapping[int, Pupil]
    allocations: Mapping[tuple[int, int], Sequence[tuple[date, date | None]]]


def unusual_looks(user: Any, *, from_on: date, to_on: date) -> list[UnusualLook]:
    """The lines of the days from `from_on` to `to_on`, newest first, as far as `user` sees the children.

    As many queries for many looks as for few.
    """
    log = _read(user, from_on, to_on)
    found = [line for source in (_own_surname, _not_allocated, _many, _out_of_hours, _refusals) for line in source(log)]
    return sorted(found, key=lambda line: (line.at, line.kind), reverse=True)


def _read(user: Any, from_on: date, to_on: date) -> _Log:
    zone = timezone.get_current_timezone()
    rows = AccessEvent.objects.filter(
        at__gte=datetime.combine(from_on, time.min, zone),
        at__lt=datetime.combine(to_on + timedelta(days=1), time.min, zone),
        user_id__isnull=False,
    )
    looks: dict[int, list[Look]] = defaultdict(list)
    opened = Q(subject_type="pupils.pupil", subject_id__isnull=False, action__in=LOOKING)
    moved = dict(ChildMerge.objects.visible_to(user).values_list("old_pk", "kept_id"))
    refusals: dict[tuple[int, date], list[datetime]] = defaultdict(list)
    events = rows.filter(opened | Q(action__in=REFUSED)).order_by("at")
    for person, action, child, at in events.values_list("user_id", "action", "subject_id", "at"):
        then = timezone.localtime(at)
        if action in REFUSED:
            refusals[person or 0, then.date()].append(then)
        else:
            looks[person or 0].append((then, moved.get(child or 0, child or 0)))
    children = {child for mine in looks.values() for _, child in mine}
    allocations: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
    spans = Allocation.objects.visible_to(user).filter(user__in=list(looks), from_on__lte=to_on)
    for person, child, first, to in spans.values_list("user_id", "pupil_id", "from_on", "to_on"):
        allocations[person, child].append((first, to))
    for person, child, first, to in _covered_spans(user, looks, from_on, to_on):
        allocations[person, child].append((first, to))
    return _Log(
        looks=looks,
        refusals=refusals,
        people=User.objects.in_bulk([*looks, *(person for person, _ in refusals), 0]),
        children=Pupil.objects.visible_to(user).in_bulk([*children, 0]),
        allocations=allocations,
    )


def _covered_spans(
    user: Any, people: Iterable[int], from_on: date, to_on: date
) -> Iterator[tuple[int, int, date, date | None]]:
    """(person, child, first day, day after the last) of children whom people cover for a colleague: two queries."""
    running = Cover.objects.filter(covering__in=list(people), from_on__lte=to_on, to_on__gt=from_on)
    covers = list(running.select_related("absent"))
    spans: dict[tuple[int, str], list[tuple[int, date, date | None]]] = defaultdict(list)
    rows = Allocation.objects.visible_to(user).filter(user__in=[c.absent_id for c in covers], from_on__lte=to_on)
    for absent, kind, *span in rows.values_list("user_id", "kind", "pupil_id", "from_on", "to_on"):
        spans[absent, kind].append(tuple(span))
    for cover in covers:
        ends = cover.to_on if cover.ended_at is None else timezone.localdate(cover.ended_at) + timedelta(days=1)
        for child, first, to in spans[cover.absent_id, cover.absent.role]:
            yield cover.covering_id, child, max(first, cover.from_on), min(to or ends, ends)


def _own_surname(log: _Log) -> Iterator[UnusualLook]:
    for person, looks in _each(log):
        mine: dict[int, list[datetime]] = defaultdict(list)
        for at, child in looks:
            mine[child].append(at)
        for child, times in mine.items():
            pupil = log.children.get(child)
            if pupil is not None and same_surname(person.name, pupil.surname):
                yield UnusualLook(
                    kind=Unusual.OWN_SURNAME,
                    person=person,
                    at=max(times),
                    text=f"Looked {count_of(len(times), 'time')} at the record of a child with their own surname",
                    url=reverse("pupils:who_looked", args=[child]),
                    link="Who has looked at this child",
                    child=pupil.display_name,
                )


def _not_allocated(log: _Log) -> Iterator[UnusualLook]:
    """Only for roles that are allocated to children: nobody allocates a data officer."""
    for person, looks in _each(log):
        if person.role not in Allocation.Kind.values:
            continue
        for on, of_day in _days(looks).items():
            foreign = {
                child for _, child in of_day if not rules.is_allocated(on, log.allocations.get((person.pk, child), ()))
            }
            if foreign:
                times = [at for at, child in of_day if child in foreign]
                children = count_of(len(foreign), "child who is,children who are")
                yield _of_day(
                    Unusual.NOT_ALLOCATED, person, max(times), f"Opened {children} not allocated to them on that day"
                )


def _many(log: _Log) -> Iterator[UnusualLook]:
    for person, looks in _each(log):
        for of_day in _days(looks).values():
            began, children = rules.busiest_hour(of_day)
            if began is not None and rules.is_bulk(children):
                text = (
                    f"Opened {children} different children within an hour from {began:%H:%M}"
                    f" (more than {rules.MOST_CHILDREN_IN_AN_HOUR})"
                )
                yield _of_day(Unusual.MANY, person, began, text)


def _out_of_hours(log: _Log) -> Iterator[UnusualLook]:
    for person, looks in _each(log):
        for of_day in _days(looks).values():
            late = [at for at, _ in of_day if rules.is_out_of_hours(at)]
            if late:
                when = "at a weekend" if late[0].weekday() >= rules.SATURDAY else "before 7:00 or after 20:00"
                text = f"Looked {count_of(len(late), 'time')} at children's records {when}"
                yield _of_day(Unusual.OUT_OF_HOURS, person, max(late), text)


def _refusals(log: _Log) -> Iterator[UnusualLook]:
    for (person_id, _), times in log.refusals.items():
        person = log.people.get(person_id)
        if person is not None and rules.are_many_refusals(len(times)):
            text = f"Asked {len(times)} times for something that is refused to them or out of their reach"
            yield _of_day(Unusual.REFUSALS, person, max(times), text)


def _each(log: _Log) -> Iterator[tuple[User, Sequence[Look]]]:
    for person_id, looks in log.looks.items():
        if person_id in log.people:
            yield log.people[person_id], looks


def _days(looks: Sequence[Look]) -> Mapping[date, list[Look]]:
    found: dict[date, list[Look]] = defaultdict(list)
    for look in looks:
        found[look[0].date()].append(look)
    return found


def _of_day(kind: Unusual, person: User, at: datetime, text: str) -> UnusualLook:
    """A line that leads to the person's entries of that day."""
    day = f"{at:%Y-%m-%d}"
    url = f"{reverse('audit:list')}?{urlencode({'person': person.pk, 'from_on': day, 'to_on': day})}"
    return UnusualLook(kind=kind, person=person, at=at, text=text, url=url, link="Entries of that day")
