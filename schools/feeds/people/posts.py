"""What a row says of a teacher's post at a school, against the posts that are recorded. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.rules import ONE_DAY, Period


class PostsOverlap(Exception):
    """The row touches several recorded posts at the school: which one is meant, a person has to say."""


@dataclass
class Post:
    """A post at a school, half-open as it is stored; `pk` None is one that the file adds."""

    school_id: int
    from_on: date
    to_on: date | None = None
    pk: int | None = None
    before: tuple[date, date | None] | None = None
    """How it stood, once the file has changed it."""

    @property
    def period(self) -> Period:
        return Period(self.from_on, self.to_on)

    def runs_after(self, on: date) -> bool:
        """Whether a day later than `on` is in it."""
        return self.to_on is None or self.to_on > on + ONE_DAY

    def move(self, from_on: date, to_on: date | None) -> bool:
        """Whether that changes anything."""
        if (self.from_on, self.to_on) == (from_on, to_on):
            return False
        if self.pk is not None and self.before is None:
            self.before = (self.from_on, self.to_on)
        self.from_on, self.to_on = from_on, to_on
        return True


def apply_row(
    posts: Sequence[Post], school_id: int, first_on: date | None, last_on: date | None, today: date
) -> Post | None:
    """The post that a row changes or adds; None when it says what is recorded.

    `posts` are the person's. Without a first day the row means the post that is there, else a new one from today;
    without a last day it leaves the end as it is. Raises PostsOverlap.
    """
    at_school = [post for post in posts if post.school_id == school_id]
    to_on = last_on + ONE_DAY if last_on else None
    if first_on is None:
        return _without_first_day(at_school, school_id, to_on, today)
    wanted = Period(first_on, to_on)
    touched = [post for post in at_school if post.period.overlaps(wanted)]
    if len(touched) > 1:
        raise PostsOverlap
    if not touched:
        return Post(school_id, first_on, to_on)
    return touched[0] if touched[0].move(first_on, to_on or touched[0].to_on) else None


def _without_first_day(posts: Sequence[Post], school_id: int, to_on: date | None, today: date) -> Post | None:
    latest = max(posts, key=lambda post: post.from_on, default=None)
    if latest is not None and (to_on is not None or latest.to_on is None or latest.to_on > today):
        if to_on is not None and to_on <= latest.from_on:
            return None
        return latest if latest.move(latest.from_on, to_on or latest.to_on) else None
    if to_on is not None and to_on <= today:
        return None
    return Post(school_id, today, to_on)
