"""Break-glass against the whole site: a child opened in an emergency is on its own pages, to read, and nowhere else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.models import AccessEvent, User
from core.roles import Role
from pupils.models import EmergencyAccess
from tests import factories as make
from tests.access.matrix import MATRIX, OWN, child
from tests.access.test_matrix import written
from tests.access.walking import QUERIES, text_of
from tests.access.world import NOW, World

OPENERS = [Role.IRO, Role.SOCIAL_WORKER]
READS = {"pupils:reveal_address", "pupils:protected_show"}
"""POSTs that only show something."""
ONLY_WRITE = {"pupils:protected_new", "rights:consent_new", "rights:give_notice", "rights:print_new"}
"""Pages that are nothing but a form, or take the record out of the house."""
BREAKS_THE_GLASS = {"pupils:emergency_new", "pupils:emergency_close"}


def names_a_child(name: str) -> bool:
    """Addresses of one child, or of a row that hangs off one."""
    return MATRIX[name].kwargs is child or name in {
        "provision:exclusion", "pupils:protected_show", "pupils:protected_new", "pupils:protected_end",
        "peps:record_meeting",
    }  # fmt: skip


CHILD_PAGES = [name for name in MATRIX if names_a_child(name)]


@pytest.fixture
def opened(world: World) -> Callable[[Role], EmergencyAccess]:
    def open_foreign(role: Role) -> EmergencyAccess:
        access: EmergencyAccess = make.EmergencyAccessFactory(
            user=world.users[role], pupil=world.foreign.pupil, opened_at=NOW
        )
        return access

    return open_foreign


def url(name: str, world: World) -> str:
    return reverse(name, kwargs=MATRIX[name].kwargs(world, world.foreign))


BANNER = re.compile(r'<div class="app-notice[^>]*><p[^>]*><strong>Opened in an emergency.*?</div>', re.DOTALL)


def words_of(page: str) -> list[str]:
    """The words between the tags of the page's main part, without the banner and the count of looks."""
    main = BANNER.sub("", page[page.index("<main") : page.index("</main")])
    return re.sub(r"Who has looked \(\d+\)", "", re.sub(r"<[^>]*>", " ", main)).split()


@pytest.mark.parametrize("role", OPENERS)
def test_its_pages_say_what_they_say_to_its_own_worker(
    role: Role, world: World, client_of: Callable[[Role], Client], opened: Any
) -> None:
    opened(role)
    own = Client()
    own.force_login(User.objects.get(email=f"other-{role.value}@westmarch.example"))
    emergency, seen = client_of(role), 0
    for name in CHILD_PAGES:
        entry = MATRIX[name]
        if entry.get.of(role, OWN) != 200 or name in {*ONLY_WRITE, "pupils:who_looked"}:
            continue
        theirs, answer = own.get(url(name, world)), emergency.get(url(name, world))
        assert (theirs.status_code, answer.status_code) == (200, 200), name
        page = text_of(answer)
        assert "Opened in an emergency until" in page, name
        missing = set(words_of(text_of(theirs))) - set(words_of(page))
        assert missing <= WRITING.get(name, set()), (name, missing)
        seen += 1
    assert seen >= 7


WRITING = {
    "pupils:protected": {"Record", "contact", "restrictions", "health", "notes"},
    "pledge:child": {
        *(
            "Save",
            "answers",
            "the",
            "Pledge",
            "Child",
            "declined",
            "Does",
            "not",
            "Not",
            "apply",
            "due",
            "Partly",
            "Kept",
        ),
    },
}
"""What is missing is what writes: the link to a form, the choices of the Pledge's form."""


@pytest.mark.parametrize("role", OPENERS)
def test_nothing_of_it_can_be_changed(
    role: Role, world: World, client_of: Callable[[Role], Client], opened: Any
) -> None:
    opened(role)
    client = client_of(role)
    for name in set(CHILD_PAGES) - READS:
        entry = MATRIX[name]
        before = written()
        with transaction.atomic():
            answer = client.post(url(name, world), entry.data(world, world.foreign))
            # 405: the page takes no POST; 200: the tabs that only read, which take one as a GET is answered 403.
            assert answer.status_code in {403, 404, 405}, (name, answer.status_code)
            assert written() == before, name
    for name in ("pupils:protected_new", "pupils:protected_end", "pledge:child", "provision:new"):
        assert client.post(url(name, world), MATRIX[name].data(world, world.foreign)).status_code == 403, name
    for name in ONLY_WRITE & set(CHILD_PAGES):
        assert client.get(url(name, world)).status_code in {403, 404}, name


@pytest.mark.parametrize("role", OPENERS)
def test_it_is_on_no_list_search_download_or_figure(
    role: Role, world: World, client_of: Callable[[Role], Client], opened: Any
) -> None:
    client = client_of(role)
    pages = [
        (f"{reverse(name)}?{query}" if query else reverse(name))
        for name, entry in MATRIX.items()
        if entry.get.of(role, OWN) == 200 and not names_a_child(name) and not _has_kwargs(world, name)
        for query in ("", *QUERIES.get(name, ()))
        if name.startswith(("home", "pupils:", "peps:", "pledge:", "provision:", "schools:", "attendance:"))
    ]
    before = {page: _figures(client, page) for page in pages}
    home = _home(client)
    access = opened(role)
    assert client.get(reverse("pupils:detail", args=[access.pupil_id])).status_code == 200
    for page in pages:
        text = text_of(client.get(page))
        told = [word for word in world.foreign.child_words if word and word in text]
        if page == reverse("home"):
            assert told, "the link on the home page is the only way back"
            assert _home(client) == home
            continue
        assert told == [], page
        assert _figures(client, page) == before[page], page
    for word in (world.foreign.pupil.surname, world.foreign.pupil.upn, world.foreign.pupil.child_id):
        answer = client.post(reverse("pupils:search"), {"q": word}, follow=True)
        assert answer.redirect_chain[-1][0].endswith("search=1"), "it was not found"


def _has_kwargs(world: World, name: str) -> bool:
    return bool(MATRIX[name].kwargs(world, world.own))


def _home(client: Client) -> list[Any]:
    """The figures of the home page: what waits, and how many children."""
    context = client.get(reverse("home")).context
    totals = [card["context"].get("total") for card in context["cards"]]
    return [*((n.text, n.count) for n in (*context["needs"], *context["done"])), *totals]


def _figures(client: Client, page: str) -> list[str]:
    text = text_of(client.get(page))
    return re.findall(r"\d+", re.sub(r"<[^>]*>", " ", text[text.find("<main") :])) if "<main" in text else [text]


@pytest.mark.parametrize("role", OPENERS)
def test_it_is_shut_the_minute_it_ends(
    role: Role, world: World, client_of: Callable[[Role], Client], opened: Any
) -> None:
    access, client = opened(role), client_of(role)
    page = reverse("pupils:detail", args=[access.pupil_id])
    for minutes, status in ((239, 200), (240, 404)):
        access.opened_at, access.expires_at = NOW - timedelta(minutes=minutes), NOW + timedelta(minutes=240 - minutes)
        access.save()
        assert client.get(page).status_code == status
        assert client.get(reverse("pupils:timeline", args=[access.pupil_id])).status_code == status


def test_it_is_shut_when_the_person_closes_it_or_gets_another_role(
    world: World, client_of: Callable[[Role], Client], opened: Any
) -> None:
    access, client = opened(Role.IRO), client_of(Role.IRO)
    page = reverse("pupils:detail", args=[access.pupil_id])
    officer = world.users[Role.IRO]
    officer.role = Role.DESIGNATED_TEACHER.value
    officer.save()
    assert client.get(page).status_code == 404
    officer.role = Role.IRO.value
    officer.save()
    assert client.get(page).status_code == 200
    assert client.post(reverse("pupils:emergency_close", args=[access.pk])).status_code == 302
    assert client.get(page).status_code == 404


def test_it_opens_one_child_to_one_person(world: World, client_of: Callable[[Role], Client], opened: Any) -> None:
    opened(Role.IRO)
    page = reverse("pupils:detail", args=[world.foreign.pupil.pk])
    assert client_of(Role.IRO).get(page).status_code == 200
    assert client_of(Role.SOCIAL_WORKER).get(page).status_code == 404
    other = make.looked_after()
    assert client_of(Role.IRO).get(reverse("pupils:detail", args=[other.pk])).status_code == 404


def test_each_look_bears_the_mark(world: World, client_of: Callable[[Role], Client], opened: Any) -> None:
    access, client = opened(Role.SOCIAL_WORKER), client_of(Role.SOCIAL_WORKER)
    client.get(reverse("pupils:care", args=[access.pupil_id]))
    client.post(reverse("pupils:reveal_address", args=[access.pupil_id]))
    client.post(reverse("pupils:protected_show", args=[access.pupil_id, "contact"]))
    client.get(reverse("pupils:detail", args=[world.own.pupil.pk]))
    marks = {"relation": "emergency", "access": access.pk}
    traces = AccessEvent.objects.filter(user_id=access.user_id, subject_type="pupils.pupil")
    under = traces.filter(subject_id=access.pupil_id)
    assert set(under.values_list("action", flat=True)) == {"opened", "revealed"}
    assert all(marks.items() <= event.detail.items() for event in under)
    assert [e.detail for e in traces.filter(subject_id=world.own.pupil.pk)] == [{}]
    head = client_of(Role.VSH)
    for page in (reverse("pupils:who_looked", args=[access.pupil_id]), reverse("audit:list")):
        assert "In an emergency" in text_of(head.get(page))
