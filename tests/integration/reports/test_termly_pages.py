"""The pages of the termly report, by role."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from core.audit import Access
from core.models import AccessEvent
from core.roles import Role
from reports import services
from reports.models import ReportRun
from reports.rules import ReportState

from .conftest import AS_AT, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, make_user):
    def go(role):
        user = make_user(role)
        client.force_login(user)
        return user

    return go


@pytest.fixture
def fast_documents(monkeypatch):
    from reports.documents import termly as document

    def make(run, audience):
        return document.MadeDocument(audience, f"%PDF {audience} {run.state}".encode(), "", 1)

    monkeypatch.setattr(document, "make", make)


@pytest.fixture
def run(county, fast_documents):
    return services.draft_report(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY)


def issue(run, vsh):
    services.approve_report(run=run, actor=vsh)
    run.refresh_from_db()
    services.make_documents(run=run)
    services.issue_report(run=run, actor=vsh)


def url(name, run, *more):
    return reverse(f"reports:{name}", args=[run.pk, *more])


def test_head_goes_from_draft_to_issued(client, sign_in, run, django_capture_on_commit_callbacks):
    sign_in(Role.VSH)
    page = client.get(reverse("reports:list")).content.decode()
    assert "Autumn term 2009" in page and "1 report waits for approval" in page
    page = client.get(url("run", run)).content.decode()
    assert "Look through and approve" in page and "Issue to the boards" not in page
    approve = client.get(url("approve", run))
    page = approve.content.decode()
    assert "Youth justice" in page and "It counts 1 to 5 children." in page
    assert "Attendance, severe absence (" in page and page.count("severe absence") < 12
    assert page.index("What the public version hides") < page.index(">Approve</button>")
    assert "govuk-grid-column-one-third" not in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url("approve", run), {"seen": approve.context["seen"]})
    assert answer.status_code == 302
    page = client.get(url("run", run)).content.decode()
    assert "Issue to the boards" in page
    client.post(url("issue", run))
    run.refresh_from_db()
    assert run.state == ReportState.ISSUED
    assert "Issued" in client.get(url("run", run)).content.decode()


def test_approval_of_something_else_is_asked_again(client, sign_in, run):
    sign_in(Role.VSH)
    answer = client.post(url("approve", run), {"seen": "0" * 64}, follow=True)
    assert "was changed since you opened this page" in answer.content.decode()
    run.refresh_from_db()
    assert run.state == ReportState.DRAFT


def test_a_report_is_approved_once(client, sign_in, run, make_user):
    issue(run, make_user(Role.VSH))
    sign_in(Role.VSH)
    for answer in (client.get(url("approve", run), follow=True), client.post(url("approve", run), follow=True)):
        assert "This report is already issued." in answer.content.decode()


def test_board_reader_sees_issued_reports_and_the_public_version_only(client, sign_in, run, make_user):
    sign_in(Role.BOARD_READER)
    assert "No report has been issued yet" in client.get(reverse("reports:list")).content.decode()
    for name, more in (("run", ()), ("read", ()), ("document", ("public",)), ("figures", ("public", "json"))):
        assert client.get(url(name, run, *more)).status_code == 404
    issue(run, make_user(Role.VSH))
    page = client.get(url("run", run)).content.decode()
    assert "Public version" in page and "Restricted version" not in page and "Withdraw" not in page
    read = client.get(url("read", run)).content.decode()
    assert "Public version" in read and "Youth justice" in read
    assert client.get(url("document", run, "public")).content == b"%PDF public approved"
    assert client.get(url("figures", run, "public", "csv")).status_code == 200
    for name, more in (("document", ("restricted",)), ("figures", ("restricted", "json")), ("compare", ())):
        assert client.get(url(name, run, *more)).status_code == 403
    assert client.get(url("read", run) + "?version=restricted").status_code == 403
    for name, more in (("cohorts", ()), ("cohort", ("roll.total",)), ("words", ()), ("approve", ()), ("withdraw", ())):
        assert client.get(url(name, run, *more)).status_code == 403
    assert client.get(reverse("reports:new")).status_code == 403
    # Withdrawn again: out of reach.
    services.withdraw_report(run=run, actor=make_user(Role.VSH), because="Mistake")
    assert client.get(url("document", run, "public")).status_code == 404


@pytest.mark.parametrize("role", [Role.DESIGNATED_TEACHER, Role.IRO, Role.SOCIAL_WORKER, Role.FINANCE_OFFICER])
def test_other_roles_have_no_reports(client, sign_in, run, role):
    sign_in(role)
    assert client.get(reverse("reports:list")).status_code == 403
    assert client.get(url("document", run, "public")).status_code == 403


def test_adviser_reads_all_and_decides_nothing(client, sign_in, run):
    sign_in(Role.ADVISER)
    page = client.get(url("run", run)).content.decode()
    assert "Restricted version" in page and "approve" not in page.lower().replace("waits for approval", "")
    assert client.get(url("approve", run)).status_code == 403
    assert client.post(url("issue", run)).status_code == 403
    assert client.get(url("words", run)).status_code == 403
    assert client.get(url("withdraw", run)).status_code == 403


def test_every_download_leaves_a_trace(client, sign_in, run):
    user = sign_in(Role.ADVISER)
    answer = client.get(url("document", run, "restricted"))
    assert answer["Content-Disposition"] == 'attachment; filename="termly-report-2009-autumn-restricted-draft.pdf"'
    event = AccessEvent.objects.filter(user_id=user.pk, action=Access.PRINTED).get()
    assert (event.subject_type, event.subject_id) == ("reports.reportrun", run.pk)
    assert event.detail["version"] == "restricted"
    client.get(url("figures", run, "restricted", "json"))
    assert AccessEvent.objects.filter(user_id=user.pk, action=Access.EXPORTED).count() == 1


def test_children_behind_a_figure_are_those_frozen(client, sign_in, run, county):
    sign_in(Role.VSH)
    from pupils.models import CareEpisode

    CareEpisode.objects.filter(ls="J1").delete()
    page = client.get(url("cohort", run, "roll.legal.justice")).content.decode()
    assert "3 children counted" in page and "Firstname83 Lastname83" in page
    assert client.get(url("cohort", run, "no.such")).status_code == 404
    assert "Legal status: Youth justice" in client.get(url("cohorts", run)).content.decode()


def test_words_are_saved_and_a_name_is_refused(client, sign_in, run, county):
    sign_in(Role.VSH)
    child = county[5]
    answer = client.post(url("words", run), {"commentary": f"{child.forename} {child.surname}", "decisions_wanted": ""})
    assert "names a child" in answer.content.decode()
    answer = client.post(url("words", run), {"commentary": "A good term.", "decisions_wanted": "Note this.\nAgree."})
    assert answer.status_code == 302
    run.refresh_from_db()
    assert run.decisions_wanted == "Note this.\nAgree."
    read = client.get(url("read", run)).content.decode()
    assert "A good term." in read
    # The decisions themselves stand among the headlines, once.
    opening = read.split('id="roll"')[0]
    assert "<li>Agree.</li>" in opening and read.count("<li>Agree.</li>") == 1


def test_a_new_report_is_made_from_the_form(
    client, sign_in, county, fast_documents, django_capture_on_commit_callbacks
):
    sign_in(Role.DATA_OFFICER)
    form = {"term": "2009-autumn", "as_at_0": "1", "as_at_1": "12", "as_at_2": "2009"}
    wrong = client.post(reverse("reports:new"), {**form, "as_at_1": "8"})
    assert "lies outside the term" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("reports:new"), form)
    run = ReportRun.objects.get()
    assert answer["Location"] == url("run", run)
    assert run.is_frozen and run.documents.count() == 2
    progress = client.get(url("progress", run)).json()
    assert progress["finished"] and progress["done"] == progress["total"]


def test_a_stopped_run_can_be_taken_up_again(
    client, sign_in, county, fast_documents, django_capture_on_commit_callbacks
):
    sign_in(Role.VSH)
    run = services.open_run(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY)
    services.report_progress(run.pk)(-1, services.STEPS, "Stopped by a fault")
    page = client.get(url("run", run)).content.decode()
    assert "Try again" in page
    assert client.get(url("read", run)).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("make", run))
    run.refresh_from_db()
    assert run.is_frozen and run.documents.count() == 2


def test_two_terms_stand_side_by_side(client, sign_in, run):
    earlier = services.draft_report(term="2009-summer", as_at=date(2009, 7, 1), actor=None, today=TODAY)
    sign_in(Role.VSH)
    page = client.get(url("compare", run)).content.decode()
    assert "Summer term 2009" in page and "Autumn term 2009" in page
    assert "Children on the roll" in page and "+2" in page
    # Of the summer there is no term before: the other report is offered all the same.
    other = client.get(url("compare", earlier))
    assert other.context["before"] == run and "Beside the autumn term 2009" in other.content.decode()
    assert "Compare with another report" in client.get(url("run", earlier)).content.decode()
    assert client.get(url("compare", run) + "?with=999999").status_code == 404
    services.withdraw_report(run=earlier, actor=None, because="Mistake")
    assert client.get(url("compare", run) + f"?with={earlier.pk}").status_code == 404


def test_a_report_without_another_offers_no_comparison(client, sign_in, run):
    sign_in(Role.VSH)
    assert "Compare with" not in client.get(url("run", run)).content.decode()
    assert "Nothing to compare with" in client.get(url("compare", run)).content.decode()


def test_any_other_report_may_be_chosen_and_bases_are_not_mixed(client, sign_in, run):
    from reports.views.report_behind import OTHER_BASIS

    services.draft_report(term="2009-summer", as_at=date(2009, 7, 1), actor=None, today=TODAY)
    old = services.draft_report(term="2009-spring", as_at=date(2009, 3, 2), actor=None, today=TODAY)
    sign_in(Role.VSH)
    assert client.get(url("compare", run)).context["which"] == "the term just before"
    chosen = client.get(url("compare", run) + f"?with={old.pk}")
    assert chosen.context["before"] == old and "Beside the spring term 2009" in chosen.content.decode()
    assert f'<option value="{old.pk}" selected>' in chosen.content.decode()
    later = services.draft_report(term="2010-autumn", as_at=date(2010, 11, 2), actor=None, today=TODAY)
    changes = client.get(url("compare", later) + f"?with={run.pk}").context["changes"]
    assert {row.change for row in changes if row.group == "Attainment"} == {OTHER_BASIS}


def test_the_green_button_of_the_list_is_what_waits(client, sign_in, run, make_user):
    sign_in(Role.VSH)
    page = client.get(reverse("reports:list")).content.decode()
    assert page.count("govuk-button") and "Look through and approve" in page and url("approve", run) in page
    sign_in(Role.DATA_OFFICER)
    page = client.get(reverse("reports:list")).content.decode()
    assert "Look through and approve" not in page and "Make a report" in page
    issue(run, make_user(Role.VSH))
    sign_in(Role.VSH)
    assert "Look through and approve" not in client.get(reverse("reports:list")).content.decode()


def test_figures_keep_the_order_of_the_report(client, sign_in, run):
    services.draft_report(term="2009-summer", as_at=date(2009, 7, 1), actor=None, today=TODAY)
    run.refresh_from_db()  # the database keeps no order of keys
    sign_in(Role.VSH)
    for name, more in (("compare", ()), ("approve", ())):
        changes = client.get(url(name, run, *more)).context["changes"]
        groups = [row.group for row in changes]
        assert list(dict.fromkeys(groups)) == ["Roll", "Attendance", "Attainment", "Data quality"]
        assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
    years = [f"roll.year.{n}" for n in (5, 9, 10, 12)]
    behind = [row["name"] for row in client.get(url("cohorts", run)).context["rows"]]
    frozen = list(client.get(url("figures", run, "restricted", "json")).json()["numbers"])
    for names in (behind, frozen):
        assert [name for name in names if name in years] == years
        sections = [name.split(".")[0] for name in names if name.startswith(("roll.", "attendance.", "ni-"))]
        assert [s for n, s in enumerate(sections) if not n or sections[n - 1] != s][:3] == [
            "roll",
            "attendance",
            "ni-99",
        ]


def test_only_the_term_before_or_a_year_before_is_a_comparison(client, sign_in, run):
    from reports.views.report_behind import NOT_COMPARABLE, changes_since, run_before

    user = sign_in(Role.VSH)
    later = services.open_run(term="2026-autumn", as_at=date(2026, 11, 2), actor=None, today=TODAY)
    assert run_before(later, user) is None
    later.academic_year = 2010
    assert (run_before(later, user).run, run_before(later, user).which) == (run, "the same term a year before")
    later.season = "spring"
    assert run_before(later, user) is None
    later.academic_year = 2009
    assert run_before(later, user).which == "the term just before"
    later.figures = run.figures | {
        "sections": [
            s | {"data": s["data"] | {"persistent_words": "another rule"}} if s["slug"] == "attendance" else s
            for s in run.figures["sections"]
        ]
    }
    changes = [row.change for row in changes_since(later, run) if "persistently absent" in row.label]
    assert changes and set(changes) == {NOT_COMPARABLE}


def test_rows_of_later_deliveries_are_no_gap_of_an_old_term(county):
    from types import SimpleNamespace

    from django.utils import timezone

    from reports import termly
    from reports.sections.data_quality import _rows_of

    scope = termly.scope_for("2009-autumn", as_at=AS_AT, today=TODAY)
    now = SimpleNamespace(applied_at=timezone.now(), counts={"read": 7})
    then = SimpleNamespace(applied_at=timezone.now().replace(year=2010, month=5, day=1), counts={"read": 7})
    assert _rows_of(now, "read", scope) is None and _rows_of(then, "read", scope) == 7
    # Half past midnight in summer time is the next day in England, and here the next school year.
    late = SimpleNamespace(applied_at=datetime(2010, 8, 31, 23, 30, tzinfo=UTC), counts={"read": 7})
    assert _rows_of(late, "read", scope) is None


def test_a_table_of_deliveries_that_says_nothing_is_left_out(county):
    from reports.sections.data_quality import _feeds_table

    feed = {"title": "Roll", "on": "2026-11-26", "read": None, "held": None}
    assert _feeds_table({"feeds": [feed, feed]}) is None
    assert len(_feeds_table({"feeds": [feed, feed | {"read": 3, "held": 0}]}).rows) == 2


def test_only_the_newest_delivery_of_a_kind_is_told_on_its_day_in_england(county):
    from core.models import FeedRun
    from reports import termly
    from reports.sections.data_quality import _feeds

    for day, rows in ((1, 5), (30, 6)):
        at = datetime(2010, 6, day, 23, 30, tzinfo=UTC)
        FeedRun.objects.create(kind="roll", status=FeedRun.Status.APPLIED, applied_at=at, counts={"read": rows})
    scope = termly.scope_for("2009-autumn", as_at=AS_AT, today=TODAY)
    assert [(f["on"], f["read"]) for f in _feeds(scope) if f["on"]] == [("2010-07-01", 6)]


def test_the_home_page_and_the_report_agree_on_who_is_of_school_age(county, make_user):
    from pupils.models import Pupil, YearGroup
    from pupils.panels import _by_gap
    from reports import termly
    from reports.sections import data_quality

    scope = termly.scope_for("2009-autumn", as_at=AS_AT, today=TODAY)
    # By age in Year 7; recorded in Year 12. By age too old; recorded in Year 11. Of unknown age; recorded in Year 3.
    for pupil, nc_year in ((county[0], 12), (county[24], 11), (county[40], 3)):
        YearGroup.objects.create(pupil=pupil, academic_year=2009, nc_year=nc_year)
    Pupil.objects.filter(pk__in=[county[0].pk, county[24].pk, county[40].pk]).update(upn="")
    Pupil.objects.filter(pk=county[40].pk).update(dob=None)
    gaps = data_quality.collect(scope).cohorts
    on_roll = Pupil.objects.looked_after(on=AS_AT)
    for gap, name in (("no_upn", data_quality.NO_UPN), ("no_place", data_quality.NO_PLACE)):
        assert sorted(_by_gap(on_roll, gap, AS_AT).values_list("pk", flat=True)) == gaps[name]
    assert county[0].pk not in gaps[data_quality.NO_UPN] and county[24].pk in gaps[data_quality.NO_UPN]


def test_pages_cost_the_same_for_few_and_many_children(client, sign_in, run, django_assert_max_num_queries):
    sign_in(Role.VSH)
    client.get(url("run", run))
    for name in ("run", "read", "approve", "cohorts"):
        with django_assert_max_num_queries(14):
            assert client.get(url(name, run)).status_code == 200
