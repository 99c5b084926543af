"""Who proposes, approves, declines and holds; each decision looks again at what is due and held at that moment."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from core import disposal as ground
from core.feeds.store import path_of
from core.models import AccessEvent, FeedRun, FeedRunFile, JobRun, StoredFile, User
from core.panels import HomeNeeds, panels_for
from core.roles import Role
from pupils.models import CareEpisode, Pupil
from retention import services
from retention.execution import delete_files, execute
from retention.facts import current_policy, judge_children
from retention.models import DisposalApproval, DisposalCertificate, DisposalProposal, RetentionHold
from retention.rules import HoldKind, Period, ProposalState, RecordClass, Standing
from retention.services import NotPossible
from retention.tasks import dispose, open_due
from tests.factories import EpisodeFactory, PupilFactory
from tests.integration.retention.records import TODAY, People, approved, disposed, old_record, proposal_for


def place(pupil: Pupil, by: User, **fields: Any) -> RetentionHold:
    values = {"kind": HoldKind.CLAIM, "reason": "A claim", "from_on": TODAY, "review_on": TODAY + timedelta(days=90)}
    return services.place_hold(pupil=pupil, **{**values, **fields}, actor=by)


def state_of(proposal: DisposalProposal) -> str:
    return DisposalProposal.objects.get(pk=proposal.pk).state


# What is due


def test_only_what_is_over_and_free_is_opened_and_once(people: People) -> None:
    due, held, young = old_record(), old_record(), PupilFactory()
    place(held, people.head)
    back = old_record()
    EpisodeFactory(pupil=back, decom=date(2026, 1, 1))
    assert services.open_due(today=TODAY).opened == 1
    assert services.open_due(today=TODAY).opened == 0
    assert [p.subject_id for p in DisposalProposal.objects.all()] == [due.pk]
    assert judge_children([young.pk, back.pk], today=TODAY)[back.pk].standing is Standing.IN_CARE


def test_the_nightly_job_is_done_once_a_day(people: People) -> None:
    old_record()
    open_due.delay()
    assert DisposalProposal.objects.count() == 1
    old_record()
    open_due.delay()
    assert DisposalProposal.objects.count() == 1
    assert JobRun.objects.get(job="retention.open_due").finished_at
    assert "retention.open_due" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_what_is_no_longer_due_lapses_by_itself(people: People) -> None:
    proposal = proposal_for(old_record())
    services.set_period(
        record_class=RecordClass.LOOKED_AFTER, period=Period(years=100), reason="Council", actor=people.head
    )
    assert services.open_due(today=TODAY).lapsed == 1
    assert state_of(proposal) == ProposalState.LAPSED


def test_an_unknown_date_is_never_due(people: People) -> None:
    pupil = old_record(dob=None)
    CareEpisode.objects.filter(pupil=pupil).update(rec="E11", dec=None)
    assert services.open_due(today=TODAY).opened == 0


# Proposing and approving


def test_one_proposes_and_two_others_approve(people: People) -> None:
    proposal = services.propose(proposal=proposal_for(old_record()), actor=people.proposer, today=TODAY)
    asked: list[int] = []
    services.approve(proposal=proposal, actor=people.adviser, today=TODAY, when_approved=asked.append)
    assert state_of(proposal) == ProposalState.PROPOSED
    for who in (people.proposer, people.adviser):
        with pytest.raises(PermissionDenied):
            services.approve(proposal=proposal, actor=who, today=TODAY)
    services.approve(proposal=proposal, actor=people.head, today=TODAY, when_approved=asked.append)
    assert state_of(proposal) == ProposalState.APPROVED
    decisions = AccessEvent.objects.filter(subject_type="retention.disposalproposal").order_by("pk")
    assert [e.screen for e in decisions] == ["disposal proposed", "disposal approved", "disposal approved"]


def test_two_without_a_head_wait_for_one(people: People, make_user: Callable[..., User]) -> None:
    proposal = services.propose(proposal=proposal_for(old_record()), actor=people.proposer, today=TODAY)
    services.approve(proposal=proposal, actor=people.adviser, today=TODAY)
    services.approve(proposal=proposal, actor=make_user(Role.DATA_OFFICER), today=TODAY)
    assert state_of(proposal) == ProposalState.PROPOSED
    assert "Virtual School Head" in services.still_missing(proposal)
    services.approve(proposal=proposal, actor=people.head, today=TODAY)
    assert state_of(proposal) == ProposalState.APPROVED


@pytest.mark.parametrize("role", [Role.IRO, Role.SOCIAL_WORKER, Role.DESIGNATED_TEACHER, Role.SYSTEM_ADMIN])
def test_other_roles_decide_nothing(people: People, make_user: Callable[..., User], role: Role) -> None:
    proposal, other = proposal_for(old_record()), make_user(role)
    for deed in (services.propose, services.approve):
        with pytest.raises(PermissionDenied):
            deed(proposal=proposal, actor=other, today=TODAY)
    with pytest.raises(PermissionDenied):
        place(old_record(), other)
    assert not DisposalProposal.objects.visible_to(other).exists()


def test_each_step_looks_again(people: People) -> None:
    """Back in care after the proposal was opened: no step goes on."""
    pupil = old_record()
    proposal = proposal_for(pupil)
    episode = EpisodeFactory(pupil=pupil, decom=date(2026, 1, 1))
    with pytest.raises(NotPossible, match="looked after now"):
        services.propose(proposal=proposal, actor=people.proposer, today=TODAY)
    episode.delete()
    services.propose(proposal=proposal, actor=people.proposer, today=TODAY)
    EpisodeFactory(pupil=pupil, decom=date(2026, 1, 1))
    with pytest.raises(NotPossible):
        services.approve(proposal=proposal, actor=people.head, today=TODAY)
    assert not DisposalApproval.objects.exists()


def test_declined_with_a_reason_until_a_day(people: People) -> None:
    proposal = proposal_for(old_record())
    again = TODAY + timedelta(days=30)
    with pytest.raises(ValidationError):
        services.decline(proposal=proposal, because=" ", again_on=again, actor=people.adviser, today=TODAY)
    services.decline(proposal=proposal, because="The family asks", again_on=again, actor=people.adviser, today=TODAY)
    assert state_of(proposal) == ProposalState.DECLINED
    assert services.open_due(today=TODAY).opened == 0
    assert services.open_due(today=again).opened == 1
    with pytest.raises(NotPossible):
        services.decline(proposal=proposal, because="x", again_on=again, actor=people.adviser, today=TODAY)


# Between approval and execution


def leave(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def change_role(person: User) -> None:
    User.objects.filter(pk=person.pk).update(role=Role.IRO.value)


@pytest.mark.parametrize("happens", [leave, change_role])
@pytest.mark.parametrize("who", ["head", "adviser"])
def test_an_approval_of_somebody_who_left_no_longer_counts(
    people: People, make_user: Callable[..., User], happens: Callable[[User], None], who: str
) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)
    happens(getattr(people, who))
    assert execute(proposal_id=proposal.pk, today=TODAY) is None
    assert state_of(proposal) == ProposalState.PROPOSED
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    services.approve(proposal=proposal, actor=make_user(Role.VSH), today=TODAY)
    assert execute(proposal_id=proposal.pk, today=TODAY) is not None
    assert not Pupil.objects.filter(pk=pupil.pk).exists()


def test_a_hold_stops_what_was_approved(people: People) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)
    hold = place(pupil, people.head)
    assert state_of(proposal) == ProposalState.LAPSED
    assert execute(proposal_id=proposal.pk, today=TODAY) is None
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    assert services.open_due(today=TODAY).opened == 0
    services.release_hold(hold=hold, because="It is over", actor=people.head)
    assert services.open_due(today=TODAY).opened == 1


def test_a_record_that_another_app_needs_stays(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)
    monkeypatch.setattr(ground, "_blockers", [lambda ids: {pupil.pk: "A subject-access request is open"}])
    assert execute(proposal_id=proposal.pk, today=TODAY) is None
    assert state_of(proposal) == ProposalState.LAPSED
    assert Pupil.objects.filter(pk=pupil.pk).exists()


# Holds and periods


def test_a_hold_says_why_and_until_when(people: People) -> None:
    pupil = old_record()
    for wrong in ({"reason": " "}, {"review_on": TODAY}):
        with pytest.raises(ValidationError):
            place(pupil, people.head, **wrong)
    with pytest.raises(PermissionDenied):
        place(pupil, people.adviser)
    hold = place(pupil, people.head)
    released = services.release_hold(hold=hold, because="It is over", actor=people.head)
    assert services.release_hold(hold=hold, because="Again", actor=people.head).released_at == released.released_at
    events = RetentionHold.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [e.pgh_label for e in events] == ["insert", "update"]


def needs(user: User, on: date) -> dict[str, int]:
    found = (need for panel in panels_for(HomeNeeds, user) for need in panel.needs(user, on))
    return {need.text: need.count for need in found if need.count}


def test_the_home_page_asks_those_who_decide(people: People) -> None:
    place(old_record(), people.head)
    services.propose(proposal=proposal_for(old_record()), actor=people.proposer, today=TODAY)
    assert "Holds to review" not in needs(people.head, TODAY)
    assert needs(people.head, TODAY + timedelta(days=90))["Holds to review"] == 1
    assert needs(people.head, TODAY)["Disposals to approve"] == 1
    assert needs(people.adviser, TODAY)["Disposals to approve"] == 1
    assert "Disposals to approve" not in needs(people.proposer, TODAY)


def test_periods_are_set_with_a_reason_and_the_newest_counts(people: People) -> None:
    for years in (40, 35):
        services.set_period(
            record_class=RecordClass.NEVER_LOOKED_AFTER, period=Period(years=years), reason="Council",
            actor=people.head,
        )  # fmt: skip
    assert current_policy().of(RecordClass.NEVER_LOOKED_AFTER) == Period(years=35)
    assert current_policy().of(RecordClass.ADOPTED) == Period(years=100)
    with pytest.raises(ValidationError):
        services.set_period(
            record_class=RecordClass.LOOKED_AFTER, period=Period(years=30), reason="x", actor=people.head
        )
    with pytest.raises(PermissionDenied):
        services.set_period(
            record_class=RecordClass.FEED_FILES, period=Period(years=3), reason="x", actor=people.adviser
        )


# Files as received


def received(years_ago: int, status: str = FeedRun.Status.APPLIED) -> StoredFile:
    content = f"file of {years_ago} {status}".encode()
    stored = StoredFile.objects.create(sha256=f"{years_ago:064x}"[:64], size=len(content))
    path_of(stored.sha256).parent.mkdir(parents=True, exist_ok=True)
    path_of(stored.sha256).write_bytes(content)
    run = FeedRun.objects.create(kind="roll", status=status)
    FeedRun.objects.filter(pk=run.pk).update(received_at=f"{TODAY.year - years_ago}-01-10T10:00Z")
    FeedRunFile.objects.create(run=run, stored=stored, name="roll.csv")
    return stored


def test_a_file_goes_after_its_period_and_its_receipt_stays(people: People) -> None:
    old, young = received(3), received(1)
    received(5, FeedRun.Status.READY)  # may still be applied
    services.open_due(today=TODAY)
    proposal = DisposalProposal.objects.get()
    assert (proposal.kind, proposal.subject_id) == ("file", old.pk)
    services.propose(proposal=proposal, actor=people.proposer, today=TODAY)
    services.approve(proposal=proposal, actor=people.adviser, today=TODAY)
    services.approve(proposal=proposal, actor=people.head, today=TODAY)
    certificate = execute(proposal_id=proposal.pk, today=TODAY)
    assert certificate is not None
    assert delete_files(proposal.pk) == 0
    assert (certificate.files, certificate.rows) == (1, 0)
    assert not path_of(old.sha256).exists()
    assert path_of(young.sha256).exists()
    assert StoredFile.objects.get(pk=old.pk).sha256 == old.sha256
    assert services.open_due(today=TODAY).opened == 0


# The pages


def test_a_page_says_why_a_decision_is_not_possible(people: People, client: Client) -> None:
    pupil = old_record()
    proposal = services.propose(proposal=proposal_for(pupil), actor=people.proposer, today=TODAY)
    EpisodeFactory(pupil=pupil, decom=date(2026, 1, 1))
    client.force_login(people.head)
    page = client.post(reverse("retention:approve", args=[proposal.pk]), follow=True)
    assert "looked after now" in page.content.decode()
    client.force_login(people.proposer)
    assert client.post(reverse("retention:approve", args=[proposal.pk])).status_code == 403


def test_the_certificates_as_a_table(people: People, client: Client) -> None:
    certificate = disposed(old_record(), people)
    client.force_login(people.adviser)
    text = b"".join(client.get(reverse("retention:certificates_csv"))).decode()  # type: ignore[arg-type]
    assert certificate.number in text
    assert certificate.destroyed_sha256 in text
    assert DisposalCertificate.objects.visible_to(people.adviser).count() == 1


def test_a_busy_database_is_tried_again_the_next_night(
    transactional_db: None, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = old_record()
    proposal = approved(pupil, people)

    def busy(**kwargs: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr("retention.tasks.execute", busy)
        dispose.delay(proposal_id=proposal.pk)
    assert state_of(proposal) == ProposalState.APPROVED
    open_due.delay()
    assert state_of(proposal) == ProposalState.DONE
    assert not Pupil.objects.filter(pk=pupil.pk).exists()
