"""Two records become one: which rows give way, what is kept of them, and how both numbers find the child."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from attendance.models import EffectiveRegister, MarkConflict, MarkNote, Register
from core.models import AccessEvent, FeedRun
from core.roles import Role
from peps.models import PEP
from pupils.duplicates.finding import pairs_for
from pupils.duplicates.handling import Stays
from pupils.duplicates.permissions import CannotMerge
from pupils.duplicates.planning import plan_of
from pupils.duplicates.services import Choices, merge_children, say_apart, take_back
from pupils.history import changes_of
from pupils.matching import PupilIndex, keys_of, present_keys
from pupils.models import ChildMerge, FormerUPN, Pupil, SchoolPlace
from pupils.search import matching
from tests import factories as make
from tests.factories import SCHOOL_YEAR, marks_of, upn_of
from tests.integration.pupils.conftest import Send, codes, episode, header

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = date(2026, 11, 16)


@pytest.fixture
def head() -> Any:
    return make.UserFactory()


@pytest.fixture
def kept() -> Pupil:
    pupil: Pupil = make.PupilFactory(child_id="KEPT1", upn=upn_of(1), forename="Ada", surname="Whitcombe")
    make.EpisodeFactory(pupil=pupil)
    return pupil


@pytest.fixture
def other() -> Pupil:
    pupil: Pupil = make.PupilFactory(
        child_id="GONE1", upn=upn_of(2), forename="Ada", surname="Whitcombe", uln="9276308686"
    )
    return pupil


def merge(kept: Pupil, other: Pupil, actor: Any, **said: Any) -> ChildMerge:
    choices = Choices(reason="The social worker confirmed it", **said)
    return merge_children(kept=kept, other=other, choices=choices, now=NOW, actor=actor)


# ---------------------------------------------------------------- facts and numbers


def test_the_record_of_a_merge_says_what_was(kept: Pupil, other: Pupil, head: Any) -> None:
    old_pk, old_upn = other.pk, other.upn
    done = merge(kept, other, head, facts={"forename": Stays.OTHER})
    kept.refresh_from_db()
    assert (kept.child_id, kept.upn, kept.uln) == ("KEPT1", upn_of(1), "9276308686")
    assert (done.old_pk, done.old_child_id, done.old_upn, done.made_by) == (old_pk, "GONE1", old_upn, head)
    assert done.old_record["surname"] == "Whitcombe"
    assert list(FormerUPN.objects.filter(pupil=kept).values_list("upn", flat=True)) == [old_upn]
    event = AccessEvent.objects.get(action="decided")
    assert (event.subject_id, event.user_id, event.detail["old"]) == (kept.pk, head.pk, old_pk)


def test_the_other_numbers_may_be_the_right_ones(kept: Pupil, other: Pupil, head: Any) -> None:
    make.FormerUPNFactory(pupil=kept, upn=other.upn)
    done = merge(kept, other, head, facts={"child_id": Stays.OTHER, "upn": Stays.OTHER})
    kept.refresh_from_db()
    assert (kept.child_id, kept.upn, done.old_child_id) == ("GONE1", upn_of(2), "KEPT1")
    assert list(FormerUPN.objects.filter(pupil=kept).values_list("upn", flat=True)) == [upn_of(1)]
    assert PupilIndex.load().match(child_id="KEPT1").pupil_id == kept.pk


def test_both_child_ids_and_both_upns_find_the_survivor(kept: Pupil, other: Pupil, head: Any) -> None:
    texts = [kept.child_id, other.child_id, kept.upn, other.upn]
    merge(kept, other, head)
    for text in texts:
        assert [p.pk for p in matching(Pupil.objects.visible_to(head), text)] == [kept.pk]
    index = PupilIndex.load()
    assert {index.match(child_id=i).pupil_id for i in texts[:2]} == {kept.pk}
    assert {index.match(upn=u).pupil_id for u in texts[2:]} == {kept.pk}
    assert index.match(child_id="GONE1", upn=kept.upn).code == ""


def test_a_survivor_may_be_merged_again(kept: Pupil, other: Pupil, head: Any) -> None:
    third: Pupil = make.PupilFactory(child_id="LAST1")
    keys = [kept.pk, other.pk]
    merge(kept, other, head)
    kept.refresh_from_db()
    merge(third, kept, head)
    assert sorted(keys_of(third)) == sorted([*keys, third.pk])
    assert present_keys([*keys, third.pk]) == [third.pk]
    assert PupilIndex.load().match(child_id="GONE1").pupil_id == third.pk


# ---------------------------------------------------------------- rows


def test_equal_rows_are_not_needed_and_kept_in_the_record(kept: Pupil, other: Pupil, head: Any) -> None:
    make.EpisodeFactory(pupil=other)
    done = merge(kept, other, head)
    assert kept.episodes.count() == 1
    (entry,) = [e for e in done.given_up_rows if e["model"] == "pupils.CareEpisode"]
    assert (entry["why"], entry["values"]["decom"]) == ("the surviving record has the same row", "2021-01-12")


def test_of_two_facts_that_files_brought_the_later_stays(kept: Pupil, other: Pupil, head: Any) -> None:
    run = FeedRun.objects.create(kind="ssda903")
    make.EpisodeFactory(pupil=other, ls="D1", run=run)
    done = merge(kept, other, head)
    assert [e.ls for e in kept.episodes.all()] == ["D1"]
    assert [e["values"]["ls"] for e in done.given_up_rows if e["model"] == "pupils.CareEpisode"] == ["C2"]


def test_the_further_pep_stays_and_two_meetings_are_for_a_person(kept: Pupil, other: Pupil, head: Any) -> None:
    make.PEPFactory(pupil=kept)
    held = make.PEPFactory(pupil=other, state="meeting_held", held_on=DAY)
    both = {"season": "spring", "state": "meeting_held"}
    mine = make.PEPFactory(pupil=kept, held_on=date(2026, 2, 3), **both)
    theirs = make.PEPFactory(pupil=other, held_on=date(2026, 2, 4), **both)
    with pytest.raises(CannotMerge, match="nobody has said yet"):
        merge(kept, other, head)
    assert Pupil.objects.filter(pk=other.pk).exists()
    (question,) = plan_of(kept, other, {}).questions
    assert (question.kept, question.other) == (mine, theirs)
    merge(kept, other, head, rows={question.key: Stays.OTHER})
    assert set(PEP.objects.filter(pupil=kept)) == {held, theirs}


def test_times_at_one_school_become_one(kept: Pupil, other: Pupil, head: Any) -> None:
    school, elsewhere = make.SchoolFactory(), make.SchoolFactory()
    make.PlaceFactory(pupil=kept, school=school, from_on=date(2023, 9, 1), to_on=date(2025, 1, 1))
    make.PlaceFactory(pupil=other, school=school, from_on=date(2024, 9, 1), to_on=None)
    make.PlaceFactory(pupil=other, school=elsewhere, from_on=date(2020, 9, 1), to_on=date(2023, 7, 20))
    merge(kept, other, head)
    assert list(SchoolPlace.objects.filter(pupil=kept).values_list("school", "from_on", "to_on")) == [
        (elsewhere.pk, date(2020, 9, 1), date(2023, 7, 20)),
        (school.pk, date(2023, 9, 1), None),
    ]


def test_registers_are_laid_together_and_what_counts_is_derived_anew(kept: Pupil, other: Pupil, head: Any) -> None:
    school = make.SchoolFactory()
    mine = make.RegisterFactory(pupil=kept, school=school, marks=marks_of(SCHOOL_YEAR, {(DAY, "AM"): "/"}))
    theirs = make.RegisterFactory(
        pupil=other, school=school, marks=marks_of(SCHOOL_YEAR, {(DAY, "AM"): "N", (DAY, "PM"): "\\"})
    )
    make.EffectiveRegisterFactory(pupil=other, marks=theirs.marks)
    covered, fits = ((DAY - date(2026, 9, 1)).days * 2 + n for n in (0, 1))
    for place in (covered, fits):
        MarkNote.objects.create(register=theirs, place=place, reason="Ill")
    call = make.RegisterFactory(pupil=other, source="welfare-call", marks=marks_of(SCHOOL_YEAR, {(DAY, "PM"): "L"}))
    conflict = MarkConflict.objects.create(
        pupil=other, academic_year=SCHOOL_YEAR, place=fits, on=DAY, session="PM", first=theirs, first_mark="\\",
        second=call, second_mark="L", state="resolved", chosen=theirs, decided_by=head, decided_at=NOW,
    )  # fmt: skip
    done = merge(kept, other, head)
    mine.refresh_from_db()
    assert mine.marks == marks_of(SCHOOL_YEAR, {(DAY, "AM"): "/", (DAY, "PM"): "\\"})
    assert set(Register.objects.filter(pupil=kept)) == {mine, call}
    assert [note.place for note in MarkNote.objects.filter(register=mine)] == [fits]
    conflict.refresh_from_db()
    assert (conflict.pupil_id, conflict.first_id, conflict.state) == (kept.pk, mine.pk, "resolved")
    counting = [r.marks for r in EffectiveRegister.objects.filter(pupil=kept)]
    assert [(marks[covered], marks[fits]) for marks in counting] == [("/", "\\")]
    assert {e["model"] for e in done.given_up_rows} >= {"attendance.Register", "attendance.MarkNote"}


# ---------------------------------------------------------------- who may, and what is said


def test_only_those_who_merge_may_and_no_record_with_itself(kept: Pupil, other: Pupil, head: Any) -> None:
    with pytest.raises(PermissionDenied):
        merge(kept, other, make.UserFactory(role=Role.ADVISER.value))
    with pytest.raises(CannotMerge):
        merge(kept, kept, head)


def test_two_children_are_not_listed_again_until_it_is_taken_back(kept: Pupil, other: Pupil, head: Any) -> None:
    listed, _ = pairs_for(head)
    assert [(p.first, p.second) for p in listed] == [(kept, other)]
    say_apart(one=other, other=kept, now=NOW, actor=head)
    say_apart(one=other, other=kept, now=NOW, actor=head)
    listed, apart = pairs_for(head)
    assert (listed, [p.apart.said_by for p in apart if p.apart]) == ([], [head])
    with pytest.raises(CannotMerge, match="two children"):
        merge(kept, other, head)
    take_back(one=kept, other=other, actor=head)
    assert len(pairs_for(head)[0]) == 1


# ---------------------------------------------------------------- the trail, and old addresses


def test_looks_and_changes_of_both_records_are_the_survivors(
    kept: Pupil, other: Pupil, head: Any, client: Client
) -> None:
    other.surname = "Whitcomb"
    other.save()
    client.force_login(head)
    client.get(reverse("pupils:detail", args=[other.pk]))
    old_pk = other.pk
    merge(kept, other, head)
    page = client.get(reverse("pupils:who_looked", args=[kept.pk]))
    assert old_pk in {event.subject_id for event, _, _ in page.context["events"]}
    told = [(c.deed, f.after) for c in changes_of(head, kept) for f in c.fields if f.label == "Surname"]
    assert ("Changed", "Whitcomb") in told
    assert ("Removed", "") in told


def test_an_old_address_leads_to_the_survivor_for_those_who_may_see_it(
    kept: Pupil, other: Pupil, head: Any, client: Client
) -> None:
    old = {name: reverse(name, args=[other.pk]) for name in ("pupils:detail", "attendance:child", "pupils:timeline")}
    merge(kept, other, head)
    client.force_login(head)
    for name, url in old.items():
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse(name, args=[kept.pk]))
    assert client.post(old["pupils:detail"]).status_code == 404
    client.force_login(make.UserFactory(role=Role.SOCIAL_WORKER.value))
    assert client.get(old["pupils:detail"]).status_code == 404


# ---------------------------------------------------------------- feeds


def test_a_return_under_the_old_id_is_the_survivors(kept: Pupil, other: Pupil, head: Any, send_return: Send) -> None:
    merge(kept, other, head)
    outcome = send_return([header("GONE1", DOB="04/03/2012")], [episode("GONE1", "01/06/2024")])
    assert outcome.status == "applied"
    assert list(Pupil.objects.values_list("child_id", flat=True)) == ["KEPT1"]
    assert date(2024, 6, 1) in set(kept.episodes.values_list("decom", flat=True))


def test_a_return_with_both_ids_does_not_contradict_itself(
    kept: Pupil, other: Pupil, head: Any, send_return: Send
) -> None:
    merge(kept, other, head)
    outcome = send_return(
        [header("GONE1", DOB="03/04/2012"), header("KEPT1", DOB="04/03/2012")],
        [episode("KEPT1", "12/01/2021", PLACE="U6"), episode("GONE1", "12/01/2021"), episode("GONE1", "01/06/2020")],
    )
    kept.refresh_from_db()
    assert (codes(outcome)["MERGED_CHILD"], kept.dob) == (2, date(2012, 3, 4))
    assert list(kept.episodes.values_list("decom", "place")) == [
        (date(2020, 6, 1), "U4"), (date(2021, 1, 12), "U6"),
    ]  # fmt: skip


def test_a_roll_file_with_both_ids_uses_the_survivors_rows(
    kept: Pupil, other: Pupil, head: Any, send: Send, write: Callable[..., Any]
) -> None:
    old_upn = other.upn
    merge(kept, other, head)
    rows = [{"child_id": "GONE1", "upn": old_upn, "forename": "Ida"}, {"child_id": "KEPT1", "forename": "Ada"}]
    both = send("roll", write("roll.csv", ["child_id", "upn", "forename"], rows))
    assert codes(both)["MERGED_CHILD"] == 1
    alone = send("roll", write("later.csv", ["child_id", "upn", "forename"], [rows[0]]))
    kept.refresh_from_db()
    assert (codes(alone)["MERGED_CHILD"], kept.forename, kept.upn) == (0, "Ida", upn_of(1))
    assert Pupil.objects.count() == 1


# ---------------------------------------------------------------- pages


def test_the_pages_from_the_list_to_what_a_merge_did(kept: Pupil, other: Pupil, head: Any, client: Client) -> None:
    for pupil, school in ((kept, make.SchoolFactory()), (other, make.SchoolFactory())):
        make.ExclusionFactory(pupil=pupil, school=school)
    client.force_login(head)
    listed = client.get(reverse("pupils:duplicates")).content.decode()
    assert "The same name and date of birth." in listed
    url = reverse("pupils:merge", args=[kept.pk, other.pk])
    assert "Exclusion: which of the two stays?" in client.get(url).content.decode()
    said = {"child_id": "kept", "upn": "kept", "uln": "other", "reason": "Told so", "typed": "gone1"}
    assert "say which of the two stays" in client.post(url, said).content.decode()
    wrong = client.post(url, {**said, "row-1": "other", "typed": "KEPT1"}).content.decode()
    assert "This is not GONE1" in wrong
    assert client.post(url, {**said, "row-1": "other"}).status_code == 302
    done = ChildMerge.objects.get(kept=kept)
    page = client.get(reverse("pupils:merged", args=[done.pk])).content.decode()
    assert "a person decided it" in page
    assert done.old_upn not in page
