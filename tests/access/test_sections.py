"""A colleague sees of each child the delegated sections, and nothing tells of the others: no page, order or filter."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from attendance.rules import AttendanceBand
from core.panels import (
    ChangeSource,
    ChildNext,
    ChildTab,
    HomeCard,
    HomeNeeds,
    OverviewCard,
    RollAlerts,
    RollColumn,
    RollFilter,
    SchoolCard,
    TimelineSource,
    panels_for,
)
from core.roles import Role
from core.sections import CHOOSABLE, Section
from pupils.models import CareEpisode, Delegation, Pupil
from tests import factories as make
from tests.access.matrix import MATRIX, OWN
from tests.access.test_reach import found_in, search
from tests.access.walking import QUERIES, text_of
from tests.access.world import MONDAY, World
from tests.factories import SCHOOL_YEAR, marks_of

COLLEAGUE = Role.SCHOOL_COLLEAGUE
SECTION_OF: dict[str, Section] = {
    "pupils:detail": Section.BASICS,
    "pupils:timeline": Section.BASICS,
    "pupils:school": Section.SCHOOL,
    "attendance:child": Section.ATTENDANCE,
    "attainment:child": Section.ATTAINMENT,
    "attainment:record": Section.ATTAINMENT,
    "peps:child": Section.PEPS,
    "peps:record_meeting": Section.PEPS,
    "peps:arrange": Section.PEPS,
    "peps:meeting": Section.PEPS,
    "peps:meeting_file": Section.PEPS,
    "peps:meeting_move": Section.PEPS,
    "peps:meeting_cancel": Section.PEPS,
    "peps:meeting_person_new": Section.PEPS,
    "peps:meeting_person": Section.PEPS,
    "peps:pep": Section.PEPS,
    "peps:section": Section.PEPS,
    "peps:targets": Section.PEPS,
    "peps:target_new": Section.PEPS,
    "peps:target_edit": Section.PEPS,
    "peps:target_review": Section.PEPS,
    "peps:sign_off": Section.PEPS,
    "peps:files": Section.PEPS,
    "peps:pdf": Section.PEPS,
    "peps:child_pdf": Section.PEPS,
    "peps:links": Section.PEPS,
    "peps:circumstances": Section.PEPS,
    "provision:exclusion": Section.EXCLUSIONS,
    "provision:new": Section.EXCLUSIONS,
}
"""The pages of a child that a colleague may open, by the section they are of."""
LISTS = ("home", "more", "pupils:list", "peps:list", "peps:mine", "provision:list")


@pytest.fixture
def client(client_of: Callable[[Role], Client]) -> Client:
    return client_of(COLLEAGUE)


def pages_with_rows() -> Iterator[str]:
    for name, entry in MATRIX.items():
        if entry.get.of(COLLEAGUE, OWN) == 200 and entry.get.own != entry.get.foreign:
            yield name


def test_each_page_of_a_child_has_a_section() -> None:
    assert set(pages_with_rows()) == set(SECTION_OF)


@pytest.mark.parametrize("section", CHOOSABLE)
def test_only_the_pages_of_the_delegated_section_open(section: Section, world: World, client: Client) -> None:
    Delegation.objects.filter(pk=world.own.delegation.pk).update(sections=[section])
    found = {
        name: client.get(reverse(name, kwargs=MATRIX[name].kwargs(world, world.own))).status_code for name in SECTION_OF
    }
    assert found == {name: 200 if own in {section, Section.BASICS} else 404 for name, own in SECTION_OF.items()}


@pytest.mark.parametrize("name", ["peps:record_meeting", "provision:new", "attainment:record"])
def test_nothing_is_recorded_in_a_section_that_is_not_delegated(name: str, world: World, client: Client) -> None:
    Delegation.objects.filter(pk=world.own.delegation.pk).update(sections=["attendance"])
    entry = MATRIX[name]
    url = reverse(name, kwargs=entry.kwargs(world, world.own))
    assert client.post(url, entry.data(world, world.own)).status_code == 404
    assert world.own.pupil.exclusions.count() == 1
    assert world.own.pupil.peps.filter(state="open").count() == 1


# ---------------------------------------------------------------- two children, of one of them attendance only


SECRET_WORDS = ("Secretsubject", "Secretdue", "Secretexcluder", "S3CR3T", "9012345678", "Secretformer")


@pytest.fixture
def narrow(world: World) -> Pupil:
    """A second child at the own school, of whom only the attendance is delegated; everything else bears a word."""
    given = world.own.delegation
    pupil = make.looked_after(
        school=world.own.school, forename="Narrow", surname="Narrowchild", sort_name="narrowchild narrow",
        upn=make.upn_of(6_666), uln="9012345678", send="E", dob=world.own.pupil.dob,
    )  # fmt: skip
    CareEpisode.objects.filter(pupil=pupil).update(home_post="S3CR3T")
    make.PlaceFactory(pupil=pupil, school=make.SchoolFactory(name="Secretformer School"), to_on=MONDAY)
    make.ResultFactory(pupil=pupil, subject="Secretsubject")
    make.TermAssessmentFactory(pupil=pupil, subject="Secretsubject")
    make.PEPFactory(pupil=pupil, due_on=MONDAY, due_because="Secretdue")
    make.ExclusionFactory(pupil=pupil, school=make.SchoolFactory(name="Secretexcluder School"), from_on=MONDAY)
    absent = marks_of(SCHOOL_YEAR, {(MONDAY, "AM"): "N", (MONDAY, "PM"): "N"})
    make.EffectiveRegisterFactory(pupil=pupil, marks=absent)
    make.DelegationFactory(
        pupil=pupil, school=given.school, given_by=given.given_by, colleague=given.colleague, sections=["attendance"]
    )
    return pupil


def test_no_page_tells_of_what_is_not_delegated(narrow: Pupil, world: World, client: Client) -> None:
    words = (*SECRET_WORDS, narrow.upn)
    urls = [
        f"{reverse(name)}?{query}" for name in LISTS for query in ("", *QUERIES.get(name, ()), "sort=alerts", "send=E")
    ]
    kwargs = {"pupil_id": narrow.pk}
    urls += [reverse(name, kwargs=kwargs) for name in ("pupils:detail", "pupils:timeline", "attendance:child")]
    answers = {url: client.get(url) for url in urls}
    assert {answer.status_code for answer in answers.values()} == {200}
    texts = {url: text_of(answer) for url, answer in answers.items()}
    assert {url: found for url, text in texts.items() if (found := found_in(text, words))} == {}
    assert sum("Narrowchild" in text for text in texts.values()) > 5
    # The same words stand there for the teacher, so the test would notice.
    assert narrow.pk in Delegation.objects.filter(sections=["attendance"]).values_list("pupil_id", flat=True)


def row_of(page: str, pupil: Pupil) -> str:
    """The row of a table that links to the child."""
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    return " ".join(row for row in rows if f"/children/{pupil.pk}/" in row)


@pytest.mark.parametrize("name", ["pupils:list", "home"])
def test_columns_and_alerts_speak_of_the_delegated_section_only(
    name: str, narrow: Pupil, world: World, client: Client, client_of: Callable[[Role], Client]
) -> None:
    """One child's PEP is overdue and not delegated: the teacher reads so, the colleague does not."""
    mine = row_of(text_of(client.get(reverse(name))), narrow)
    assert "Attendance under 50%" in mine
    assert "PEP overdue" not in mine
    assert "PEP overdue" in row_of(text_of(client_of(Role.DESIGNATED_TEACHER).get(reverse(name))), narrow)
    others = row_of(text_of(client.get(reverse(name))), world.own.pupil)
    assert re.search(r"Due|due", others)


def listed(client: Client, query: str) -> list[int]:
    page = text_of(client.get(f"{reverse('pupils:list')}?{query}"))
    return [int(pk) for pk in re.findall(r'<th scope="row"[^>]*><div><a[^>]*href="/children/(\d+)/"', page)]


def test_no_filter_and_no_order_tells_of_what_is_not_delegated(narrow: Pupil, world: World, client: Client) -> None:
    own = world.own.pupil
    assert listed(client, "pep=overdue") == []
    assert listed(client, "pep=none") == []
    assert listed(client, "send=E") == []
    assert listed(client, f"attendance={AttendanceBand.UNDER_50.value}") == [narrow.pk]
    # The narrow child's PEP is due before the other's, which is due in December: without a place it comes last.
    assert listed(client, "sort=pep") == [own.pk, narrow.pk]
    assert listed(client, "sort=-pep") == [own.pk, narrow.pk]
    Delegation.objects.filter(pupil=narrow).update(sections=["attendance", "peps"])
    assert listed(client, "pep=overdue") == [narrow.pk]
    assert listed(client, "sort=pep") == [narrow.pk, own.pk]


def test_counts_on_the_home_page_are_of_the_delegated_children(narrow: Pupil, client: Client) -> None:
    """Two exclusions at the school in the last week, of one child of whom they are delegated."""
    needs = {need.text: need.count for need in client.get(reverse("home")).context["needs"]}
    assert needs["Exclusions of the last 7 days"] == 1
    assert "PEP meetings overdue" not in needs
    assert needs["Children below 50% attendance this year"] == 1


def test_a_past_day_of_the_roll_is_not_asked(narrow: Pupil, client: Client) -> None:
    CareEpisode.objects.filter(pupil=narrow).update(decom=MONDAY)
    assert narrow.pk in listed(client, "on_0=1&on_1=10&on_2=2024")


def test_a_former_upn_leads_to_nobody_new(narrow: Pupil, world: World, client: Client) -> None:
    assert world.foreign.pupil.surname not in search(client, world.foreign.former_upn)


# ---------------------------------------------------------------- default deny


KINDS = (
    ChildTab, OverviewCard, ChildNext, HomeCard, HomeNeeds, RollColumn, RollAlerts, RollFilter, TimelineSource,
    ChangeSource, SchoolCard,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_without_a_section_is_shut(kind: type, world: World) -> None:
    user = world.users[COLLEAGUE]
    assert all(panel.section is not None for panel in panels_for(kind, user))
    assert panels_for(kind, user, world.foreign.pupil) == []


def test_a_model_without_a_section_shows_no_row(world: World) -> None:
    user = world.users[COLLEAGUE]
    assert Pupil.objects.visible_to(user).count() == 1
    assert not world.own.pupil.episodes.visible_to(user).exists()
    assert not world.own.pupil.former_upns.visible_to(user).exists()
    assert not world.own.pupil.allocations.visible_to(user).exists()
    assert world.own.pupil.peps.visible_to(user).exists()


def test_the_dates_of_care_are_told_to_no_colleague(world: World, client: Client) -> None:
    page = text_of(client.get(reverse("pupils:detail", args=[world.own.pupil.pk])))
    assert "Looked after" not in page
