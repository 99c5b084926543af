"""The workspace, the quality queue, the timeliness board and PEP-1 to PEP-7, with the lists behind their numbers."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import Role
from core.rules import Season
from peps import cycle
from peps.indicators.board import board_of
from peps.indicators.measures import measures_for
from peps.models import PEP, FormVersion, QualityCheck
from peps.services import quality, queue
from peps.services.many import pre_checks_of
from pupils.models import CareEpisode, Pupil
from reports.rules import Audience
from reports.sections import View
from reports.sections import peps as section
from reports.sections.base import Scope
from tests.factories import AllocationFactory, MembershipFactory, PEPFactory, SchoolFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def head():
    return UserFactory(role=Role.VSH.value)


def plan(pupil=None, **more):
    pupil = pupil or looked_after(dob=date(2012, 3, 4))
    return PEPFactory(pupil=pupil, form=FormVersion.objects.get(), phase="secondary", **more)


def moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def term():
    return cycle.term_of(2026, Season.AUTUMN)


class TestList:
    def test_an_autumn_term_of_an_earlier_year_is_found(self, client, head):
        PEPFactory(pupil=looked_after(), academic_year=2025, season="autumn", state="locked", held_on=date(2025, 11, 3))
        client.force_login(head)
        page = client.get(reverse("peps:list"), {"term": "2025-autumn"})
        assert page.context["page"].paginator.count == 1
        assert ("2025-autumn", "Autumn term 2025") in page.context["form"].fields["term"].choices


class TestBoard:
    def test_every_number_has_its_list(self, client, head):
        school, adviser = SchoolFactory(la_code="938", la_name="Westmarch"), UserFactory(role=Role.ADVISER.value)
        for held_on, due_on in (
            (date(2026, 10, 1), date(2026, 10, 8)),
            (date(2026, 10, 9), date(2026, 10, 8)),
            (None, date(2026, 11, 20)),
            (None, date(2026, 11, 23)),
        ):
            child = looked_after(school=school)
            AllocationFactory(pupil=child, user=adviser, kind="adviser")
            plan(child, held_on=held_on, due_on=due_on, state="meeting_held" if held_on else "open")
        done = plan(
            state="approved", held_on=date(2026, 10, 1), due_on=date(2026, 10, 8),
            submitted_at=moment(date(2026, 10, 5)), approved_at=moment(date(2026, 10, 13)),
        )  # fmt: skip
        done.steps.create(name="return", source="submitted", target="returned", at=moment(date(2026, 10, 6)))
        client.force_login(head)
        page = client.get(reverse("peps:board"))
        assert page.status_code == 200
        total = page.context["total"]
        assert (total.all, total.in_time, total.late, total.overdue, total.ahead) == (5, 2, 1, 1, 1)
        assert (total.submitted, total.returned, total.approved, total.days) == (1, 1, 1, 8)
        assert "5 plans, 1 still ahead. Of the others 2 of 4 (50.0%) held in time" in page.content.decode()
        numbers = [
            (int(cell["number"]), cell["url"])
            for lines in (page.context["whole"], *(t[2] for t in page.context["tables"]))
            for line in lines
            for cell in line["cells"]
            if cell["url"]
        ]
        numbers += [(one["number"], one["url"]) for one in page.context["states"]]
        assert len(numbers) > 20
        assert {url: n for n, url in numbers if client.get(url).context["page"].paginator.count != n} == {}

    def test_at_the_beginning_of_a_term_there_is_no_share_yet(self, client, head):
        plan(due_on=date(2026, 11, 27), state="open")
        client.force_login(head)
        text = client.get(reverse("peps:board")).content.decode()
        assert "1 plan, 1 still ahead.</p>" in text
        assert "held in time" not in text

    def test_only_for_those_who_answer_for_every_child(self, client):
        client.force_login(MembershipFactory().user)
        assert {client.get(reverse(f"peps:{name}")).status_code for name in ("board", "measures", "queue")} == {403}


class TestQueue:
    def test_the_own_children_first_then_the_longest_wait(self, head):
        adviser = UserFactory(role=Role.ADVISER.value)
        held = {"state": "submitted", "held_on": date(2026, 10, 1)}
        old = plan(submitted_at=moment(date(2026, 10, 5)), **held)
        new = plan(submitted_at=moment(date(2026, 11, 20)), **held)
        mine = plan(submitted_at=moment(date(2026, 11, 19)), **held)
        AllocationFactory(pupil=mine.pupil, user=adviser, kind="adviser")
        rows = queue.waiting(list(queue.submitted(adviser, TODAY)), TODAY)
        assert [(row.pep, row.mine) for row in rows] == [(mine, True), (old, False), (new, False)]
        assert (rows[1].read_by, rows[2].waited) == (date(2026, 10, 19), 1)

    def test_pre_checks_of_many_are_those_of_each(self):
        peps = [plan(state="submitted", held_on=TODAY) for _ in range(3)]
        peps[0].sections.create(code="C", answers={"hard": "Spelling", "going_well": "Art"})
        peps[0].sections.create(code="L", answers={"interventions": [{"name": "Tuition", "who": "Ms Ray"}]})
        values = {"kind": "academic", "how": [], "measure": "words", "measure_to": "60", "owner_name": "Ms Ray"}
        peps[1].targets.create(number=1, due_on=TODAY, from_voice=True, outcome="Read", **values)
        earlier = plan(peps[2].pupil, season="summer", academic_year=2025, due_on=date(2026, 7, 1))
        earlier.targets.create(number=1, due_on=TODAY, outcome="Read", **values)
        meeting = peps[2].meetings.create(starts_at=moment(TODAY), next_on=TODAY)
        meeting.invitees.create(role="Carer", name="Carer", attendance="came")
        assert pre_checks_of(peps) == {pep.pk: quality.pre_checks(pep) for pep in peps}

    def test_a_moderator_is_offered_the_sample_that_somebody_else_graded(self, head, monkeypatch):
        monkeypatch.setattr(quality, "SAMPLE_ONE_IN", 1)
        first = UserFactory(role=Role.ADVISER.value)
        pep = plan(state="approved", held_on=TODAY, approved_at=moment(TODAY))
        check = {"pep": pep, "overall": "green", "at": moment(TODAY)}
        QualityCheck.objects.create(assessor=first, **check)
        assert (queue.to_moderate(first, term()), queue.to_moderate(head, term())) == ([], [pep.pk])
        QualityCheck.objects.create(assessor=head, moderation=True, **check)
        assert queue.to_moderate(UserFactory(role=Role.VSH.value), term()) == []
        assert queue.agreement_in(head, term()).text() == "1 of 1 (100.0%)"


class TestWorkspace:
    def test_a_teacher_sees_their_children_by_council_with_what_is_to_be_done(self, client):
        post = MembershipFactory()
        SchoolFactory(la_code="937", la_name="Eastshire")
        own, other = looked_after(school=post.school), looked_after(school=post.school, responsible_la="937")
        plan(own, state="open", due_on=date(2026, 11, 20))
        done = plan(other, state="locked", held_on=date(2026, 10, 1))
        plan(looked_after(school=SchoolFactory()), state="open")
        client.force_login(post.user)
        page = client.get(reverse("peps:mine"))
        groups = page.context["groups"]
        assert [(g["name"], len(g["rows"])) for g in groups][1] == ("Eastshire", 1)
        assert (page.context["children"], page.context["to_do"], page.context["overdue"]) == (2, 1, 1)
        texts = [text for text, _ in groups[0]["rows"][0]["tasks"]]
        assert texts[0] == "Hold the meeting, then record it: its day has passed"
        assert re.fullmatch(r"Write “School and provision” and \d+ more sections", texts[1])
        assert {client.get(url).status_code for _, url in groups[0]["rows"][0]["tasks"]} == {200}
        assert (groups[1]["rows"][0]["pep"], groups[1]["rows"][0]["tasks"]) == (done, [])


def test_as_many_queries_for_sixty_children_as_for_two(client, head):
    post = MembershipFactory()

    def more(number: int) -> None:
        for n in range(number):
            child = looked_after(school=post.school)
            state = ("open", "submitted", "returned", "meeting_held")[n % 4]
            held = None if state == "open" else date(2026, 10, 1)
            pep = plan(child, state=state, held_on=held, submitted_at=moment(date(2026, 10, 5)))
            pep.sections.create(code="C", answers={"hard": "Spelling"})
        for user in (post.user, head):
            client.force_login(user)
            client.get(reverse("peps:list"))

    def asked() -> dict[str, int]:
        found = {}
        for user, names in ((post.user, ["mine"]), (head, ["queue", "board", "measures"])):
            client.force_login(user)
            for name in names:
                client.get(reverse(f"peps:{name}"))
                with CaptureQueriesContext(connection) as captured:
                    assert client.get(reverse(f"peps:{name}")).status_code == 200
                found[name] = len(captured)
        return found

    more(4)
    few = asked()
    more(56)
    assert asked() == few
    assert max(few.values()) < 30


class TestIndicators:
    def county(self):
        done = plan(
            state="locked", held_on=date(2026, 10, 1), submitted_at=moment(date(2026, 10, 5)),
            approved_at=moment(date(2026, 10, 13)),
        )  # fmt: skip
        done.sections.create(code="C", answers={"hard": "Spelling"})
        QualityCheck.objects.create(pep=done, overall="green", at=moment(date(2026, 10, 13)), assessor=UserFactory())
        plan(state="submitted", held_on=date(2026, 10, 1), submitted_at=moment(date(2026, 11, 2)))
        looked_after(dob=date(2012, 3, 4), since=date(2026, 11, 10))
        return done

    def test_figures_and_the_day_they_are_as_at(self):
        self.county()
        now = {m.code: m.text for m in measures_for(term(), as_at=TODAY)}
        assert now["PEP-1"] == now["PEP-4a"] == "1 of 2 (50.0%)"
        assert now["PEP-7a"] == "8 working days (median of 1)"
        then = {m.code: m.text for m in measures_for(term(), as_at=date(2026, 10, 6))}
        assert (then["PEP-1"], then["PEP-3"], then["PEP-4a"]) == ("0 of 2 (0.0%)", "n/a", "1 of 1 (100.0%)")

    @pytest.mark.parametrize("left", [date(2026, 10, 20), date(2027, 1, 10)])
    def test_a_first_plan_counts_when_the_child_has_left_care_since(self, left):
        child = looked_after(dob=date(2012, 3, 4), since=date(2026, 9, 7))
        CareEpisode.objects.update(dec=left)
        plan(child, circumstances=["initial"], state="locked", held_on=left, submitted_at=moment(date(2026, 9, 30)))
        found = {m.code: m.text for m in measures_for(term(), as_at=date(2027, 2, 1))}
        assert found["PEP-2"] == "1 of 1 (100.0%)"

    def test_the_command_line_gives_the_same(self):
        done, out = self.county(), io.StringIO()
        call_command("peps", "--term", "2026-autumn", "--pupils", "--json", stdout=out)
        one = json.loads(out.getvalue())["indicators"][0]
        assert (one["code"], one["numerator"], one["denominator"]) == ("PEP-1", 1, 2)
        met = [child for child in one["pupils"] if child["in_numerator"]]
        assert [(c["child_id"], c["reason"]) for c in met] == [(done.pupil.child_id, "Approved on 13 Oct 2026")]

    def test_the_list_behind_a_figure_and_its_file(self, client, head):
        done = self.county()
        client.force_login(head)
        page = client.get(reverse("peps:measure", args=["pep-1"]))
        assert [row["tag"][0] for row in page.context["rows"]] == ["No", "Yes", "Does not count"]
        answer = client.get(reverse("peps:measure_csv", args=["pep-1"]))
        lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
        assert len(lines) == 4
        assert next(line for line in lines if line[0] == done.pupil.child_id)[-1] == "Approved on 13 Oct 2026"
        assert client.get(reverse("peps:measure", args=["pep-9"])).status_code == 404
        assert client.get(reverse("peps:measures"), {"term": "never"}).status_code == 404

    def test_the_termly_report_freezes_them_and_hides_small_ones_in_public(self):
        done = self.county()
        scope = Scope.of_term(2026, Season.AUTUMN, as_at=TODAY, basis=None, home_la="938")
        found = section.collect(scope)
        assert found.cohorts["peps.pep-1.n"] == [done.pupil_id]
        figures = {"numbers": found.numbers.values, "hidden": ["peps.pep-1.n", "peps.pep-1.d"], "sections": []}
        restricted, public = (section.present(found.data, View(a, figures)) for a in Audience)
        assert restricted["table"].rows[0][1:] == ("50.0%", "1 of 2")
        assert public["table"].rows[0][1:] == ("x", "x")
        assert public["table"].rows[-2][1] == "x"
        PEP.objects.all().delete()
        assert section.present(section.collect(scope).data, View(Audience.RESTRICTED, figures))["any"] is False


def test_board_of_a_term_without_plans(head):
    assert board_of(term(), head, TODAY).total.all == 0
    assert Pupil.objects.count() == 0
