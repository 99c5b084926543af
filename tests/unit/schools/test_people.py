"""The file of people: what roles are called, and what a row says of a post."""

from datetime import date

import pytest

from core.feeds.columns import CellError
from core.roles import Role
from schools.feeds.people.columns import parse_email, parse_role
from schools.feeds.people.posts import Post, PostsOverlap, apply_row

TODAY = date(2026, 11, 23)
SEPTEMBER = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("cell", "role"),
    [
        ("designated_teacher", Role.DESIGNATED_TEACHER),
        ("Designated Teacher", Role.DESIGNATED_TEACHER),
        ("dt", Role.DESIGNATED_TEACHER),
        ("D.T.", Role.DESIGNATED_TEACHER),
        ("SW", Role.SOCIAL_WORKER),
        ("Child's Social Worker", Role.SOCIAL_WORKER),
        ("iro", Role.IRO),
        ("VSH", Role.VSH),
        ("Virtual School Head", Role.VSH),
        ("LAC education advisor", Role.ADVISER),
        ("MIU", Role.DATA_OFFICER),
        ("Finance", Role.FINANCE_OFFICER),
        ("Board member", Role.BOARD_READER),
        ("system_admin", Role.SYSTEM_ADMIN),
    ],
)
def test_roles_by_whatever_name(cell: str, role: Role) -> None:
    assert parse_role(cell) is role


@pytest.mark.parametrize(
    ("cell", "code"),
    [("Chief wizard", "UNKNOWN_ROLE"), ("admin", "UNKNOWN_ROLE"), ("school_colleague", "DELEGATED_ROLE")],
)
def test_words_that_are_no_role_of_a_file(cell: str, code: str) -> None:
    with pytest.raises(CellError) as refused:
        parse_role(cell)
    assert refused.value.code == code


def test_addresses_are_kept_in_small_letters() -> None:
    assert parse_email("mailto:Ada.Whitcombe@Westmarch.example") == "ada.whitcombe@westmarch.example"
    with pytest.raises(CellError):
        parse_email("Ada Whitcombe")


def test_a_new_post_begins_on_its_first_day_or_today() -> None:
    assert apply_row([], 1, SEPTEMBER, None, TODAY) == Post(1, SEPTEMBER, None)
    assert apply_row([], 1, None, None, TODAY) == Post(1, TODAY, None)


def test_the_last_day_is_stored_as_the_day_after() -> None:
    assert apply_row([], 1, SEPTEMBER, date(2027, 7, 21), TODAY) == Post(1, SEPTEMBER, date(2027, 7, 22))


def test_a_row_that_says_what_is_there_changes_nothing() -> None:
    posts = [Post(1, SEPTEMBER, None, pk=7)]
    assert apply_row(posts, 1, SEPTEMBER, None, TODAY) is None
    assert apply_row(posts, 1, None, None, TODAY) is None
    assert posts[0].before is None


def test_a_last_day_ends_the_post_that_is_there_and_a_first_day_corrects_it() -> None:
    post = Post(1, SEPTEMBER, None, pk=7)
    assert apply_row([post], 1, None, date(2026, 12, 18), TODAY) is post
    assert (post.to_on, post.before) == (date(2026, 12, 19), (SEPTEMBER, None))
    early = Post(1, SEPTEMBER, None, pk=8)
    assert apply_row([early], 1, date(2025, 9, 1), None, TODAY) is early
    assert early.from_on == date(2025, 9, 1)


def test_a_blank_last_day_leaves_the_end_as_it_is() -> None:
    ending = [Post(1, SEPTEMBER, date(2027, 1, 1), pk=7)]
    assert apply_row(ending, 1, SEPTEMBER, None, TODAY) is None
    assert ending[0].to_on == date(2027, 1, 1)


def test_who_comes_back_gets_a_second_post() -> None:
    before = [Post(1, date(2024, 9, 1), date(2025, 8, 1), pk=7)]
    assert apply_row(before, 1, SEPTEMBER, None, TODAY) == Post(1, SEPTEMBER, None)
    assert apply_row(before, 1, None, None, TODAY) == Post(1, TODAY, None)
    assert apply_row(before, 1, None, date(2025, 7, 31), TODAY) is None


def test_a_row_over_several_posts_is_not_guessed_at() -> None:
    posts = [Post(1, date(2024, 9, 1), date(2025, 8, 1), pk=7), Post(1, SEPTEMBER, None, pk=8)]
    with pytest.raises(PostsOverlap):
        apply_row(posts, 1, date(2024, 9, 1), None, TODAY)
