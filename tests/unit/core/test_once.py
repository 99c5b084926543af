from collections.abc import Callable

from core.once import answered_once, once


def counting() -> tuple[list[int], Callable[..., int]]:
    asked: list[int] = []

    @once
    def double(number: int, *, plus: int = 0) -> int:
        asked.append(number)
        return 2 * number + plus

    return asked, double


def test_nothing_is_kept_outside_a_page() -> None:
    asked, double = counting()
    assert [double(3), double(3)] == [6, 6]
    assert asked == [3, 3]


def test_a_page_asks_once_for_the_same_arguments_and_forgets_at_its_end() -> None:
    asked, double = counting()
    with answered_once():
        assert [double(3), double(3), double(4), double(3, plus=1)] == [6, 6, 8, 7]
        assert asked == [3, 4, 3]
    with answered_once():
        assert double(3) == 6
    assert asked == [3, 4, 3, 3]


def test_an_empty_answer_is_an_answer_too() -> None:
    asked: list[str] = []

    @once
    def nothing() -> None:
        asked.append("asked")

    with answered_once():
        nothing()
        nothing()
    assert asked == ["asked"]
