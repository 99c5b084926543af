"""The termly report is frozen: the same run gives the same figures and documents for ever."""

import io
import json
from datetime import date

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from pypdf import PdfReader

from core.feeds import services as feeds
from core.feeds.base import SourceFile
from pupils.models import CareEpisode, Pupil
from reports import services, termly
from reports.documents import termly as document
from reports.models import IndicatorTarget, ReportRun
from reports.rules import Audience, Numbers
from reports.sections import SECTIONS, attainment, attendance

from .conftest import AS_AT, TODAY

pytestmark = pytest.mark.django_db


def make(**fields) -> ReportRun:
    run = services.open_run(term="2009-autumn", as_at=AS_AT, actor=None, today=TODAY, **fields)
    return services.freeze_run(run=run, today=TODAY)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_figures_are_those_of_the_day(county):
    figures = services.headlines_of(make())
    assert figures["roll"] == 87
    # One of the 24 and one of the others joined in October: not looked after for twelve months.
    assert figures["NI 99"] | {"review": 0} == {
        "year": 2009, "numerator": 8, "denominator": 23, "percent": "34.8", "review": 0,
    }  # fmt: skip
    assert (figures["NI 101"]["numerator"], figures["NI 101"]["denominator"]) == (3, 30)
    attendance = figures["attendance"]
    assert attendance["children"] == 85
    assert attendance["persistent"] == 5
    assert attendance["severe"] == 0


def test_earlier_day_of_the_term_has_its_own_roll(county):
    run = services.open_run(term="2009-autumn", as_at=date(2009, 9, 30), actor=None, today=TODAY)
    run = services.freeze_run(run=run, today=TODAY)
    numbers = run.figures["numbers"]
    assert (numbers["roll.total"], numbers["roll.joined"]) == (85, 0)


def test_a_later_feed_changes_no_run_that_was_made(county, tmp_path):
    run = make()
    before = {audience: document.make(run, audience) for audience in Audience}
    figures = json.dumps(termly.figures_document(run, Audience.RESTRICTED), sort_keys=True)
    path = tmp_path / "roll.csv"
    path.write_text("child_id,sex,dob,send\n" + "".join(f"W{n:05d},F,1999-01-01,E\n" for n in range(60)))
    outcome = feeds.apply_sources(
        kind="roll", sources=[SourceFile(name="roll.csv", path=path)], actor=None, today=TODAY
    )
    assert outcome.status == "applied"
    CareEpisode.objects.all().update(dec=date(2009, 11, 1), rec="E4A")
    IndicatorTarget.objects.all().delete()
    again = ReportRun.objects.get(pk=run.pk)
    assert json.dumps(termly.figures_document(again, Audience.RESTRICTED), sort_keys=True) == figures
    for audience in Audience:
        assert document.make(again, audience).content == before[audience].content
    assert services.headlines_of(make())["roll"] == 0


def test_documents_need_no_table_but_the_run(county, django_assert_num_queries):
    run = ReportRun.objects.get(pk=make().pk)
    with django_assert_num_queries(0):
        document.html_of(run, Audience.PUBLIC)
        document.context_of(run, Audience.RESTRICTED, medium="page")


def test_the_database_refuses_to_change_a_snapshot(county):
    run = make()
    for change in ({"figures": {}}, {"cohorts": {}}, {"as_at": date(2009, 11, 30)}, {"frozen_at": None}):
        with pytest.raises(InternalError, match="never changes"), transaction.atomic():
            ReportRun.objects.filter(pk=run.pk).update(**change)
    # Freezing twice is no second reading.
    Pupil.objects.filter(child_id="W00002").update(sex="U")
    assert services.freeze_run(run=run, today=TODAY).figures == run.figures


def numbers_of_report() -> Numbers:
    """All numbers of a report with the sums between them, as collected now."""
    scope = termly.scope_for("2009-autumn", as_at=AS_AT, today=TODAY)
    numbers = Numbers()
    for section in SECTIONS:
        numbers.include(section.collect(scope).numbers)
    return numbers


def test_no_hidden_number_follows_from_the_printed_ones(county):
    """Linear algebra: no hidden number lies in the span of the equations that a reader can write down."""
    run = make()
    numbers = numbers_of_report()
    hidden = set(run.figures["hidden"])
    assert numbers.values == run.figures["numbers"]
    assert {n for n in numbers.counts if 1 <= numbers.values[n] <= 5} <= hidden
    unknown = sorted(hidden | numbers.unprinted | {pair.rest for pair in numbers.pairs})
    place = {name: n for n, name in enumerate(unknown)}
    equations = [(pair.whole, (pair.part, pair.rest)) for pair in numbers.pairs]
    equations += [(one.total, one.parts) for one in numbers.sums]
    matrix = np.zeros((len(equations), len(unknown)))
    for row, (total, parts) in enumerate(equations):
        for name, sign in ((total, -1), *((part, 1) for part in parts)):
            if name in place:
                matrix[row, place[name]] += sign
    rank = np.linalg.matrix_rank(matrix)
    watched = hidden | {pair.rest for pair in numbers.pairs if pair.part in hidden}
    assert len(watched) > 20
    for name in watched:
        unit = np.zeros((1, len(unknown)))
        unit[0, place[name]] = 1
        assert np.linalg.matrix_rank(np.vstack([matrix, unit])) > rank, name


def test_public_document_shows_no_small_number_and_nobody_is_named(county):
    run = make()
    restricted, public = (text_of(document.make(run, audience).content) for audience in Audience)
    assert "Youth justice 3 3.4%" in restricted
    assert "Youth justice x x" in public
    assert "7 of 23" not in public and "8 of 23" in public
    # NI 101: three of thirty. Neither the share nor its standing is printed.
    assert "10.0%" in restricted and "3 of 30" in restricted
    assert "3 of 30" not in public and "10.0%" not in public
    assert "x of 30" in public and "Not shown" in public
    assert "Joined since, and still on the roll x" in public
    for text in (restricted, public):
        assert "DRAFT" in text
        assert "Firstname" not in text and "Lastname" not in text and "W000" not in text
    assert "Restricted version" in restricted and "Public version" in public


def test_cover_headings_and_charts_say_what_they_are(county):
    run = make()
    html = document.html_of(run, Audience.RESTRICTED)
    assert "<dt>Date</dt><dd>1 December 2009</dd>" in html and "Figures read on" in html
    assert "School Action or School Action Plus" in html and "SEN support" not in html
    assert "Target 2010" in html and "Prediction 2009" in html and "6.34%" in html
    assert ">Number</th>\n" not in html.split("by key stage and year group")[1].split("</thead>")[0]
    assert "Absence by key stage" in html
    view = termly.view_of(run, Audience.RESTRICTED)
    chart = attendance._stages_chart(view.data("attendance"), view)
    rates = [
        view.percent(f"{n}.attended", f"{n}.possible")
        for lv, _, n in view.data("attendance")["groups"]
        if lv == "stage"
    ]
    assert [float(r[1][:-1]) for r in chart.table.rows] == [round(100 - float(r[:-1]), 1) for r in rates]


def test_a_later_target_stands_under_its_own_year(county):
    IndicatorTarget.objects.update_or_create(code="NI 99", assessment_year=2009, defaults={"target": 40})
    data = termly.view_of(make(), Audience.RESTRICTED).data("attainment")
    series = {one.name: one.printed for one in attainment._aims(data)}
    assert series["Target 2009"] == ("40%", "–", "–")
    assert series["Target 2010"] == ("–", "53%", "19%")
    assert series["Prediction 2009"] == ("33.3%", "33.3%", "6.34%")


def test_the_headline_says_how_much_of_the_term_is_marked(county):
    run = make()
    numbers = run.figures["numbers"]
    expected = numbers["attendance.term.possible"] + numbers["attendance.term.unmarked"]
    share = round(100 * numbers["attendance.term.possible"] / expected)
    assert 0 < share < 100
    view = termly.view_of(run, Audience.PUBLIC)
    tile = attendance.key_figures(view.data("attendance"), view)[0]
    assert tile.detail.endswith(f" sessions. {share}% of expected sessions marked")


def test_public_figures_hold_no_hidden_number(county):
    run = make()
    found = termly.figures_document(run, Audience.PUBLIC)
    assert found["numbers"]["roll.legal.justice"] == {"label": "Legal status: Youth justice", "value": None}
    assert all(found["numbers"][name]["value"] is None for name in run.figures["hidden"])
    assert "roll.stayed" not in found["numbers"]
    assert found["headlines"]["NI 101"]["numerator"] is None and found["headlines"]["NI 101"]["percent"] is None
    assert "W000" not in json.dumps(found)


def test_the_pdf_is_tagged_and_says_what_it_is(county):
    made = document.make(make(), Audience.PUBLIC)
    reader = PdfReader(io.BytesIO(made.content))
    assert len(reader.pages) == made.pages >= 8
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert "public version (DRAFT)" in reader.metadata.title
    assert len(reader.outline) >= 5


def test_an_empty_installation_gives_an_empty_report(db):
    run = make()
    assert services.headlines_of(run)["NI 99"]["percent"] is None
    assert "No marks of this term" in document.html_of(run, Audience.PUBLIC)


def test_a_closed_series_is_said_to_be_closed(county):
    run = services.open_run(term="2026-autumn", as_at=date(2026, 11, 20), actor=None, today=TODAY)
    html = document.html_of(services.freeze_run(run=run, today=TODAY), Audience.RESTRICTED)
    assert "closed series" in html


# ---------------------------------------------------------------- command line


def command(*arguments):
    out = io.StringIO()
    code = 0
    try:
        call_command("termly_report", *arguments, "--json", stdout=out)
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(out.getvalue())


def test_command_writes_three_files_marked_draft(county, tmp_path):
    target = tmp_path / "out"
    code, found = command("--term", "2009-autumn", "--as-at", "2009-12-01", "--output", str(target))
    assert code == 0
    assert (found["state"], found["term"], found["as_at"]) == ("draft", "2009-autumn", "2009-12-01")
    assert found["figures"]["NI 99"]["percent"] == "34.8"
    assert sorted(found["files"]) == ["figures.json", "public.pdf", "restricted.pdf"]
    for name in ("restricted.pdf", "public.pdf"):
        assert "DRAFT: not approved" in text_of((target / name).read_bytes())
    figures = json.loads((target / "figures.json").read_text())
    assert (figures["run"], figures["state"], figures["marking"]) == (found["run"], "draft", "DRAFT")
    assert figures["numbers"]["roll.total"]["value"] == 87
    assert ReportRun.objects.get().pk == found["run"]


@pytest.mark.parametrize(
    ("term", "as_at", "words"),
    [
        ("2009-autumn", "2010-01-05", "outside the term"),
        ("2009-autumn", "2009-08-31", "outside the term"),
        ("2099-autumn", "2099-12-01", "has not come yet"),
    ],
)
def test_command_refuses_a_wrong_day(db, tmp_path, term, as_at, words):
    code, found = command("--term", term, "--as-at", as_at, "--output", str(tmp_path))
    assert code == 1
    assert found["status"] == "refused" and words in found["error"]
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize(("term", "as_at"), [("autumn 2009", "2009-12-01"), ("2009-autumn", "1/12/2009")])
def test_command_tells_wrong_usage(db, tmp_path, term, as_at):
    with pytest.raises(CommandError) as wrong:
        call_command("termly_report", "--term", term, "--as-at", as_at, "--output", str(tmp_path), "--json")
    assert wrong.value.returncode == 2
