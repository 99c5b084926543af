"""Protected data is masked everywhere, shown once to those who may see it, and each look leaves one row."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from core.classification import DataClass, class_of, fields_of, our_models
from core.models import AccessEvent
from core.roles import Role
from pupils.models import CareEpisode, ProtectedNote
from tests.access.test_reach import found_in, result_links, search
from tests.access.walking import Walk, text_of
from tests.access.world import World

SEE = [Role.VSH, Role.ADVISER, Role.IRO, Role.SOCIAL_WORKER]
SEE_NOT = [r for r in Role if r not in SEE]
RECORD = [Role.VSH, Role.ADVISER, Role.SOCIAL_WORKER]
TELLING = 6
"""Shorter values stand in any page by chance."""


def page_of(world: World) -> str:
    return reverse("pupils:protected", args=[world.own.pupil.pk])


def ask_for(client: Client, world: World, what: str) -> int:
    return client.post(reverse("pupils:protected_show", args=[world.own.pupil.pk, what])).status_code


def reveals() -> list[dict[str, list[str]]]:
    return [e.detail for e in AccessEvent.objects.filter(action="revealed").order_by("pk")]


# ---------------------------------------------------------------- everywhere else


def values_of(least: DataClass) -> set[str]:
    """What stands in the fields of at least this class, long enough to be told from chance, and in no open field."""
    order = tuple(DataClass)
    classed: set[str] = set()
    open_values: set[str] = set()
    for model in our_models():
        fields = [f for f in fields_of(model) if isinstance(f, models.CharField | models.TextField)]
        for field in fields:
            found = {str(v) for v in model._default_manager.values_list(field.name, flat=True) if v}
            if order.index(class_of(model, field.name)) >= order.index(least):
                classed |= {v for v in found if len(v) >= TELLING and not v.isspace()}
            else:
                open_values |= found
    return classed - open_values


def test_no_protected_value_is_on_any_page_download_or_document(walked: Walk, world: World) -> None:
    """By the register of classes: a field that is classed protected tomorrow is looked for tomorrow.

    The former UPNs of the county are those of children who were not adopted.
    """
    words = values_of(DataClass.PROTECTED) - {world.own.former_upn, world.foreign.former_upn}
    assert {*world.own.protected_words, *world.foreign.protected_words, *world.own.postcodes} <= words
    told = {(p.role.value, p.url): f for p in walked.pages if (f := found_in(p.text + p.headers, tuple(words)))}
    assert told == {}


def test_no_classed_value_is_in_log_or_trace(walked: Walk, world: World) -> None:
    words = values_of(DataClass.PERSONAL)
    assert {world.own.pupil.surname, world.own.pupil.upn, *world.own.protected_words} <= words
    assert walked.log
    lines = "\n".join(walked.log).casefold()
    assert sorted(w for w in words if w.casefold() in lines) == []
    assert sorted(w for w in words if w.casefold() in walked.traces.casefold()) == []


# ---------------------------------------------------------------- asking


@pytest.mark.parametrize("what", ["contact", "health"])
@pytest.mark.parametrize("role", SEE)
def test_shown_once_with_one_row(role: Role, what: str, world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(role)
    word = {"contact": "Side1restriction", "health": "Side1health"}[what]
    before = client.get(page_of(world)).content.decode()
    assert word not in before
    assert "1 entry" in before
    assert ask_for(client, world, what) == 302
    assert reveals() == [{"fields": [what]}]
    shown = client.get(page_of(world)).content.decode()
    assert found_in(shown, world.own.protected_words) == [word]
    assert found_in(client.get(page_of(world)).content.decode(), world.own.protected_words) == []
    assert reveals() == [{"fields": [what]}]


@pytest.mark.parametrize("role", SEE_NOT)
def test_never_shown_to_others(role: Role, world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(role)
    assert ask_for(client, world, "contact") == 403
    assert client.get(page_of(world)).status_code == 403
    assert reveals() == []


def test_what_was_asked_of_one_child_opens_no_other(world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(Role.VSH)
    ask_for(client, world, "contact")
    page = text_of(client.get(reverse("pupils:protected", args=[world.foreign.pupil.pk])))
    assert found_in(page, (*world.own.protected_words, *world.foreign.protected_words)) == []


def test_an_unknown_kind_is_not_there(world: World, client_of: Callable[[Role], Client]) -> None:
    assert ask_for(client_of(Role.VSH), world, "everything") == 404


# ---------------------------------------------------------------- the banner


@pytest.mark.parametrize("role", [*SEE, Role.DESIGNATED_TEACHER, Role.DATA_OFFICER])
def test_each_page_of_the_child_warns(role: Role, world: World, client_of: Callable[[Role], Client]) -> None:
    client = client_of(role)
    urls = [reverse(f"pupils:{name}", args=[world.own.pupil.pk]) for name in ("detail", "school", "timeline")]
    urls.append(reverse("attendance:child", args=[world.own.pupil.pk]))
    for url in urls:
        text = client.get(url).content.decode()
        assert "Do not disclose:" in text
        assert ("Read the restriction" in text) == (role in SEE)
    ProtectedNote.objects.update(ended_at=world.own.note.recorded_at, ended_by=world.own.note.recorded_by)
    assert "Do not disclose:" not in client.get(urls[0]).content.decode()


# ---------------------------------------------------------------- recording


@pytest.mark.parametrize("role", RECORD)
def test_a_note_is_recorded_by_form_and_ended(role: Role, world: World, client_of: Callable[[Role], Client]) -> None:
    client, pupil = client_of(role), world.own.pupil
    url = reverse("pupils:protected_new", args=[pupil.pk, "health"])
    answer = client.post(url, {"note": "Carries an adrenaline pen"}, follow=True)
    assert "Carries an adrenaline pen" not in answer.content.decode()
    assert "2 entries" in answer.content.decode()
    note = ProtectedNote.objects.get(protected_text="Carries an adrenaline pen")
    assert (note.kind, note.recorded_by) == ("health", world.users[role])
    assert client.post(reverse("pupils:protected_end", args=[note.pk])).status_code == 302
    note.refresh_from_db()
    assert note.ended_by == world.users[role]
    ended_at = note.ended_at
    client.post(reverse("pupils:protected_end", args=[note.pk]))
    note.refresh_from_db()
    assert note.ended_at == ended_at
    decided = AccessEvent.objects.filter(action="decided", subject_type="pupils.pupil", subject_id=pupil.pk)
    details = [e.detail for e in decided.order_by("pk")]
    assert details == [{"note": note.pk, "kind": "health"}, {"ended": note.pk}]
    assert "adrenaline" not in str(details)


@pytest.mark.parametrize("text", ["", "   ", "a" * 2001])
def test_a_note_without_words_or_too_long_is_not_recorded(
    text: str, world: World, client_of: Callable[[Role], Client]
) -> None:
    before = ProtectedNote.objects.count()
    url = reverse("pupils:protected_new", args=[world.own.pupil.pk, "contact"])
    answer = client_of(Role.SOCIAL_WORKER).post(url, {"note": text})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert ProtectedNote.objects.count() == before


def test_former_upns_are_not_recorded_by_hand(world: World, client_of: Callable[[Role], Client]) -> None:
    url = reverse("pupils:protected_new", args=[world.own.pupil.pk, "former-upn"])
    assert client_of(Role.VSH).get(url).status_code == 404


# ---------------------------------------------------------------- adoption


def adopted(world: World) -> None:
    CareEpisode.objects.filter(pupil=world.own.pupil).update(dec=date(2026, 6, 1), rec="E12")


@pytest.mark.parametrize("role", [*SEE, Role.DATA_OFFICER, Role.DESIGNATED_TEACHER])
def test_the_former_upn_of_an_adopted_child_finds_nobody(
    role: Role, world: World, client_of: Callable[[Role], Client]
) -> None:
    client, pupil, former = client_of(role), world.own.pupil, world.own.former_upn
    assert str(pupil.pk) in result_links(search(client, former))
    adopted(world)
    assert str(pupil.pk) not in result_links(search(client, former).replace(former, ""))
    assert str(pupil.pk) in result_links(search(client, pupil.upn))
    assert former not in text_of(client.get(reverse("pupils:detail", args=[pupil.pk])))


def test_the_former_upn_is_shown_to_the_head_on_request(
    world: World, client_of: Callable[[Role], Client], tmp_path: Path
) -> None:
    adopted(world)
    client, former = client_of(Role.VSH), world.own.former_upn
    assert former not in text_of(client.get(page_of(world)))
    assert ask_for(client, world, "former-upn") == 302
    assert reveals() == [{"fields": ["former-upn"]}]
    assert former in text_of(client.get(page_of(world)))
    assert former not in text_of(client.get(page_of(world)))
    for role in (Role.ADVISER, Role.SOCIAL_WORKER, Role.DATA_OFFICER):
        assert ask_for(client_of(role), world, "former-upn") == 403


def test_a_child_who_was_not_adopted_keeps_the_former_upn_in_sight(
    world: World, client_of: Callable[[Role], Client]
) -> None:
    client = client_of(Role.VSH)
    assert world.own.former_upn in text_of(client.get(reverse("pupils:detail", args=[world.own.pupil.pk])))
    ask_for(client, world, "former-upn")
    assert world.own.former_upn not in text_of(client.get(page_of(world)))
