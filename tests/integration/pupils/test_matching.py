"""Which child a row means: UPN now or before, then child id; names only propose."""

from datetime import date

import pytest

from core.feeds.base import Severity
from pupils.matching import Match, PupilIndex
from pupils.models import FormerUPN, Pupil
from tests.integration.pupils.conftest import upn_for

BORN = date(2012, 3, 4)


@pytest.fixture
def two(db: None) -> tuple[Pupil, Pupil]:
    ann = Pupil.objects.create(child_id="A1", upn=upn_for(1), forename="Aoife", surname="O\u2019Dell", dob=BORN)
    ben = Pupil.objects.create(child_id="B2", upn="", forename="Ben", known_as="Benji", surname="Moss", dob=BORN)
    FormerUPN.objects.create(pupil=ann, upn=upn_for(9))
    return ann, ben


def test_by_upn_then_former_upn_then_child_id(two: tuple[Pupil, Pupil]) -> None:
    ann, ben = two
    index = PupilIndex.load()
    assert index.match(upn=upn_for(1)) == Match(ann.pk)
    assert index.match(upn=f" {upn_for(9).lower()}\u00a0") == Match(ann.pk)
    assert index.match(child_id=" b2 ") == Match(ben.pk)
    assert index.match(child_id="B2", upn="UN3") == Match(ben.pk)


def test_a_current_upn_goes_before_another_childs_former_one(two: tuple[Pupil, Pupil]) -> None:
    ann, ben = two
    FormerUPN.objects.create(pupil=ben, upn=upn_for(1))
    assert PupilIndex.load().match(upn=upn_for(1)).pupil_id == ann.pk


def test_upn_and_child_id_of_different_children_hold_the_row(two: tuple[Pupil, Pupil]) -> None:
    match = PupilIndex.load().match(child_id="B2", upn=upn_for(1))
    assert (match.pupil_id, match.code, match.severity) == (None, "TWO_CHILDREN", Severity.ERROR)
    assert "A1" in match.message
    assert "B2" in match.message


def test_a_former_upn_of_two_children_needs_the_child_id(two: tuple[Pupil, Pupil]) -> None:
    ben = two[1]
    FormerUPN.objects.create(pupil=ben, upn=upn_for(9))
    index = PupilIndex.load()
    assert index.match(upn=upn_for(9)).code == "UPN_TWO_CHILDREN"
    assert index.match(upn=upn_for(9), child_id="B2").pupil_id == ben.pk


def test_a_wrong_or_unknown_number_warns_where_the_other_one_finds_the_child(two: tuple[Pupil, Pupil]) -> None:
    ann, ben = two
    index = PupilIndex.load()
    wrong = index.match(child_id="B2", upn="A801200005001")
    assert (wrong.pupil_id, wrong.code, wrong.severity) == (ben.pk, "UPN_INVALID", Severity.WARNING)
    assert index.match(child_id="B2", upn=upn_for(5)).code == "UPN_NOT_OURS"
    unknown = index.match(child_id="NOBODY", upn=upn_for(1))
    assert (unknown.pupil_id, unknown.code) == (ann.pk, "CHILD_ID_NOT_OURS")


def test_nobody_is_held_and_a_name_only_proposes(two: tuple[Pupil, Pupil]) -> None:
    index = PupilIndex.load()
    assert index.match().code == "NO_CHILD"
    assert index.match(child_id="X", upn=upn_for(5)).code == "UNKNOWN_CHILD"
    proposed = index.match(child_id="X", forename="aoife", surname="O'Dell", dob=BORN)
    assert (proposed.pupil_id, proposed.proposal) == (None, "A1")
    assert index.match(child_id="X", forename="Benji", surname="MOSS", dob=BORN).proposal == "B2"
    assert index.match(child_id="X", forename="Aoife", surname="O'Dell", dob=date(2012, 3, 5)).proposal == ""


def test_many_at_once_in_three_queries(two: tuple[Pupil, Pupil], django_assert_num_queries) -> None:
    with django_assert_num_queries(3):
        index = PupilIndex.load()
        found = index.match_many([("A1", ""), ("", upn_for(1)), ("A1", ""), ("X", "")])
    assert {pair: match.pupil_id for pair, match in found.items()} == {
        ("A1", ""): two[0].pk,
        ("", upn_for(1)): two[0].pk,
        ("X", ""): None,
    }
