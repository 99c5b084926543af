"""Nobody reaches a child out of their scope: not by list, search, number, export, filter choice or page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.models import User
from core.roles import Role
from pupils.models import Allocation, Delegation
from tests import factories as make
from tests.access.walking import Walk, text_of
from tests.access.world import NOW, TODAY, Side, World

SEE_OWN_CHILDREN = [Role.IRO, Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.SCHOOL_COLLEAGUE]
EXPORT_NOTHING = {Role.SOCIAL_WORKER, Role.SCHOOL_COLLEAGUE}
SEE_NO_CHILD = [Role.FINANCE_OFFICER, Role.BOARD_READER, Role.SYSTEM_ADMIN]
SEE_ALL = [Role.VSH, Role.ADVISER, Role.DATA_OFFICER]
ADDRESSES = re.compile(r"""(?:href|action|src|data-[a-z-]*url)=["']([^"']*)["']|^Location: (.*)$""", re.MULTILINE)


def found_in(text: str, words: tuple[str, ...]) -> list[str]:
    folded = text.casefold()
    return [word for word in words if word.casefold() in folded]


# ---------------------------------------------------------------- every page, rendered


@pytest.mark.parametrize("role", SEE_OWN_CHILDREN)
def test_no_page_tells_of_a_foreign_child(role: Role, walked: Walk, world: World) -> None:
    words = (*world.foreign.child_words, *world.foreign.school_words)
    told = {page.url: found for page in walked.of(role) if (found := found_in(page.text, words))}
    assert told == {}


@pytest.mark.parametrize("role", SEE_NO_CHILD)
def test_some_roles_see_no_child_at_all(role: Role, walked: Walk, world: World) -> None:
    words = (*world.own.child_words, *world.foreign.child_words)
    pages = walked.of(role)
    assert pages
    assert {page.url: found for page in pages if (found := found_in(page.text, words))} == {}


@pytest.mark.parametrize("role", SEE_OWN_CHILDREN + SEE_ALL)
def test_their_own_children_are_there(role: Role, walked: Walk, world: World) -> None:
    """The walk would notice: the same words of the own child are found."""
    child = world.own.pupil
    told = {page.name for page in walked.of(role) if child.surname in page.text}
    assert {"home", "pupils:list", "pupils:detail", "provision:list"} - ({"home"} if role in SEE_ALL else set()) <= told
    if role not in EXPORT_NOTHING:
        exports = [page for page in walked.of(role) if page.name in {"pupils:export_csv", "pupils:export_xlsx"}]
        assert exports
        assert all(child.upn in page.text for page in exports)


def test_protected_postcodes_are_on_no_page(walked: Walk, world: World) -> None:
    words = (*world.own.postcodes, *world.foreign.postcodes)
    words += tuple(word.replace(" ", "") for word in words)
    assert {(page.role, page.url) for page in walked.pages if found_in(page.text, words)} == set()


def test_names_and_numbers_stand_in_no_address_header_log_or_trace(walked: Walk, world: World) -> None:
    words = (*world.own.child_words, *world.foreign.child_words)
    addresses = {a or b for page in walked.pages for a, b in ADDRESSES.findall(f"{page.headers}\n{page.text}")}
    assert len(addresses) > 100
    assert [address for address in addresses if found_in(address, words)] == []
    assert [page.url for page in walked.pages if found_in(page.url + page.headers, words)] == []
    assert walked.log
    assert [line for line in walked.log if found_in(line, (*words, *world.own.postcodes))] == []
    assert walked.traces
    assert found_in(walked.traces, words) == []


# ---------------------------------------------------------------- searching


def search(client: Client, text: str) -> str:
    """The page that a search ends on."""
    answer = client.post(reverse("pupils:search"), {"q": text}, follow=True)
    assert answer.status_code == 200
    return text_of(answer)


def result_links(page: str) -> list[str]:
    return re.findall(r"/children/(\d+)/", page)


@pytest.mark.parametrize("role", SEE_OWN_CHILDREN)
def test_a_foreign_child_is_not_found_by_any_of_its_words(
    role: Role, world: World, client_of: Callable[[Role], Client]
) -> None:
    client = client_of(role)
    for words in (*world.foreign.child_words, "strange", "xchild2", f" {world.foreign.pupil.upn.lower()} "):
        page = search(client, words)
        assert str(world.foreign.pupil.pk) not in result_links(page)
        # The page repeats what was typed, without the spaces around it.
        assert found_in(page.replace(words.strip(), ""), world.foreign.child_words) == []


@pytest.mark.parametrize("role", SEE_OWN_CHILDREN + SEE_ALL)
def test_the_own_child_is_found_by_each_of_its_words(
    role: Role, world: World, client_of: Callable[[Role], Client]
) -> None:
    client, own = client_of(role), world.own.pupil
    for words in (own.forename, own.surname.upper(), own.known_as, own.child_id.lower(), own.upn, world.own.former_upn):
        assert str(own.pk) in result_links(search(client, words)), words


@pytest.mark.parametrize("text", ["", " ", "-", "'", "%", "_", "\\", "0", "\x00", "a" * 500])
def test_an_empty_or_odd_search_lists_nobody_else(text: str, world: World, client_of: Callable[[Role], Client]) -> None:
    page = search(client_of(Role.DESIGNATED_TEACHER), text)
    assert found_in(page, world.foreign.child_words) == []


# ---------------------------------------------------------------- choices and forged values


FILTERED_PAGES = [
    (name, role)
    for name in ("pupils:list", "pupils:export_csv", "provision:list")
    for role in SEE_OWN_CHILDREN
    if name != "pupils:export_csv" or role not in EXPORT_NOTHING  # the matrix holds the 403
]


@pytest.mark.parametrize(("name", "role"), FILTERED_PAGES)
def test_a_forged_filter_value_finds_nobody(
    name: str, role: Role, world: World, client_of: Callable[[Role], Client]
) -> None:
    adviser = Allocation.objects.get(pupil=world.foreign.pupil, kind=Allocation.Kind.ADVISER).user_id
    for query in ({"school": world.foreign.school.pk}, {"adviser": adviser}, {"legal_status": "C2"}):
        page = text_of(client_of(role).get(reverse(name), query))
        assert found_in(page, (*world.foreign.child_words, *world.foreign.school_words)) == []


def test_a_teacher_records_no_exclusion_by_another_school(world: World, client_of: Callable[[Role], Client]) -> None:
    make.PlaceFactory(pupil=world.own.pupil, school=world.foreign.school, kind="dual")
    url = reverse("provision:new", args=[world.own.pupil.pk])
    client = client_of(Role.DESIGNATED_TEACHER)
    assert world.foreign.school.name not in text_of(client.get(url))
    form = client.post(url, {"school": world.foreign.school.pk, "category": "SUSP", "days": "1"}).context["form"]
    assert "school" in form.errors


# ---------------------------------------------------------------- scope begins and ends


def reached(client: Client, side: Side) -> set[str]:
    """By which ways the child is found."""
    pupil, ways = side.pupil, set()
    assert client.get(reverse("home")).status_code == 200
    if client.get(reverse("pupils:detail", args=[pupil.pk])).status_code == 200:
        ways.add("number")
    if pupil.surname in text_of(client.get(reverse("pupils:list"))):
        ways.add("list")
    if pupil.child_id in text_of(client.get(reverse("pupils:export_csv"))):
        ways.add("export")
    if str(pupil.pk) in result_links(search(client, pupil.upn)):
        ways.add("search")
    if pupil.surname in text_of(client.get(reverse("peps:list"), {"term": "all"})):
        ways.add("peps")
    return ways


ALL_WAYS = {"number", "list", "export", "search", "peps"}


@pytest.fixture
def on_day() -> Callable[..., time_machine.travel]:
    """on_day(1): tomorrow; sign in again then, as the session of today is over."""
    return lambda days: time_machine.travel(NOW + timedelta(days=days), tick=False)


@pytest.fixture
def signed_in(world: World) -> Callable[[Role], Client]:
    def sign_in(role: Role) -> Client:
        client = Client()
        client.force_login(world.users[role])
        return client

    return sign_in


@pytest.mark.parametrize("change", ["place", "membership"])
def test_a_teacher_loses_sight_the_day_after_the_last(
    change: str, world: World, signed_in: Callable[[Role], Client], on_day: Callable[..., time_machine.travel]
) -> None:
    row = world.own.membership if change == "membership" else world.own.pupil.school_places.get()
    type(row).objects.filter(pk=row.pk).update(to_on=TODAY + timedelta(days=1))
    assert reached(signed_in(Role.DESIGNATED_TEACHER), world.own) == ALL_WAYS
    with on_day(1):
        assert reached(signed_in(Role.DESIGNATED_TEACHER), world.own) == set()


@pytest.mark.parametrize("change", ["place", "membership"])
def test_a_teacher_gains_sight_on_the_first_day(
    change: str, world: World, signed_in: Callable[[Role], Client], on_day: Callable[..., time_machine.travel]
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    if change == "place":
        make.PlaceFactory(pupil=world.foreign.pupil, school=world.own.school, from_on=tomorrow)
    else:
        teacher = world.users[Role.DESIGNATED_TEACHER]
        make.MembershipFactory(user=teacher, school=world.foreign.school, from_on=tomorrow)
    assert reached(signed_in(Role.DESIGNATED_TEACHER), world.foreign) == set()
    with on_day(1):
        assert reached(signed_in(Role.DESIGNATED_TEACHER), world.foreign) == ALL_WAYS


def test_an_officer_sees_a_child_while_allocated(
    world: World, signed_in: Callable[[Role], Client], on_day: Callable[..., time_machine.travel]
) -> None:
    tomorrow, officer = TODAY + timedelta(days=1), world.users[Role.IRO]
    Allocation.objects.filter(pupil=world.own.pupil, kind="iro").update(to_on=tomorrow)
    Allocation.objects.filter(pupil=world.foreign.pupil, kind="iro").update(to_on=tomorrow)
    make.AllocationFactory(pupil=world.foreign.pupil, user=officer, kind="iro", from_on=tomorrow)
    assert reached(signed_in(Role.IRO), world.own) == ALL_WAYS
    assert reached(signed_in(Role.IRO), world.foreign) == set()
    with on_day(1):
        assert reached(signed_in(Role.IRO), world.own) == set()
        assert reached(signed_in(Role.IRO), world.foreign) == ALL_WAYS


COLLEAGUES_WAYS = ALL_WAYS - {"export"}


@pytest.mark.parametrize("change", ["place", "membership", "delegation"])
def test_a_colleague_loses_sight_the_day_after_the_last(
    change: str, world: World, signed_in: Callable[[Role], Client], on_day: Callable[..., time_machine.travel]
) -> None:
    rows = {
        "place": world.own.pupil.school_places.get(),
        "membership": world.own.membership,
        "delegation": world.own.delegation,
    }
    row = rows[change]
    type(row).objects.filter(pk=row.pk).update(to_on=TODAY + timedelta(days=1))
    assert reached(signed_in(Role.SCHOOL_COLLEAGUE), world.own) == COLLEAGUES_WAYS
    with on_day(1):
        assert reached(signed_in(Role.SCHOOL_COLLEAGUE), world.own) == set()


@pytest.mark.parametrize("change", ["ended", "closed account", "other role", "other role of the colleague"])
def test_a_colleague_loses_sight_at_once(change: str, world: World, signed_in: Callable[[Role], Client]) -> None:
    teacher, colleague = world.users[Role.DESIGNATED_TEACHER], world.users[Role.SCHOOL_COLLEAGUE]
    assert reached(signed_in(Role.SCHOOL_COLLEAGUE), world.own) == COLLEAGUES_WAYS
    people = User.objects.filter(pk=teacher.pk)
    match change:
        case "ended":
            Delegation.objects.filter(pk=world.own.delegation.pk).update(ended_at=NOW, ended_by=teacher)
        case "closed account":
            people.update(is_active=False)
        case "other role":
            people.update(role=Role.IRO)
        case _:
            User.objects.filter(pk=colleague.pk).update(role=Role.SOCIAL_WORKER)
    assert reached(signed_in(Role.SCHOOL_COLLEAGUE), world.own) == set()


def test_when_a_child_changes_school_the_old_one_loses_sight_and_the_new_one_gains_it(
    world: World, on_day: Callable[..., time_machine.travel]
) -> None:
    """Teacher and colleague of both schools, on the last day at the old one and on the first at the new one."""
    tomorrow, old, new = TODAY + timedelta(days=1), world.own, world.foreign
    old.pupil.school_places.update(to_on=tomorrow)
    make.PlaceFactory(pupil=old.pupil, school=new.school, from_on=tomorrow)
    make.DelegationFactory(
        pupil=old.pupil, school=new.school, given_by=new.delegation.given_by, colleague=new.delegation.colleague
    )

    def who() -> set[str]:
        people = {
            "old teacher": old.delegation.given_by, "old colleague": old.delegation.colleague,
            "new teacher": new.delegation.given_by, "new colleague": new.delegation.colleague,
        }  # fmt: skip
        found = set()
        for name, user in people.items():
            client = Client()
            client.force_login(user)
            if "number" in reached(client, old):
                found.add(name)
        return found

    assert who() == {"old teacher", "old colleague"}
    with on_day(1):
        assert who() == {"new teacher", "new colleague"}


def test_a_teacher_reads_nothing_of_a_delegation_whose_child_has_left(
    world: World, client_of: Callable[[Role], Client]
) -> None:
    page = reverse("delegations:list")
    assert world.own.pupil.surname in text_of(client_of(Role.DESIGNATED_TEACHER).get(page))
    world.own.pupil.school_places.update(to_on=TODAY)
    assert world.own.pupil.surname not in text_of(client_of(Role.DESIGNATED_TEACHER).get(page))
    assert "not on the roll" in text_of(client_of(Role.VSH).get(page))


def test_a_closed_account_reaches_nothing(world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(Role.VSH)
    type(world.users[Role.VSH]).objects.filter(pk=world.users[Role.VSH].pk).update(is_active=False)
    assert client.get(reverse("pupils:list")).status_code == 302


# ---------------------------------------------------------------- the protected postcodes


@pytest.mark.parametrize("role", [Role.VSH, Role.ADVISER, Role.IRO, Role.SOCIAL_WORKER])
def test_postcodes_are_shown_once_after_asking(role: Role, world: World, client_of: Callable[[Role], Client]) -> None:
    client, pupil = client_of(role), world.own.pupil
    care = reverse("pupils:care", args=[pupil.pk])
    client.post(reverse("pupils:reveal_address", args=[pupil.pk]))
    assert found_in(text_of(client.get(care)), world.own.postcodes) == list(world.own.postcodes)
    assert found_in(text_of(client.get(care)), world.own.postcodes) == []


def test_what_was_revealed_of_one_child_opens_no_other(world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(Role.VSH)
    client.post(reverse("pupils:reveal_address", args=[world.own.pupil.pk]))
    page = text_of(client.get(reverse("pupils:care", args=[world.foreign.pupil.pk])))
    assert found_in(page, (*world.foreign.postcodes, *world.own.postcodes)) == []


@pytest.mark.parametrize("role", [Role.DESIGNATED_TEACHER, Role.DATA_OFFICER])
def test_postcodes_are_never_shown_to(role: Role, world: World, client_of: Callable[[Role], Client]) -> None:
    client, pupil = client_of(role), world.own.pupil
    assert client.post(reverse("pupils:reveal_address", args=[pupil.pk])).status_code == 403
    page = client.get(reverse("pupils:care", args=[pupil.pk]))
    assert found_in(text_of(page), world.own.postcodes) == []
