"""A child and a carer write their own section by a link, without an account."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, FeedRun
from core.roles import Role
from peps.models import PEP, ContributorLink, FormVersion, PEPSection
from peps.rules.workflow import Contributor
from peps.services import links
from tests.factories import (
    AllocationFactory,
    EpisodeFactory,
    MembershipFactory,
    PEPFactory,
    UserFactory,
    YearGroupFactory,
    looked_after,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OWN = "/peps/own/"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")
    cache.clear()


@pytest.fixture
def teacher():
    return MembershipFactory().user


@pytest.fixture
def pep(teacher):
    child = looked_after(
        school=teacher.school_memberships.get().school, forename="Amara", surname="Quill", known_as="", dob="2012-03-01"
    )
    return PEPFactory(pupil=child, form=FormVersion.objects.get(), phase="secondary", state="open")


def make(pep, actor, party=Contributor.CHILD):
    return links.make_link(pep=pep, party=party, actor=actor, now=NOW)


def opened(token, client=None):
    """A browser that has opened the link."""
    client = client or Client()
    answer = client.get(reverse("peps:own_open", args=[token]))
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, OWN, "no-referrer")
    return client


def answers(pep, code="C"):
    return PEPSection.objects.get(pep=pep, code=code).answers


def test_only_the_hash_of_the_token_is_kept_anywhere(pep, teacher):
    link, token = make(pep, teacher)
    opened(token).get(OWN)
    assert link.token_hash == links.hash_of(token)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("peps_", "core_access", "pghistory_", "django_session")):
                cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s', [f"%{token}%"])
                assert cursor.fetchone() is None, table


def test_the_child_sees_a_first_name_and_the_own_questions_only(pep, teacher):
    PEPSection.objects.create(pep=pep, code="A", answers={"emergency_contact": "Ring Delphine Oakes"})
    page = opened(make(pep, teacher)[1]).get(OWN)
    text = page.content.decode()
    assert "Amara, this is your part" in text
    assert "What do you find hard?" in text
    for never in ("Quill", "Oakes", teacher.name, "How were the views given", "Parts of this child"):
        assert never not in text
    assert page["Cache-Control"] == "no-store, private"
    assert "noindex" in page["X-Robots-Tag"]
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("year", "words"), [(1, "What is hard for you?"), (5, "What would help you?")])
def test_words_of_the_childs_age(pep, teacher, year, words):
    YearGroupFactory(pupil=pep.pupil, nc_year=year)
    PEP.objects.update(phase="primary")
    assert words in opened(make(pep, teacher)[1]).get(OWN).content.decode()


def test_saved_as_typed_then_finished(pep, teacher):
    link, token = make(pep, teacher)
    child = opened(token)
    child.get(OWN)
    told = child.post(f"{OWN}save/", {"hard": "Fractions", "was": "{}"}).json()
    assert (told["revision"], told["clashes"], told["faults"]) == (1, [], {})
    page = child.post(OWN, {"hard": "Fractions", "going_well": "Art", "was": told["was"], "finished": "1"})
    assert "Thank you" in page.content.decode()
    assert answers(pep) == {"hard": "Fractions", "going_well": "Art", "how_obtained": "written"}
    row = PEPSection.objects.get(pep=pep, code="C")
    assert (row.changed_by, row.changed_as) == (None, "child")
    assert child.get(OWN).status_code == 404
    assert Client().get(reverse("peps:own_open", args=[token])).status_code == 404
    trace = AccessEvent.objects.filter(subject_id=pep.pupil_id, action="decided").order_by("pk")
    assert [(e.user_id, e.detail["link"], e.detail["what"]) for e in trace] == [
        (teacher.pk, link.pk, "made"), (None, link.pk, "opened"), (None, link.pk, "finished"),
    ]  # fmt: skip


def test_the_history_names_the_link(pep, teacher):
    from pghistory.models import Events

    link, token = make(pep, teacher)
    opened(token).post(f"{OWN}save/", {"hard": "Fractions", "was": "{}"})
    event = Events.objects.tracks(PEPSection.objects.get(pep=pep, code="C")).order_by("pgh_created_at").last()
    assert event.pgh_context["link"] == link.pk
    assert event.pgh_context["user"] is None


def test_whoever_is_signed_in_on_the_browser_has_no_part(pep, teacher, client):
    """Neither shown nor named, and still signed in afterwards."""
    from pghistory.models import Events

    client.force_login(teacher)
    token = make(pep, teacher)[1]
    opened(token, client)
    page = client.get(OWN)
    assert page.context["user"] == AnonymousUser()
    assert teacher.name not in page.content.decode()
    client.post(f"{OWN}save/", {"hard": "Fractions", "was": "{}"})
    row = PEPSection.objects.get(pep=pep, code="C")
    assert row.changed_by is None
    assert Events.objects.tracks(row).order_by("pgh_created_at").last().pgh_context["user"] is None
    assert client.get("/").status_code == 200
    assert "pep_link" not in client.session


def test_a_carers_link_opens_the_carers_section_only(pep, teacher):
    child = opened(make(pep, teacher, Contributor.CARER)[1])
    text = child.get(OWN).content.decode()
    assert "How does home help with learning?" in text
    assert "What the parents say" not in text
    page = child.post(OWN, {"home_support": "We read", "hard": "X", "was": "{}"}, follow=True)
    assert "data-app-saved>Saved</p>" in page.content.decode()
    assert answers(pep, "D") == {"home_support": "We read"}
    assert not PEPSection.objects.filter(code="C").exists()


def test_a_clash_names_nobody(pep, teacher):
    child = opened(make(pep, teacher)[1])
    PEPSection.objects.create(pep=pep, code="C", answers={"hard": "Maths"}, changed_by=teacher, changed_as="teacher")
    told = child.post(f"{OWN}save/", {"hard": "Reading", "was": "{}"}).json()
    assert [(c["by"], c["theirs"]) for c in told["clashes"]] == [("Somebody else", "Maths")]
    assert teacher.name not in child.post(OWN, {"hard": "Reading", "was": "{}"}).content.decode()


def test_one_answer_to_every_link_that_does_not_work(pep, teacher, time_machine):
    """Run out, withdrawn, replaced, finished, of a submitted PEP, never made: the same page."""
    first, second = make(pep, teacher)[1], make(pep, teacher)
    carer = make(pep, teacher, Contributor.CARER)
    links.withdraw_link(link=carer[0], actor=teacher, now=NOW)
    pages = [Client().get(reverse("peps:own_open", args=[t])) for t in ("nonsense", first, carer[1])]
    PEP.objects.update(state="submitted", held_on="2026-11-20")
    pages.append(Client().get(reverse("peps:own_open", args=[second[1]])))
    PEP.objects.update(state="open")
    time_machine.move_to(NOW + timedelta(days=7))
    pages.append(Client().get(reverse("peps:own_open", args=[second[1]])))
    bodies = {re.sub(r'nonce="[^"]*"', "", page.content.decode()) for page in pages}
    assert {page.status_code for page in pages} == {404}
    assert len(bodies) == 1
    assert "ask the person who gave you the link" in bodies.pop()


def test_many_wrong_links_from_one_place_are_not_looked_up(pep, teacher, settings):
    settings.PERSON_LIMITS = {"wrong_links": (2, 300)}
    token = make(pep, teacher)[1]
    tries = [Client().get(reverse("peps:own_open", args=["wrong"])).status_code for _ in range(4)]
    assert tries == [404, 404, 404, 429]
    assert Client().get(reverse("peps:own_open", args=[token])).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(reverse("peps:own_open", args=[token])).status_code == 302


def test_saves_by_one_link_are_limited(pep, teacher, settings):
    settings.PERSON_LIMITS = {"link_saves": (1, 300)}
    child = opened(make(pep, teacher)[1])
    assert [child.post(f"{OWN}save/", {"hard": "x", "was": "{}"}).status_code for _ in range(2)] == [200, 429]


def test_the_token_stays_out_of_the_log():
    from core.logs import without_address_secrets

    event = without_address_secrets(None, "", {"request": "GET /peps/own/open/abc-123/"})
    assert event["request"] == "GET /peps/own/open/.../"


def test_who_may_make_a_link(pep, teacher):
    worker = AllocationFactory(pupil=pep.pupil, kind="social_worker", user=UserFactory(role="social_worker")).user
    for person in (teacher, worker, UserFactory(role=Role.ADVISER.value)):
        assert make(pep, person)[0].made_by == person
    assert ContributorLink.objects.filter(withdrawn_at=None).count() == 1
    for person in (MembershipFactory().user, AllocationFactory(pupil=pep.pupil).user):
        with pytest.raises(PermissionDenied):
            make(pep, person)


def test_no_link_before_the_plan_is_open(pep):
    PEP.objects.update(state="planned")
    with pytest.raises(ValidationError, match="This PEP is planned"):
        make(pep, UserFactory(role=Role.ADVISER.value))


def test_the_carers_link_ends_with_the_placement(pep, teacher):
    _, carers = make(pep, teacher, Contributor.CARER)
    _, childs = make(pep, teacher)
    later = NOW + timedelta(days=2)
    assert links.find_link(carers, later)
    EpisodeFactory(pupil=pep.pupil, decom=date(2026, 11, 24), rne="P")
    assert links.find_link(carers, NOW)
    assert links.find_link(carers, later) is None
    assert links.find_link(childs, later)


@pytest.mark.parametrize(("minutes", "holds"), [(-5, True), (5, False)])
def test_a_move_on_the_day_of_the_link_counts_when_it_was_told_afterwards(pep, teacher, minutes, holds):
    _, carers = make(pep, teacher, Contributor.CARER)
    run = FeedRun.objects.create(kind="ssda903", applied_at=NOW + timedelta(minutes=minutes))
    EpisodeFactory(pupil=pep.pupil, decom=NOW.date(), rne="P", run=run)
    assert bool(links.find_link(carers, NOW + timedelta(hours=1))) is holds


class TestPage:
    def url(self, pep):
        return reverse("peps:links", args=[pep.pk])

    def test_shown_once_and_withdrawn(self, client, pep, teacher):
        client.force_login(teacher)
        assert self.url(pep) in client.get(reverse("peps:pep", args=[pep.pk])).content.decode()
        text = client.post(self.url(pep), {"party": "child"}).content.decode()
        address = re.search(r"http://testserver(/peps/own/open/[\w-]{43}/)", text)[1]
        assert address not in client.get(self.url(pep)).content.decode()
        assert Client().get(address).status_code == 302
        client.post(reverse("peps:link_withdraw", args=[pep.pk, ContributorLink.objects.get().pk]))
        assert Client().get(address).status_code == 404

    def test_mailed_to_the_carer_without_a_name(self, client, pep, teacher, settings, mailoutbox):
        settings.EMAIL_HOST = "mail.example"
        client.force_login(teacher)
        page = client.post(self.url(pep), {"party": "carer", "email": "carer@home.example"})
        (mail,) = mailoutbox
        address = re.search(r"http://testserver(/peps/own/open/\S+)", mail.body)[1]
        assert mail.to == ["carer@home.example"]
        assert "Amara" not in mail.body and "Quill" not in mail.body + mail.subject
        assert address not in page.content.decode()
        assert Client().get(address).status_code == 302
        refused = client.post(self.url(pep), {"party": "child", "email": "amara@home.example"})
        assert "handed over by an adult" in refused.content.decode()
        assert len(mailoutbox) == 1
