"""The county sets deadlines otherwise: from a day on, with a reason, told in the explanation, and PEPs follow."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.deadlines import services
from core.models import DeadlineSetting
from core.roles import Role
from core.rules import Season
from peps import cycle
from peps.services import queue
from tests.factories import PEPFactory, UserFactory, looked_after
from tests.integration.peps.test_deadlines import deadlines

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def head():
    return UserFactory(role=Role.VSH.value)


def change(head, **fields):
    given = {"code": "P11", "from_on": date(2026, 12, 1), "switched_on": True, "offset": 5, "reminders": [3, 1]}
    return services.change_rule(**(given | fields), reason="Agreed", actor=head, now=NOW, today=TODAY)


def test_a_change_holds_from_its_day_on_and_says_so(head):
    change(head)
    assert deadlines("submission", "2026-11-30")["P11"]["due_on"] == "2026-12-14"
    row = deadlines("submission", "2026-12-01")["P11"]
    assert row["due_on"] == "2026-12-08"
    assert row["explanation"].endswith(
        "The county’s own rule for what happens from Tue 1 Dec 2026 on; without it, 10 working days after."
    )
    change(head, offset=10)
    assert deadlines("submission", "2026-12-01")["P11"]["due_on"] == "2026-12-15"
    assert DeadlineSetting.objects.count() == 2


def test_a_rule_is_switched_off_and_the_older_one_on(head):
    change(head, switched_on=False)
    change(head, code="P1s", offset=10, reminders=[5, 1])
    assert "P11" not in deadlines("submission", "2026-12-01")
    # 10 school days from Tue 1 Dec 2026.
    assert deadlines("became-looked-after", "2026-12-01")["P1s"]["due_on"] == "2026-12-15"
    assert "P1s" not in deadlines("became-looked-after", "2026-11-30")


@pytest.mark.parametrize(
    ("field", "fields"),
    [("from_on", {"from_on": date(2026, 11, 20)}), ("offset", {"offset": 999}), ("reminders", {"reminders": [0]})],
)
def test_what_is_refused(head, field, fields):
    with pytest.raises(ValidationError) as refusal:
        change(head, **fields)
    assert set(refusal.value.error_dict) == {field}


def test_an_adviser_changes_nothing():
    with pytest.raises(PermissionDenied):
        change(UserFactory(role=Role.ADVISER.value))


def test_a_fixed_cut_off_moves_the_rule_the_term_and_the_peps_that_wait(head):
    waiting = PEPFactory(pupil=looked_after(), due_on=date(2026, 11, 27))
    held = PEPFactory(pupil=looked_after(), due_on=date(2026, 11, 27), state="meeting_held", held_on=TODAY)
    given = {"academic_year": 2026, "season": Season.AUTUMN, "reason": "Agreed with heads", "actor": head, "now": NOW}
    with pytest.raises(ValidationError, match="autumn term 2026 runs from"):
        services.fix_cut_off(on=date(2027, 1, 10), **given)
    services.fix_cut_off(on=date(2026, 12, 4), **given)
    row = deadlines("term-start", "2026-09-02")["P5"]
    assert row["due_on"] == "2026-12-04"
    assert row["explanation"].startswith("The county’s cut-off for the term")
    assert cycle.current_term(TODAY).cut_off_on == date(2026, 12, 4)
    waiting.refresh_from_db()
    held.refresh_from_db()
    assert (waiting.due_on, held.due_on) == (date(2026, 12, 4), date(2026, 11, 27))
    assert "the county fixed Fri 4 Dec 2026" in waiting.due_because


def test_the_pages(client, head):
    client.force_login(head)
    page = reverse("deadlines:list")
    assert "P2: First PEP complete" in client.get(page).content.decode()
    rule = reverse("deadlines:rule", args=["P11"])
    data = {"offset": "5", "reminders": "3, x", "switched_on": "yes", "reason": "Agreed"}
    data |= {f"from_on_{n}": v for n, v in enumerate((1, 12, 2026))}
    assert "Enter numbers with commas" in client.post(rule, data).content.decode()
    assert "is changed" in client.post(rule, data | {"reminders": "3"}, follow=True).content.decode()
    assert DeadlineSetting.objects.get().reminders == [3]
    counted = {(year, season): one.due_on for year, season, _, _, one in client.get(page).context["terms"]}
    assert counted == {(y, s): cycle.term_of(y, s).cut_off_on for y in (2026, 2027) for s in Season}
    cut_off = reverse("deadlines:cut_off", args=[2026, "autumn"])
    data = {"reason": "Agreed", **{f"on_{n}": v for n, v in enumerate((4, 12, 2026))}}
    assert "Fri 4 Dec 2026" in client.post(cut_off, data, follow=True).content.decode()
    assert client.get(reverse("deadlines:cut_off", args=[2030, "autumn"])).status_code == 404


def test_the_page_tells_changes_as_the_table_does_and_those_to_come(client, head):
    change(head)
    change(head, code="P5", offset=12, reminders=[5], from_on=TODAY)
    client.force_login(head)
    context = client.get(reverse("deadlines:list")).context
    rows = {row["rule"].code: row for row in context["rows"]}
    assert rows["P11"]["later"] == [(date(2026, 12, 1), "5 working days after submission")]
    assert (rows["P11"]["changed"], rows["P5"]["changed"]) == (False, True)
    assert [words for _, words in context["history"]] == [
        "12 school days before the end of term; reminders 5",
        "5 working days after submission; reminders 3, 1",
    ]


def test_changes_and_calendars_are_asked_once_for_all_rules_and_terms(client, head):
    client.force_login(head)
    url = reverse("deadlines:list")
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    tables = [
        t for q in asked for t in ("core_deadlinesetting", "core_termcutoff", "core_term") if f'FROM "{t}"' in q["sql"]
    ]
    # Once as rules and days, once as the rows that the page shows.
    assert tables.count("core_deadlinesetting") <= 2
    assert tables.count("core_termcutoff") <= 2
    assert tables.count("core_term") <= 1


def test_the_queue_counts_by_the_countys_rule(head):
    change(head, from_on=TODAY)
    child = looked_after()
    PEPFactory(pupil=child, state="submitted", held_on=TODAY, submitted_at=NOW)
    [row] = queue.waiting(queue.submitted(head, TODAY), TODAY)
    assert row.read_by == date(2026, 11, 30)
