"""Indicator pages: figures with targets, the children behind every bar, and who may see and set what."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from attainment.models import IndicatorFigure, Qualification, Result
from attainment.rules import NI_SPECS, NiCode, subject_key
from attainment.services import compute_and_store
from core.models import AccessEvent, FeedRun
from core.panels import HomeCard, HomeNeeds, panels_for
from core.roles import Role
from core.wording import moment
from pupils.models import CareEpisode, Pupil
from reports.models import IndicatorTarget
from reports.panels import _headline_card
from reports.rules import standing_of
from reports.services import load_plan_targets, set_target
from reports.targets import indicator_years
from reports.views.indicators import trend

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
YEAR_6 = date(1998, 2, 12)


def make_child(child_id, grade=None, *, decom=date(2004, 4, 4), rne="S", dob=YEAR_6):
    pupil = Pupil.objects.create(child_id=child_id, dob=dob, forename=child_id, surname="Example", sort_name=child_id)
    CareEpisode.objects.create(pupil=pupil, decom=decom, rne=rne, ls="C2", cin="N1", place="U6")
    if grade:
        Result.objects.create(
            pupil=pupil, assessment_year=2009, stage="KS2", subject="English", subject_key=subject_key("English"),
            qualification=Qualification.objects.get(code="KS2_TEST"), grade=grade,
        )  # fmt: skip
    return pupil


@pytest.fixture
def county():
    """Three in Year 6 with results (one at level 4), one without, one to review, one too young."""
    children = {
        "A": make_child("Ann", "4"),
        "B": make_child("Ben", "3"),
        "C": make_child("Cat", "N"),
        "D": make_child("Dan"),
        "R": make_child("Rob", "4", decom=date(2008, 12, 1), rne="P"),
        "Y": make_child("Yas", dob=date(2001, 1, 1)),
    }
    compute_and_store(year=2009, actor=None, today=TODAY)
    return children


def page(client, name, *args, **query):
    return client.get(reverse(f"reports:{name}", args=args), query)


def test_the_plans_own_numbers_are_entered_once():
    assert len(load_plan_targets()) == 8
    assert load_plan_targets() == []
    row = IndicatorTarget.objects.get(code="NI 101", assessment_year=2009)
    assert (row.prediction, row.awaited_on) == (Decimal("6.34"), date(2009, 11, 27))
    assert not IndicatorTarget.objects.filter(code="NI 101", assessment_year=2008).exists()


def test_where_a_year_stands():
    target = IndicatorTarget(prediction=Decimal("33.3"), awaited_on=date(2009, 11, 27))
    figure = IndicatorFigure(numerator=15, denominator=45, unmatched=0)
    before, after = date(2009, 10, 15), date(2009, 12, 1)
    assert standing_of(None, target, today=before).words == "Awaiting, due 27 Nov 2009"
    assert standing_of(None, target, today=after).words == "Outcome was due 27 Nov 2009"
    assert standing_of(figure, target, today=before).words == "As predicted"
    empty = IndicatorFigure(numerator=0, denominator=45, unmatched=45)
    assert standing_of(empty, target, today=before).words == "Awaiting, due 27 Nov 2009"
    assert standing_of(empty, None, today=after).words == "No results loaded yet"
    assert standing_of(None, None, today=after).words == "Not computed"
    assert standing_of(figure, None, today=after).words == "No target set"
    aim = IndicatorTarget(target=Decimal(43))
    assert standing_of(figure, aim, today=after).words == "9.7 points below target"
    fine = IndicatorTarget(prediction=Decimal("6.34"))
    assert standing_of(IndicatorFigure(numerator=631, denominator=10000), fine, today=after).words == "As predicted"
    ten = IndicatorTarget(target=Decimal(10))
    assert (
        standing_of(IndicatorFigure(numerator=7, denominator=111), ten, today=after).words == "3.7 points below target"
    )
    close = IndicatorFigure(numerator=426, denominator=1000)
    assert standing_of(close, aim, today=after).words == "0.4 points below target"
    more = IndicatorFigure(numerator=20, denominator=40, unmatched=0)
    assert standing_of(more, aim, today=after).words == "Above target by 7.0 points"


def test_overview_shows_figures_beside_the_plan(client, make_user, county):
    load_plan_targets()
    client.force_login(make_user(Role.VSH))
    text = page(client, "indicators").content.decode()
    for words in ("1 of 4 (25.0%)", "33.3%", "43%", "33% (stated in the plan)", "1 to review", "8.3 points below"):
        assert words in text
    assert "Basis changed" in text


def test_a_summer_without_any_result_is_no_outcome_of_nought(client, make_user, county):
    compute_and_store(year=2010, actor=None, today=TODAY)
    entry = indicator_years(today=TODAY)[NiCode.NI_99][0]
    assert (entry.year, entry.figure) == (2010, None) and entry.row is not None
    user = make_user(Role.VSH)
    client.force_login(user)
    text = page(client, "indicators").content.decode()
    assert "No results yet" in text and "(0.0%)" not in text.split("NI 100")[0]
    assert "No results yet" in page(client, "indicator", "ni-99", 2010).content.decode()
    assert [row["entry"].year for row in _headline_card(user, TODAY)["rows"]][:1] == [2009]


def test_trend_breaks_between_2009_and_2010(county):
    load_plan_targets()
    years = indicator_years(today=TODAY)[NiCode.NI_99]
    chart = trend(NI_SPECS[NiCode.NI_99], years)
    assert [row[0] for row in chart.table.rows] == ["2008", "2009", "2010"]
    assert any("Basis changed" in str(shape) for shape in chart.shapes)


def test_one_year_opens_to_the_waterfall_and_what_would_change_it(client, make_user, county):
    client.force_login(make_user(Role.ADVISER))
    answer = page(client, "indicator", "ni-99", 2009)
    assert [row[1] for row in answer.context["chart"].table.rows] == ["6", "5", "4", "4", "1"]
    assert answer.context["could_be"] == ("1 of 5 (20.0%)", "2 of 5 (40.0%)")
    text = answer.content.decode()
    assert "Rob Example" in text
    assert "load the SSDA903 return of the year before" in text
    assert "1 child without any result" in text
    assert answer.context["matched_only"].text() == "1 of 3 (33.3%)"


def test_a_child_to_review_whose_result_falls_short_cannot_raise_the_figure(client, make_user, county):
    make_child("Sam", "3", decom=date(2008, 12, 1), rne="P")
    make_child("Tom", decom=date(2008, 12, 1), rne="P")
    compute_and_store(year=2009, actor=None, today=TODAY)
    client.force_login(make_user(Role.ADVISER))
    could_be = page(client, "indicator", "ni-99", 2009).context["could_be"]
    assert could_be == ("1 of 7 (14.3%)", "3 of 7 (42.9%)")


def test_who_is_left_out_is_said_in_the_words_of_the_indicator(client, make_user, county):
    make_child("Ned", "4", decom=date(2009, 3, 1))
    make_child("Tim", "T")
    compute_and_store(year=2009, actor=None, today=TODAY)
    client.force_login(make_user(Role.VSH))
    answer = page(client, "indicator", "ni-99", 2009)
    text = answer.content.decode()
    assert answer.context["out_words"].startswith("Year 6, but not looked after for all twelve months")
    assert "Why</th>" in text and 'app-figure">Why' not in text
    for jargon in ("Beside it", "Printed as", "of the year group and not counted"):
        assert jargon not in text
    assert "the test" not in page(client, "indicator", "ni-101", 2009).content.decode()


def test_a_review_that_changes_nothing_gives_one_figure_and_no_span(client, make_user, county):
    Result.objects.filter(pupil=county["R"]).update(grade="3")
    client.force_login(make_user(Role.VSH))
    text = page(client, "indicator", "ni-99", 2009).content.decode()
    assert "the figure would be 1 of 5 (20.0%): by the results that are known" in text
    assert "between" not in text


def test_indicators_to_choose_from_carry_their_codes(client, make_user):
    client.force_login(make_user(Role.VSH))
    assert "NI 101: " in page(client, "choose_target").content.decode()


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("looked-after", ["Ann", "Ben", "Cat", "Dan", "Rob", "Yas"]),
        ("twelve-months", ["Ann", "Ben", "Cat", "Dan", "Yas"]),
        ("year-group", ["Ann", "Ben", "Cat", "Dan"]),
        ("denominator", ["Ann", "Ben", "Cat", "Dan"]),
        ("numerator", ["Ann"]),
        ("not-achieved", ["Ben", "Cat", "Dan"]),
        ("out", []),
        ("review", ["Rob"]),
        ("unmatched", ["Dan"]),
    ],
)
def test_every_bar_has_its_named_list(client, make_user, county, step, names):
    client.force_login(make_user(Role.DATA_OFFICER))
    answer = page(client, "indicator_children", "ni-99", 2009, step)
    assert [row.pupil.forename for row in answer.context["page"]] == names
    assert all(row.reason for row in answer.context["page"])
    assert AccessEvent.objects.filter(action="listed", detail__step=step).exists()


def test_lists_are_exported(client, make_user, county):
    client.force_login(make_user(Role.DATA_OFFICER))
    answer = page(client, "indicator_export", "ni-99", 2009, "denominator", "csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Child id,UPN,Name,Counts,Why"
    assert len(lines) == 5
    assert page(client, "indicator_export", "ni-99", 2009, "denominator", "xlsx").status_code == 200
    assert page(client, "indicator_export", "ni-99", 2009, "denominator", "exe").status_code == 404


def test_the_rows_behind_a_child(client, make_user, county):
    client.force_login(make_user(Role.VSH))
    answer = page(client, "indicator_child", "ni-99", 2009, county["R"].pk)
    text = answer.content.decode()
    assert "1 Dec 2008" in text
    assert "Level 4" not in answer.context["reason"]
    assert AccessEvent.objects.filter(action="opened", subject_id=county["R"].pk).exists()
    other = page(client, "indicator_child", "ni-99", 2009, county["Y"].pk)
    assert other.context["reason"] == "Year 3 in 2008/09, not Year 6."
    assert page(client, "indicator_child", "ni-99", 2009, 999_999).status_code == 404


@pytest.mark.parametrize("slug_and_year", [("ni-98", 2009), ("ni-99", 2016), ("ni-99", 1900)])
def test_no_such_indicator_or_year(client, make_user, slug_and_year):
    client.force_login(make_user(Role.VSH))
    assert page(client, "indicator", *slug_and_year).status_code == 404


def test_no_such_list(client, make_user, county):
    client.force_login(make_user(Role.VSH))
    assert page(client, "indicator_children", "ni-99", 2009, "everybody").status_code == 404


@pytest.mark.parametrize(
    "role",
    [
        Role.IRO, Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.FINANCE_OFFICER, Role.BOARD_READER,
        Role.SYSTEM_ADMIN,
    ],
)  # fmt: skip
def test_out_of_reach_for_others(client, make_user, county, role):
    client.force_login(make_user(role))
    for name, args in (
        ("indicators", ()),
        ("compute_indicators", ()),
        ("choose_target", ()),
        ("indicator", ("ni-99", 2009)),
        ("indicator_target", ("ni-99", 2009)),
        ("indicator_children", ("ni-99", 2009, "denominator")),
        ("indicator_export", ("ni-99", 2009, "denominator", "csv")),
        ("indicator_child", ("ni-99", 2009, county["A"].pk)),
    ):
        assert page(client, name, *args).status_code == 403, name


def test_targets_are_set_by_those_who_may(client, make_user):
    client.force_login(make_user(Role.DATA_OFFICER))
    url = reverse("reports:indicator_target", args=["ni-99", 2010])
    assert client.post(url, {"target": "143"}).context["form"].errors["target"]
    data = {"target": "43", "prediction": "", "awaited_on_0": "27", "awaited_on_1": "11", "awaited_on_2": "2010"}
    assert client.post(url, data).status_code == 302
    row = IndicatorTarget.objects.get()
    assert (row.target, row.prediction, row.awaited_on) == (Decimal(43), None, date(2010, 11, 27))
    assert row.events.count() == 1
    adviser = make_user(Role.ADVISER)
    client.force_login(adviser)
    assert client.get(url).status_code == 403
    with pytest.raises(PermissionDenied):
        set_target(code=NiCode.NI_99, year=2010, actor=adviser, target=Decimal(1))


def test_a_target_for_a_year_nobody_named_yet(client, make_user):
    client.force_login(make_user(Role.VSH))
    url = reverse("reports:choose_target")
    assert client.post(url, {"slug": "ni-99", "year": "2016"}).context["form"].errors["year"]
    answer = client.post(url, {"slug": "ni-99", "year": "2011"})
    assert answer.headers["Location"] == reverse("reports:indicator_target", args=["ni-99", 2011])


def test_compute_now(client, make_user):
    make_child("Ann", "4")
    client.force_login(make_user(Role.VSH))
    url = reverse("reports:compute_indicators")
    assert client.post(url, {"year": "2017"}).context["form"].errors["year"]
    assert client.post(url, {"year": "2009", "basis": ""}).status_code == 302
    assert IndicatorFigure.objects.get(code="NI 99").numerator == 1
    client.post(url, {"year": "2009", "basis": "cla-npd-31mar"})
    other = page(client, "indicator", "ni-99", 2009, basis="cla-npd-31mar")
    assert "CLA-NPD, 31 March 2009" in other.content.decode()


def test_only_figures_older_than_the_newest_facts_are_called_so(client, make_user, county):
    compute_and_store(year=2008, actor=None, today=TODAY)
    run = FeedRun.objects.create(kind="results", status=FeedRun.Status.APPLIED, applied_at=timezone.now())
    client.force_login(make_user(Role.VSH))
    assert "after the figures of summer 2008 and 2009 were computed" in page(client, "indicators").content.decode()
    compute_and_store(year=2009, actor=None, today=TODAY)
    text = page(client, "indicators").content.decode()
    assert f"New facts came on {moment(run.applied_at)}, after the figures of summer 2008 were computed" in text
    assert "New facts" in page(client, "indicator", "ni-99", 2008).content.decode()
    for year in (2009, 2010):
        assert "New facts" not in page(client, "indicator", "ni-99", year).content.decode()


def test_home_page_shows_headlines_and_what_to_review(make_user, county):
    vsh = make_user(Role.VSH)
    needs = [need for source in panels_for(HomeNeeds, vsh) for need in source.needs(vsh, TODAY)]
    review = [need for need in needs if need.text.startswith("Children to review")]
    assert [(need.text, need.count) for need in review] == [
        ("Children to review in NI 99 and NI 100, summer 2009", 1),
    ]
    card = next(c for c in panels_for(HomeCard, vsh) if c.template == "reports/cards/headlines.html")
    assert [row["entry"].code for row in card.context(vsh, TODAY)["rows"]] == ["NI 99", "NI 100", "NI 101"]
