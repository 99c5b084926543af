"""Write what a file of people changes, by the same services as the pages of accounts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from core import services
from core.actor import acting_as
from core.models import User
from core.permissions import check_can_manage_accounts
from core.roles import Role
from schools.feeds.people.plan import PeoplePlan, Person
from schools.feeds.people.posts import Post
from schools.models import SchoolMembership


def write(plan: PeoplePlan, *, actor: Any, today: date) -> None:
    """Inside the engine's transaction. Raises PermissionDenied."""
    check_can_manage_accounts(actor)
    for person in plan.people:
        if person.changes or person.ended_posts:
            _write_person(person, actor, today)
    for user in plan.absent:
        services.close_account(user=user, actor=actor, because="not in a full file")


def _write_person(person: Person, actor: Any, today: date) -> None:
    user = _account_of(person, actor)
    with acting_as(actor, service="schools.people_feed"):
        _end_posts(person.ended_posts, today)
        _write_posts(user, person.touched_posts)
    if person.leaves_on != user.leaves_on:
        services.set_last_day(user=user, leaves_on=person.leaves_on, today=today, actor=actor)
    if person.closes:
        services.close_account(user=user, actor=actor, because="last day over")


def _account_of(person: Person, actor: Any) -> User:
    role = person.role or Role(person.account.role if person.account else "")
    if person.account is None:
        return services.add_account(email=person.email, name=person.name, role=role, team=person.team, actor=actor)
    if not person.account_changes:
        return person.account
    return services.change_account(
        user=person.account, email=person.account.email, name=person.name, role=role, team=person.team, actor=actor
    )


def _write_posts(user: User, posts: Iterable[Post]) -> None:
    """Recorded ones first: a new one may begin where an earlier one now ends."""
    for post in sorted(posts, key=lambda one: one.pk is None):
        if post.pk is None:
            SchoolMembership.objects.create(user=user, school_id=post.school_id, from_on=post.from_on, to_on=post.to_on)
        else:
            membership = SchoolMembership.objects.get(pk=post.pk)
            membership.from_on, membership.to_on = post.from_on, post.to_on
            membership.save(update_fields=["from_on", "to_on"])


def _end_posts(posts: Iterable[Post], today: date) -> None:
    """Today is the first day no longer; a post that has not begun before today never was."""
    for membership in SchoolMembership.objects.filter(pk__in=[post.pk for post in posts if post.pk is not None]):
        if membership.from_on >= today:
            membership.delete()
            continue
        membership.to_on = today
        membership.save(update_fields=["to_on"])
