"""Every problem that a feed can tell is put in words for those who read the page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.feeds.codes import has_label, is_for_sender, label_of

ROOT = Path(__file__).parents[2]
PLACES = ("core/feeds", "attendance/feeds", "pupils/feeds", "pupils/matching.py", "schools/feeds", "attainment/feeds")
MAKERS = {"add": 0, "warn": 0, "note": 0, "because": 0, "CellError": 0, "Match": 1}
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def codes_in(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        position = MAKERS.get(name)
        if position is not None and len(call.args) > max(position, 1):  # set.add has one argument
            yield from texts(call.args[position])
        for keyword in call.keywords:
            if keyword.arg == "code":
                yield from texts(keyword.value)


def all_codes() -> list[str]:
    files = [f for place in PLACES for f in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))]
    return sorted({code for file in files for code in codes_in(ast.parse(file.read_text(encoding="utf-8")))})


def test_there_are_codes_to_look_at() -> None:
    assert {"NOT_IN_FILE", "OVERLAPS_EARLIER", "BAD_DATE", "UNKNOWN_CHILD"} <= set(all_codes())


@pytest.mark.parametrize("code", all_codes())
def test_every_code_is_put_in_words(code: str) -> None:
    assert has_label(code), f"{code} has no words: add it to the wording.py beside the feed"
    assert label_of(code)[0].isupper() or label_of(code)[0].isdigit()


def test_a_code_that_nobody_explained_stays_inside_unless_it_is_about_a_row() -> None:
    assert not is_for_sender("SOMETHING_NEW", "notice", None)
    assert is_for_sender("SOMETHING_NEW", "warning", 3)
    assert is_for_sender("SOMETHING_NEW", "error", None)
    assert not is_for_sender("NOT_IN_FILE", "error", 3)
