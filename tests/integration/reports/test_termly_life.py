"""From draft to issued: who may do what, what the documents say then, and what the audit keeps."""

import hashlib
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.audit import Access
from core.calendars import county_year
from core.models import AccessEvent, JobRun
from core.panels import HomeNeeds, panels_for
from core.roles import Role
from reports import services, tasks
from reports.models import ReportRun
from reports.permissions import NotAllowed
from reports.rules import Audience, ReportState, TransitionRefused
from tests.integration.conftest import eventually

from .conftest import AS_AT, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def vsh(make_user):
    return make_user(Role.VSH)


@pytest.fixture
def fast_documents(monkeypatch):
    """Documents of one line each: the life of a report does not depend on how they look."""
    from reports.documents import termly as document

    def make(run, audience):
        words = f"{audience} {run.state} {run.commentary}".encode()
        return document.MadeDocument(audience, words, "", 1)

    monkeypatch.setattr(document, "make", make)


@pytest.fixture
def draft(county, fast_documents):
    return services.draft_report(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY)


def decided(run):
    rows = AccessEvent.objects.filter(action=Access.DECIDED, subject_type="reports.reportrun", subject_id=run.pk)
    return [(event.screen, event.user_id) for event in rows.order_by("pk")]


def test_life_of_a_report(draft, vsh):
    assert draft.state == ReportState.DRAFT
    run = services.approve_report(run=draft, actor=vsh)
    assert (run.state, run.approved_by) == (ReportState.APPROVED, vsh) and run.approved_at
    with pytest.raises(TransitionRefused, match="still being made"):
        services.issue_report(run=run, actor=vsh)
    made = services.make_documents(run=run)
    assert {(d.audience, d.state) for d in made} == {("restricted", "approved"), ("public", "approved")}
    for document in made:
        content = services.path_of(document).read_bytes()
        assert hashlib.sha256(content).hexdigest() == document.sha256 and document.size == len(content)
    run = services.issue_report(run=run, actor=vsh)
    assert run.state == ReportState.ISSUED
    run = services.withdraw_report(run=run, actor=vsh, because="A school sent its register late.")
    assert run.state == ReportState.WITHDRAWN and run.withdrawn_because
    assert run.documents.count() == 4 and run.figures
    assert [screen for screen, _ in decided(run)] == [
        "report drafted", "report approved", "report issued", "report withdrawn",
    ]  # fmt: skip
    assert {user for _, user in decided(run)} == {None, vsh.pk}


def test_only_the_head_approves(draft, make_user):
    for role in (Role.DATA_OFFICER, Role.ADVISER, Role.BOARD_READER, Role.SYSTEM_ADMIN):
        with pytest.raises(NotAllowed):
            services.approve_report(run=draft, actor=make_user(role))
    draft.refresh_from_db()
    assert draft.state == ReportState.DRAFT


def test_no_state_is_skipped_or_repeated(draft, vsh):
    with pytest.raises(TransitionRefused, match="draft"):
        services.issue_report(run=draft, actor=vsh)
    services.approve_report(run=draft, actor=vsh)
    with pytest.raises(TransitionRefused, match="approved"):
        services.approve_report(run=draft, actor=vsh)
    with pytest.raises(TransitionRefused, match="no longer change"):
        services.word_report(run=draft, commentary="x", decisions_wanted="", actor=vsh)
    services.withdraw_report(run=draft, actor=vsh, because="Wrong term")
    with pytest.raises(TransitionRefused):
        services.withdraw_report(run=draft, actor=vsh, because="Again")


def test_approved_is_what_was_seen(draft, vsh, make_user):
    from reports.termly import fingerprint

    seen = fingerprint(draft)
    services.word_report(
        run=draft, commentary="Better than last year.", decisions_wanted="", actor=make_user(Role.DATA_OFFICER)
    )
    with pytest.raises(services.ChangedMeanwhile):
        services.approve_report(run=draft, actor=vsh, seen=seen)


def test_words_make_new_documents_and_name_no_child(draft, vsh, county):
    child = county[3]
    for text in (f"{child.forename} {child.surname} did well.", f"See {child.upn}.", f"Child {child.child_id}"):
        with pytest.raises(services.NamesAChild) as refused:
            services.word_report(run=draft, commentary=text, decisions_wanted="", actor=vsh)
        assert child.surname not in str(refused.value)
    old = services.document_of(draft, Audience.PUBLIC)
    run = services.word_report(run=draft, commentary="A good term.", decisions_wanted="Note it.", actor=vsh)
    services.make_documents(run=run)
    new = services.document_of(run, Audience.PUBLIC)
    assert new.sha256 != old.sha256
    assert b"A good term." in services.read_document(new)


def test_words_written_while_the_documents_are_laid_out_are_in_them(draft, vsh, monkeypatch):
    from reports.documents import termly as document

    services.word_report(run=draft, commentary="First words.", decisions_wanted="", actor=vsh)
    lay_out = document.make

    def interrupted(run, audience):
        made = lay_out(run, audience)
        if audience is Audience.PUBLIC:
            services.word_report(run=run, commentary="Second words.", decisions_wanted="", actor=vsh)
        return made

    monkeypatch.setattr(document, "make", interrupted)
    for made in services.make_documents(run=draft):
        assert b"Second words." in services.read_document(made)
    assert draft.documents.count() == 2


def test_a_document_whose_file_is_gone_is_made_again(draft):
    first = services.document_of(draft, Audience.PUBLIC)
    services.path_of(first).unlink()
    assert set(services.existing_documents(draft)) == {Audience.RESTRICTED}
    services.make_documents(run=draft)
    assert services.read_document(services.document_of(draft, Audience.PUBLIC))


@pytest.mark.parametrize(
    "text",
    ["Well done, Zoe ONeil-Brandt!", "Zoë O’Neil Brandt", "O'NEIL BRANDT, Zoe", "for zoë o'neil-brandt (Year 9)"],
)
def test_a_name_is_known_however_it_is_written(draft, vsh, county, text):
    child = county[3]
    child.forename, child.surname = "Zoë", "O'Neil-Brandt" if "-" in text else "O'Neil Brandt"
    child.save()
    with pytest.raises(services.NamesAChild):
        services.word_report(run=draft, commentary=text, decisions_wanted="", actor=vsh)


def test_no_words_before_the_figures_stand(county, vsh, client):
    run = services.open_run(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY)
    with pytest.raises(TransitionRefused, match="still being made"):
        services.word_report(run=run, commentary="Early.", decisions_wanted="", actor=vsh)
    client.force_login(vsh)
    page = reverse("reports:words", args=[run.pk])
    assert client.get(page).status_code == client.post(page, {"commentary": "Early."}).status_code == 403
    run.refresh_from_db()
    assert run.commentary == ""


def test_a_changed_file_is_not_handed_out(draft):
    document = services.document_of(draft, Audience.PUBLIC)
    services.path_of(document).write_bytes(b"something else")
    with pytest.raises(ValueError, match="not the one that was made"):
        services.read_document(document)


def test_approval_takes_the_watermark_away(county, vsh):
    run = services.draft_report(term="2009-autumn", as_at=AS_AT, actor=vsh, today=TODAY)
    run = services.approve_report(run=run, actor=vsh)
    document = services.make_documents(run=run)[1]
    reader = PdfReader(io.BytesIO(services.read_document(document)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "DRAFT" not in text and "DRAFT" not in reader.metadata.title
    assert vsh.name in text
    draft = services.document_of(ReportRun.objects.get(pk=run.pk), Audience.PUBLIC)
    assert draft.state == "approved"


# ---------------------------------------------------------------- schedule


def drafting_day(year=2026, season="autumn") -> date:
    first, last = county_year(year).season(season)
    days = [d for d in county_year(year).school_days() if first <= d <= last]
    return days[-11]


def test_beat_drafts_each_term_once(county, fast_documents, vsh, django_capture_on_commit_callbacks):
    day = drafting_day()
    tasks.draft_termly_report(on=(day - timedelta(days=1)).isoformat())
    assert not ReportRun.objects.exists()
    for later in (0, 0, 1, 5):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.draft_termly_report(on=(day + timedelta(days=later)).isoformat())
    run = ReportRun.objects.get()
    assert (run.term, run.as_at, run.made_by, run.is_frozen) == ("2026-autumn", day, None, True)
    assert JobRun.objects.get(job__startswith="reports.draft").finished_at
    needs = [n for panel in panels_for(HomeNeeds, vsh) for n in panel.needs(vsh, day)]
    need = next(n for n in needs if n.text == "Reports to approve")
    assert need.count == 1 and need.url == reverse("reports:approve", args=[run.pk])


def test_plans_first_report_is_drafted_on_1_december_2009(county, fast_documents):
    tasks.draft_termly_report(on="2009-11-30")
    assert not ReportRun.objects.exists()
    tasks.draft_termly_report(on="2009-12-01")
    assert ReportRun.objects.get().as_at == AS_AT


def test_a_term_drafted_by_hand_is_left_alone(draft):
    tasks.draft_termly_report(on="2009-12-04")
    assert ReportRun.objects.count() == 1


def test_a_crash_leaves_nothing_and_the_next_morning_drafts(county, fast_documents, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(services, "freeze_run", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.draft_termly_report(on="2009-12-01")
    assert not ReportRun.objects.exists() and not JobRun.objects.exists()
    tasks.draft_termly_report(on="2009-12-02")
    assert ReportRun.objects.get().as_at == date(2009, 12, 2)


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_makes_the_report(real_worker):
    run = services.open_run(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY)
    tasks.make_run.delay(run_id=run.pk)
    tasks.make_run.delay(run_id=run.pk)
    assert eventually(lambda: run.documents.count() == 2, 120), real_worker.log()
    run.refresh_from_db()
    assert run.is_frozen
    for document in run.documents.all():
        assert services.read_document(document).startswith(b"%PDF")
