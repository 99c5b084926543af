"""Whatever stands in a file: a problem, never an exception; twice is once; the order of rows does not matter."""

import csv
import io
import random
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.models import EffectiveRegister, MarkNote, Register
from attendance.register import effective, places
from attendance.rules import SYMBOL_OF_CODE, effective_mark
from core.feeds.base import FeedContext, FeedRefused, SourceFile
from core.feeds.registry import get_kind
from core.feeds.services import Outcome
from pupils.rules.identifiers import upn_check_letter

pytestmark = pytest.mark.django_db
RELAXED = settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
TODAY = date(2026, 11, 23)
DAILY = ["Child ID", "UPN", "DOB", "LAESTAB", "URN", "Date", "AM", "AM Reason", "Minutes Late AM", "PM", "PM Reason",
         "Minutes Late PM", "Mins Late", "Exclusion", "Comments"]  # fmt: skip
ROWS = ["UPN", "Child ID", "FormerUPN", "LEA", "Estab", "Date", "Session", "Mark", "Late Mins", "Comment"]
STRING = ["UPN", "LAESTAB", "start_date", "marks"]

UPNS = [upn_check_letter(f"99000000000{n}") + f"99000000000{n}" for n in (1, 2, 3)]
ANYTHING = st.text(max_size=24)
LIKELY = {
    "Child ID": st.sampled_from(["C001", "C002", "C003"]),
    "Date": st.sampled_from(["2026-11-09", "10/11/2026", "11-Nov-2026", "46337"]),
    "start_date": st.sampled_from(["2026-11-02", "2026-11-09"]),
    "Session": st.sampled_from(["AM", "PM", "1", "2"]),
    "marks": st.text("/\\ -#IN", min_size=14, max_size=14),
    "LAESTAB": st.sampled_from(["9904001", "990/4002", ""]),
    "Estab": st.sampled_from(["4001", ""]),
    "UPN": st.sampled_from(["", *UPNS]),
} | {name: st.sampled_from(sorted(SYMBOL_OF_CODE)) for name in ("AM", "PM", "Mark")}


def rows_of(headings, wild):
    cells = [
        st.one_of(LIKELY.get(h, ANYTHING), ANYTHING) if wild else LIKELY.get(h, st.sampled_from(["", "7"]))
        for h in headings
    ]
    return st.lists(st.tuples(*cells), min_size=1, max_size=8)


def file_of(folder: Path, headings, rows) -> SourceFile:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(rows)
    path = folder / "file.csv"
    path.write_bytes(out.getvalue().encode("utf-8", errors="replace"))
    return SourceFile(name="file.csv", path=path)


def deliver(kind, source):
    """Check and apply as the engine does, without keeping the file."""
    feed, context = get_kind(kind), FeedContext(today=TODAY)
    try:
        checked = feed.check([source], context)
    except FeedRefused as refusal:
        return Outcome(kind, "refused", {}, refusal.problems)
    checked.counts.check()
    if checked.changes_anything:
        feed.apply(checked, context)
    status = "applied" if checked.changes_anything else "unchanged"
    return Outcome(kind, status, checked.counts.as_dict(), checked.problems.found)


def stored():
    notes = MarkNote.objects.values_list(
        "register__pupil", "register__source", "place", "code_text", "reason", "comment", "minutes_late"
    )
    return (
        sorted(Register.objects.values_list("pupil", "school", "academic_year", "source", "marks"), key=str),
        sorted(EffectiveRegister.objects.values_list("pupil", "academic_year", "marks")),
        sorted(notes, key=str),
    )


@pytest.fixture
def county(child, school):
    school(1), school(2)
    for number in (1, 2, 3):
        child(number)


@pytest.mark.parametrize(("kind", "headings"), [("welfare-call", DAILY), ("b2b", ROWS), ("b2b", STRING)])
def test_any_text_in_any_cell_is_a_problem_and_not_an_exception(kind, headings, county, tmp_path):
    @RELAXED
    @given(rows_of(headings, wild=True))
    def check(rows):
        with transaction.atomic():
            outcome = deliver(kind, file_of(tmp_path, headings, rows))
            assert outcome.status in {"applied", "unchanged", "refused"}
            if outcome.status != "refused":
                after = stored()
                again = deliver(kind, file_of(tmp_path, headings, rows))
                assert again.status == "unchanged"
                assert again.rows["applied"] == 0
                assert again.rows["held"] == outcome.rows["held"]
                assert stored() == after
            transaction.set_rollback(True)

    check()


@pytest.mark.parametrize(("kind", "headings"), [("welfare-call", DAILY), ("b2b", ROWS), ("b2b", STRING)])
def test_the_order_of_rows_does_not_matter(kind, headings, county, tmp_path):
    @RELAXED
    @given(rows_of(headings, wild=False), st.randoms(use_true_random=False))
    def check(rows, rng: random.Random):
        results = []
        for order in (rows, rng.sample(rows, len(rows))):
            with transaction.atomic():
                outcome = deliver(kind, file_of(tmp_path, headings, order))
                codes = sorted(p.code for p in outcome.problems)
                results.append((outcome.status, outcome.rows.get("held"), codes, stored()))
                transaction.set_rollback(True)
        assert results[0] == results[1]

    check()


SYMBOLS = st.sampled_from([" ", "-", "#", "?", *sorted(set(SYMBOL_OF_CODE.values()) - {"-", "#"})])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(SYMBOLS, min_size=1, max_size=3), min_size=1, max_size=4), st.sampled_from([2009, 2020, 2024]))
def test_the_grid_chooses_what_the_rule_chooses(registers, year):
    width = max(len(r) for r in registers)
    texts = ["".join(r).ljust(width) for r in registers]
    grid = places.grid_from_texts(texts)
    layers = effective.Layers(
        year,
        list(range(len(texts))),
        effective.np.zeros(len(texts), effective.np.int64) + 7,
        [None] * len(texts),
        ["b2b"] * len(texts),
        grid,
        places.ranks_of(grid, year),
    )
    derived = effective.choose(layers)
    for place in range(width):
        expected = effective_mark([t[place] for t in texts], places.date_of(year, place))
        assert chr(derived.grid[0, place]) == expected.symbol
        assert bool(derived.conflict[0, place]) is expected.is_conflict
