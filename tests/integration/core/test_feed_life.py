"""The life of a delivery with the real kinds: preview, application, the same again, problems, refusal, faults."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from core.audit import Access
from core.feeds import services
from core.feeds.base import FeedKind, SourceFile
from core.feeds.registry import get_kind
from core.models import AccessEvent, FeedProblem, FeedRun, StoredFile
from core.roles import Role
from tests.integration.core.feed_files import KINDS, before, delivery, sources
from tests.integration.core.snapshots import changed, facts, snapshot

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
Status = FeedRun.Status


def apply(kind: str, files: list[SourceFile], actor=None) -> services.Outcome:
    return services.apply_sources(kind=kind, sources=files, actor=actor, today=TODAY)


@pytest.fixture
def county(tmp_path: Path):
    """county(kind): the county as it is when that kind is loaded; gives its files."""

    def load(kind: str) -> list[SourceFile]:
        for earlier in before(kind):
            assert apply(earlier, delivery(earlier, tmp_path)).status == "applied"
        return delivery(kind, tmp_path)

    return load


@pytest.fixture
def officer(make_user):
    return make_user(Role.DATA_OFFICER)


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_writes_nothing_and_keeps_nothing(county, kind: str, settings) -> None:
    files = county(kind)
    stored = sorted(settings.STORED_FILES_DIR.rglob("*"))
    held = snapshot()
    outcome = services.preview(kind=kind, sources=files, today=TODAY)
    assert outcome.status == "ready"
    assert changed(held, snapshot()) == set()
    assert sorted(settings.STORED_FILES_DIR.rglob("*")) == stored


@pytest.mark.parametrize("kind", KINDS)
def test_the_stored_preview_writes_no_fact_and_says_what_applying_then_does(county, officer, kind: str) -> None:
    files = county(kind)
    held = facts()
    run = services.receive(kind=kind, sources=files, actor=officer)
    run = services.check_run(run_id=run.pk, today=TODAY)
    assert run.status == Status.READY
    assert changed(held, facts()) == set()
    previewed = (run.counts, run.difference, run.problem_counts, list(run.problems.values_list("code", "row")))
    run = services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    assert run.status == Status.APPLIED
    assert previewed == (
        run.counts,
        run.difference,
        run.problem_counts,
        list(run.problems.values_list("code", "row")),
    )
    assert changed(held, facts())


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_again_change_nothing(county, kind: str) -> None:
    files = county(kind)
    first = apply(kind, files)
    held = facts()
    files_kept = StoredFile.objects.count()
    again = apply(kind, files)
    assert again.status == "unchanged"
    assert again.rows["applied"] == 0
    assert again.rows["unchanged"] == first.rows["applied"] + first.rows["unchanged"]
    assert (again.rows["read"], again.rows["held"]) == (first.rows["read"], first.rows["held"])
    assert changed(held, facts()) == set()
    assert StoredFile.objects.count() == files_kept


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_accounted_for_and_held_rows_are_named(county, kind: str) -> None:
    outcome = apply(kind, county(kind))
    rows = outcome.rows
    assert rows["read"] == rows["applied"] + rows["unchanged"] + rows["held"] + rows["ignored"]
    errors = {(p.file, p.row) for p in outcome.problems if p.severity == "error"}
    assert len(errors) == rows["held"]
    assert all(p.message and p.advice and p.value for p in outcome.problems if p.severity == "error")


@pytest.mark.parametrize("kind", KINDS)
def test_problems_are_the_same_on_the_command_line_on_the_page_and_as_csv(
    county, officer, client, capsys, kind: str
) -> None:
    files = county(kind)
    call_command("feed", kind, *(str(file.path) for file in files), "--json")
    told = json.loads(capsys.readouterr().out)["problems"]
    run = services.receive(kind=kind, sources=files, actor=officer)
    services.check_run(run_id=run.pk, today=date.today())  # noqa: DTZ011 - as the command line has it
    assert told
    assert [p.as_dict() for p in services.outcome_of(FeedRun.objects.get(pk=run.pk)).problems] == told

    client.force_login(officer)
    page = client.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert all(f"?code={problem['code']}" in page for problem in told)
    sent, inside = (
        list(csv.DictReader(io.StringIO(client.get(address).getvalue().decode("utf-8-sig"))))
        for address in (reverse(f"feeds:{name}", args=[run.pk]) for name in ("problems", "internal"))
    )
    found = {
        (r["Severity"], r["Code"], r["Row"], r["Value read"].lstrip("'"), r["What is wrong"]) for r in sent + inside
    }
    for p in told:
        assert (p["severity"], p["code"], str(p["row"] or ""), p["value"] or "", p["message"]) in found
    order = ["error", "warning", "notice"]
    places = [(order.index(r["Severity"]), r["Code"], r["File"], int(r["Row"] or 0)) for r in sent]
    assert places == sorted(places)


def test_every_entry_that_a_later_file_changes_is_listed_on_the_page_and_in_the_download(
    county, officer, client, tmp_path: Path
) -> None:
    """Above the page's ten and its further lines, so that the download alone has them all."""
    headings = "URN,EstablishmentName,LA (code),EstablishmentNumber"
    before = [f"{800_000 + n},Old Name {n},990,{4000 + n}" for n in range(250)]
    after = [f"{800_000 + n},New Name {n},990,{4000 + n}" for n in range(250)]
    apply("gias", sources({"one.csv": "\n".join([headings, *before])}, tmp_path / "one"))
    second = sources({"two.csv": "\n".join([headings, *after])}, tmp_path / "two")
    run = services.receive(kind="gias", sources=second, actor=officer)
    run = services.check_run(run_id=run.pk, today=TODAY)
    assert run.difference["changed"] == 250
    client.force_login(officer)
    page = client.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert "Download all 250 changes" in page
    assert "New Name 9<" in page
    assert "New Name 249" not in page
    download = client.get(reverse("feeds:changes", args=[run.pk]))
    rows = list(csv.DictReader(io.StringIO(download.getvalue().decode("utf-8-sig"))))
    assert [(r["Whose"], r["Before"], r["After"]) for r in rows] == [
        (str(800_000 + n), f"Old Name {n}", f"New Name {n}") for n in range(250)
    ]
    services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    again = services.check_run(run_id=services.receive(kind="gias", sources=second, actor=officer).pk, today=TODAY)
    assert (again.status, again.changes.count()) == (Status.UNCHANGED, 0)


WRONG_FILES = {
    "empty.csv": b"",
    "headings-only.csv": b"child_id,upn,URN,EstablishmentName,Date,Session,Mark\n",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "document.xlsx": b"%PDF-1.7 not a workbook",
    "noise.xlsx": b"PK\x03\x04" + bytes(range(256)) * 4,
    "letter.csv": b"Dear colleague,\nplease find nothing attached.\n",
    "page.csv": b"<html><body><table><tr><td>sign in</td></tr></table></body></html>",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_refused_file_writes_no_fact(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(WRONG_FILES[name])
    held = facts()
    outcome = apply(kind, [SourceFile(name=name, path=path)])
    assert outcome.status == "refused"
    assert outcome.rows == services.EMPTY_ROWS
    assert outcome.problems
    assert all(problem.message and problem.advice for problem in outcome.problems)
    assert changed(held, facts()) == set()
    run = FeedRun.objects.get(pk=outcome.run_id)
    assert run.status == Status.REFUSED
    assert [p.code for p in run.problems.all()] == [p.code for p in outcome.problems]


def test_a_delivery_with_one_wrong_file_is_refused_whole(tmp_path: Path) -> None:
    files = delivery("ssda903", tmp_path)
    cut = tmp_path / "reviews.csv"
    cut.write_text('CHILD,DOB,REVIEW,REVIEW_CODE\nW1,"01/02/2010,01/01/2025,PN1\n')
    held = facts()
    outcome = apply("ssda903", [*files, SourceFile(name="reviews.csv", path=cut)])
    assert outcome.status == "refused"
    assert changed(held, facts()) == set()


def test_options_reach_the_check_and_stay_with_the_run(county, officer, tmp_path: Path) -> None:
    county("welfare-call")
    text = "Child ID,Date,AM,PM\nW1,03/11/2025,present,absent\n"
    files = sources({"words.csv": text}, tmp_path / "words")
    without = services.preview(kind="welfare-call", sources=files, today=TODAY)
    assert without.rows["applied"] == 0
    run = services.receive(kind="welfare-call", sources=files, actor=officer, options={"codes": "present=/,absent=N"})
    run = services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    assert (run.status, run.counts["applied"]) == (Status.APPLIED, 1)
    assert run.options == {"codes": "present=/,absent=N"}


@pytest.mark.parametrize("end", ["applied", "cancelled", "refused"])
def test_who_comes_second_is_told_by_whom_and_when(officer, make_user, tmp_path: Path, end: str) -> None:
    other = make_user(Role.VSH)
    files = delivery("gias", tmp_path) if end != "refused" else sources({"x.csv": "a\nb\n"}, tmp_path)
    run = services.receive(kind="gias", sources=files, actor=officer)
    if end == "cancelled":
        services.cancel_run(run=run, actor=officer)
    else:
        services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    held = snapshot()
    for attempt in (
        lambda: services.apply_run(run_id=run.pk, actor=other, today=TODAY),
        lambda: services.cancel_run(run=run, actor=other),
        lambda: services.queue_run(run_id=run.pk, status=Status.APPLYING),
    ):
        with pytest.raises(services.RunNotOpen) as told:
            attempt()
        if end != "refused":
            assert officer.name in str(told.value)
            assert " at " in str(told.value)
    assert changed(held, snapshot()) == set()


def test_put_aside_changes_nothing_and_is_remembered(officer, tmp_path: Path) -> None:
    run = services.receive(kind="gias", sources=delivery("gias", tmp_path), actor=officer)
    services.check_run(run_id=run.pk, today=TODAY)
    held = facts()
    run = services.cancel_run(run=run, actor=officer)
    assert (run.status, run.applied_by) == (Status.CANCELLED, officer)
    assert changed(held, facts()) == set()


def test_the_history_of_rows_that_came_by_copy_names_the_actor_and_the_delivery(county, officer, tmp_path) -> None:
    from pupils.models import Pupil
    from schools.models import School

    county("roll")
    files = sources({"roll.csv": "child_id,surname\nW1,Ashdown\nW2,Birchall\n"}, tmp_path / "a")
    outcome = apply("roll", files, officer)
    context = Pupil.objects.get(child_id="W1").events.latest("pgh_id").pgh_context
    assert context.metadata["user"] == officer.pk
    assert context.metadata["feed_run"] == outcome.run_id

    new = sources({"more.csv": "URN,EstablishmentName\n990003,Cobb Lane School\n"}, tmp_path / "b")
    outcome = apply("gias", new, officer)
    renamed = sources({"more.csv": "URN,EstablishmentName\n990003,Cobb Lane Academy\n"}, tmp_path / "c")
    outcome = apply("gias", renamed, officer)
    event = School.objects.get(urn="990003").events.latest("pgh_id")
    assert event.pgh_context.metadata == {"user": officer.pk, "feed_run": outcome.run_id}


def test_an_application_is_in_the_access_log(officer, tmp_path: Path) -> None:
    outcome = apply("gias", delivery("gias", tmp_path), officer)
    event = AccessEvent.objects.get(action=Access.IMPORTED)
    assert (event.user_id, event.subject_type, event.subject_id) == (officer.pk, "core.feedrun", outcome.run_id)
    assert event.detail == {"rows": outcome.rows}


WORDS = "Robin Ashdown was in the way"


class Fault(Exception):
    """A fault of ours, with a child's name in its words."""


@pytest.fixture
def broken(monkeypatch):
    """broken(kind): applying writes all and then fails; gives the call that mends it."""

    def break_it(kind: str):
        feed = type(get_kind(kind))
        plain = feed.apply

        def apply_and_fail(self: FeedKind, checked, context) -> None:
            plain(self, checked, context)
            raise Fault(WORDS)

        monkeypatch.setattr(feed, "apply", apply_and_fail)
        return lambda: monkeypatch.setattr(feed, "apply", plain)

    return break_it


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_mid_apply_undoes_all_and_the_delivery_may_be_applied_again(
    county, officer, broken, kind: str
) -> None:
    run = services.receive(kind=kind, sources=county(kind), actor=officer)
    services.check_run(run_id=run.pk, today=TODAY)
    held = facts()
    mend = broken(kind)
    with pytest.raises(services.FeedStopped) as stopped:
        services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    assert "Fault" in str(stopped.value)
    assert WORDS not in str(stopped.value) + stopped.value.frames
    assert changed(held, facts()) == set()
    assert not AccessEvent.objects.filter(action=Access.IMPORTED, subject_id=run.pk).exists()
    run.refresh_from_db()
    assert (run.status, run.applied_by) == (Status.FAILED, None)
    mend()
    run = services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    assert (run.status, run.applied_by) == (Status.APPLIED, officer)


def test_a_check_cannot_write(monkeypatch, officer, tmp_path: Path) -> None:
    from schools.models import School

    feed = type(get_kind("gias"))
    plain = feed.check

    def check_and_write(self: FeedKind, files, context):
        School.objects.create(urn="990999", name="Written by a check")
        return plain(self, files, context)

    monkeypatch.setattr(feed, "check", check_and_write)
    files = delivery("gias", tmp_path)
    services.preview(kind="gias", sources=files, today=TODAY)
    run = services.receive(kind="gias", sources=files, actor=officer)
    services.check_run(run_id=run.pk, today=TODAY)
    assert not School.objects.exists()


def test_held_rows_of_an_unchanged_delivery_fit_after_another_feed_has_come(officer, tmp_path: Path) -> None:
    results = sources(
        {"r.csv": "child_id,assessment_year,stage,subject,qualification,grade\nW1,2021,KS2,English,KS2 test,4\n"},
        tmp_path,
    )
    run = services.receive(kind="results", sources=results, actor=officer)
    run = services.check_run(run_id=run.pk, today=TODAY)
    assert (run.status, run.counts["held"]) == (Status.UNCHANGED, 1)
    apply("ssda903", delivery("ssda903", tmp_path))
    run = services.check_run(run_id=run.pk, today=TODAY)
    assert (run.status, run.counts["applied"]) == (Status.READY, 1)
    run = services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
    assert run.status == Status.APPLIED
    assert not FeedProblem.objects.filter(run=run).exists()


def test_a_stored_file_that_is_gone_or_cut_is_refused(officer, settings, tmp_path: Path) -> None:
    for harm in (Path.unlink, lambda path: path.write_bytes(b"URN,EstablishmentName\n")):
        run = services.receive(kind="gias", sources=delivery("gias", tmp_path), actor=officer)
        harm(next(path for path in settings.STORED_FILES_DIR.rglob("*") if path.is_file()))
        run = services.apply_run(run_id=run.pk, actor=officer, today=TODAY)
        assert run.status == Status.REFUSED
        assert [p.code for p in run.problems.all()] == ["FILE_GONE"]
