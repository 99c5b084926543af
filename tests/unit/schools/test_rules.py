"""What the register's words mean."""

import pytest

from schools.rules import Link, is_open_status, laestab_of, parse_links, same_text, successors


@pytest.mark.parametrize(
    ("status", "is_open"),
    [("Open", True), ("Open, but proposed to close", True), ("Closed", False), ("Proposed to open", False), ("", True)],
)
def test_which_statuses_are_open(status: str, is_open: bool) -> None:
    assert is_open_status(status) is is_open


@pytest.mark.parametrize(
    ("la", "number", "laestab"),
    [("931", "4000", "9314000"), ("931", "123", "9310123"), ("931", "", ""), ("", "4000", ""), ("931", "x", "")],
)
def test_dfe_number(la: str, number: str, laestab: str) -> None:
    assert laestab_of(la, number) == (laestab if number else "")


def test_apostrophes_make_no_other_name() -> None:
    assert same_text("All Soul\u2019s", "All Soul's")
    assert not same_text("All Souls", "All Soul's")


@pytest.mark.parametrize(
    ("cell", "link"),
    [
        ("148215 Successor", [("148215", "Successor")]),
        ("148215 Successor - amalgamated", [("148215", "Successor - amalgamated")]),
        ("148215 Successor, 148216 Predecessor", [("148215", "Successor"), ("148216", "Predecessor")]),
        ("148215 Merged, expansion in capacity", [("148215", "Merged, expansion in capacity")]),
        ("148215 " + "x" * 90, [("148215", "x" * 80)]),
        ("Does not have links", []),
        ("", []),
    ],
)
def test_links_of_the_download(cell: str, link: list[tuple[str, str]]) -> None:
    assert parse_links(cell) == link


def test_successors_by_either_sides_link() -> None:
    links = [
        Link("1", "2", "Successor"),
        Link("2", "1", "Predecessor"),
        Link("3", "4", "Successor - Split School"),
        Link("5", "3", "Predecessor"),
        Link("3", "9", "Merged - change in age range"),
    ]
    assert successors("1", links) == ["2"]
    assert successors("3", links) == ["4", "5"]
    assert successors("9", links) == []
