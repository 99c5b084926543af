"""What is listed, counted and refused; what is kept; how many queries it takes."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attainment import indicators
from attainment.indicators import Choices
from attainment.models import IndicatorFigure, IndicatorPupil, Qualification
from attainment.rules import ClosedSeries, GradeScheme, NiCode, Stage
from attainment.services import Worth, compute_and_store, figures_worth_computing, map_qualification, worth_of
from attainment.tasks import compute_indicators
from core.models import JobRun
from pupils.models import YearGroup
from pupils.rules import Basis

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
YEAR_11 = date(1993, 1, 20)


def ni(code, year=2009, **kwargs):
    return indicators.compute(year, codes=[code], **kwargs)[0]


def test_lists_the_year_group_looked_after_at_any_time_in_the_window(child):
    child("IN")
    child("LEFT", episodes=[{"decom": date(2004, 4, 4), "dec": date(2009, 1, 5), "rec": "E4A"}])
    child("BEFORE", episodes=[{"decom": date(2004, 4, 4), "dec": date(2008, 10, 1), "rec": "E4A"}])
    child("AFTER", episodes=[{"decom": date(2009, 10, 1)}])
    child("YEAR5", dob=date(1998, 9, 1))
    listed = {c.child_id: c.status.value for c in ni(NiCode.NI_99).children}
    assert listed == {"IN": "in", "LEFT": "out"}


def test_recorded_year_group_wins_and_is_flagged(child):
    held_back = child("BACK", dob=date(1997, 5, 1))
    YearGroup.objects.create(pupil=held_back, academic_year=2008, nc_year=6)
    ahead = child("AHEAD")
    YearGroup.objects.create(pupil=ahead, academic_year=2008, nc_year=7)
    [line] = ni(NiCode.NI_99).children
    assert (line.child_id, line.flags) == ("BACK", ("YEAR_GROUP_RECORDED", "NOT_MATCHED"))
    by_age = ni(NiCode.NI_99, choices=Choices(recorded_year_wins=False))
    assert [c.child_id for c in by_age.children] == ["AHEAD"]


def test_child_without_date_of_birth_is_known_to_nobody(child):
    pupil = child("NODOB", dob=None)
    computed = ni(NiCode.NI_99)
    assert computed.children == ()
    assert indicators.children_without_year_group(2009, computed.window) == [pupil.pk]


def test_teacher_assessment_counts_only_where_the_authority_chose_so(child, result):
    pupil = child("TA")
    result(pupil, "English", "4", qualification="KS2 teacher assessment")
    assert ni(NiCode.NI_99).figure.n_of_d() == "0 of 1"
    chosen = ni(NiCode.NI_99, choices=Choices(teacher_assessment_counts=True))
    assert chosen.figure.n_of_d() == "1 of 1"
    assert "TEACHER_ASSESSMENT" in chosen.children[0].flags
    assert chosen.definition == "NI 99 (2008) t"


def test_left_out_by_outcome_and_unmatched(child, result):
    result(child("GONE"), "English", "L")
    child("NOTHING")
    computed = ni(NiCode.NI_99)
    assert (computed.denominator, computed.unmatched) == (1, 1)
    assert ni(NiCode.NI_99, matched_only=True).denominator == 0


def test_early_entry_of_another_year_counts_at_key_stage_4(child, result):
    pupil = child("E", dob=YEAR_11)
    result(pupil, "Maths", "C", qualification="GCSE", year=2008)
    for subject in ("English", "Science", "Art", "Drama"):
        result(pupil, subject, "C", qualification="GCSE")
    assert ni(NiCode.NI_101).figure.n_of_d() == "1 of 1"


def test_an_unmapped_qualification_counts_once_it_is_mapped(child, result, person):
    pupil = child("Q", dob=YEAR_11)
    for subject in ("English", "Maths", "Art"):
        result(pupil, subject, "C", qualification="GCSE")
    unknown = Qualification.objects.create(name="Diploma of Sport", key="diplomaofsport", mapped=False)
    result(pupil, "Sport", "Gold", qualification="Diploma of Sport")
    line = ni(NiCode.NI_101).children[0]
    assert (line.in_numerator, "QUALIFICATION_UNKNOWN" in line.flags) == (False, True)
    worth = Worth(
        name="Diploma of Sport", stage=Stage.KS4, scheme=GradeScheme.WORDS, size=Decimal(2),
        level2_grades=frozenset({"P"}),
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        map_qualification(qualification=unknown, worth=worth, actor=person("adviser"))
    officer = person("data_officer")
    map_qualification(qualification=unknown, worth=worth, actor=officer)
    assert not ni(NiCode.NI_101).children[0].in_numerator  # "Gold" is no pass
    pupil.results.filter(subject="Sport").update(grade="Pass")
    assert ni(NiCode.NI_101).children[0].in_numerator
    gcse = Qualification.objects.get(code="GCSE_FULL")
    assert worth_of(gcse).level2_grades == {"A*", "A", "B", "C"}


@pytest.mark.parametrize(("year", "codes"), [(2015, 3), (2016, 1)])
def test_series_that_are_open(year, codes):
    assert len(indicators.compute(year)) == codes


def test_closed_series_and_wrong_years():
    with pytest.raises(ClosedSeries):
        indicators.compute(2017)
    with pytest.raises(ClosedSeries):
        indicators.compute(2016, codes=[NiCode.NI_99])
    with pytest.raises(ValueError, match="not an assessment year"):
        indicators.compute(9)


def test_the_command_refuses_a_closed_series(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("indicators", "--year", "2017", "--json")
    assert stopped.value.code == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "refused"
    assert [one["last_year"] for one in document["closed"]] == [2015, 2015, 2016]


def test_the_command_gives_what_is_open_and_names_what_is_closed(capsys):
    call_command("indicators", "--year", "2016", "--json")
    document = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in document["indicators"]] == ["NI 101"]
    assert [one["code"] for one in document["closed"]] == ["NI 99", "NI 100"]


def test_the_command_names_a_wrong_year_as_wrong_usage():
    with pytest.raises(CommandError) as stopped:
        call_command("indicators", "--year", "9", "--json")
    assert stopped.value.returncode == 2


@pytest.mark.parametrize(
    ("year", "basis", "as_at"),
    [(2009, None, "2009-09-30"), (2010, None, "2010-03-31"), (2009, "cla-npd-31mar", "2009-03-31")],
)
def test_basis_of_the_year_unless_given(capsys, year, basis, as_at):
    call_command("indicators", "--year", str(year), "--json", *(["--basis", basis] if basis else []))
    assert {one["as_at"] for one in json.loads(capsys.readouterr().out)["indicators"]} == {as_at}


def test_snapshot_still_to_come_is_provisional(child):
    assert ni(NiCode.NI_99, today=date(2009, 9, 1)).provisional
    assert not ni(NiCode.NI_99, today=date(2009, 9, 30)).provisional


def test_as_many_queries_for_one_child_as_for_fifty(child, result):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            indicators.compute(2009)
        return len(caught)

    result(child("ONE"), "English", "4")
    one = queries()
    for n in range(49):
        result(child(f"N{n}"), "English", "4")
    assert queries() == one <= 5


def test_figures_are_kept_with_their_children_and_replaced(child, result, person):
    pupil = child("A")
    child("REVIEW", episodes=[{"decom": date(2008, 12, 1), "rne": "P"}])
    child("OTHER", dob=date(2001, 1, 1))
    result(pupil, "English", "4")
    figures = compute_and_store(year=2009, actor=person("vsh"), today=TODAY)
    ni_99 = next(f for f in figures if f.code == "NI 99")
    assert (ni_99.numerator, ni_99.denominator, ni_99.review) == (1, 1, 1)
    assert (ni_99.looked_after, ni_99.continuous, ni_99.definition) == (3, 2, "NI 99 (2008)")
    assert {p.status for p in ni_99.pupils.all()} == {"in", "review"}
    pupil.results.update(grade="3")
    compute_and_store(year=2009, actor=None, today=TODAY)
    assert IndicatorFigure.objects.get(code="NI 99").numerator == 0
    assert IndicatorPupil.objects.filter(figure__code="NI 99").count() == 2
    compute_and_store(year=2009, actor=None, basis=Basis.CLA_NPD_31MAR, today=TODAY)
    assert IndicatorFigure.objects.filter(code="NI 99").count() == 2
    with pytest.raises(PermissionDenied):
        compute_and_store(year=2009, actor=person("designated_teacher"), today=TODAY)


def test_the_night_keeps_figures_of_another_basis_fresh(child, result):
    ann = child("A")
    result(ann, "English", "4")
    compute_and_store(year=2009, actor=None, basis=Basis.CLA_NPD_31MAR, today=TODAY)
    asked = IndicatorFigure.objects.get(code="NI 99").computed_at
    assert figures_worth_computing(today=TODAY) == [(2009, Basis.CLA_NPD_31MAR), (2009, Basis.OC2_30SEP)]
    compute_indicators()
    assert IndicatorFigure.objects.get(code="NI 99", basis=Basis.CLA_NPD_31MAR).computed_at > asked
    assert IndicatorFigure.objects.latest_of_each().get(code="NI 99").basis == Basis.OC2_30SEP


def test_every_night_once(child, result):
    result(child("A"), "English", "4")
    result(child("B", dob=date(2012, 1, 1)), "English", "103", year=2023)
    assert figures_worth_computing(today=TODAY) == [(2009, Basis.OC2_30SEP)]
    compute_indicators()
    first = IndicatorFigure.objects.get(code="NI 99").computed_at
    compute_indicators()
    assert IndicatorFigure.objects.get(code="NI 99").computed_at == first
    assert JobRun.objects.get().finished_at is not None
