"""Documents: tagged, numbered, closed to files and network, and the same from the same input."""

import base64
import http.server
import io
import logging
import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from pypdf import PdfReader

from core.charts import Series, bar_chart, line_chart
from core.documents import (
    MOST_ROWS,
    Cover,
    DocumentFaulty,
    KeyFigure,
    Section,
    Status,
    Table,
    TableColumn,
    document_context,
    render_html,
    render_pdf,
)

ROLL = """{% load documents %}<p class="document-lead">{{ lead }}</p><h3>By year</h3>
{% report_figure years note="As at 1 December" %}{% report_table table %}{% report_table table %}"""
ATTENDANCE = "{% load documents %}{% report_figure trend %}{% report_figure trend table='none' %}"
SUMMARY = "{% load documents %}{% key_figures figures %}"

COVER = Cover(
    council="Westmarch County Council",
    title="The education of our looked-after children",
    subtitle="Termly report",
    period="Autumn term 2009",
    dated="1 December 2009",
    classification="OFFICIAL-SENSITIVE: restricted version",
    status="DRAFT: not yet approved",
)
TABLE = Table(
    "Children by legal status",
    ["Legal status", "Now", TableColumn("Direction", "text")],
    [("Full care order", "560", Status("Better", "good")), ("All", "1,012", "")],
    note="Source: SSDA903",
    total=True,
)


@pytest.fixture(autouse=True)
def _section_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three sections as an app would bring them."""
    for name, text in {"roll": ROLL, "attendance": ATTENDANCE, "summary": SUMMARY}.items():
        (tmp_path / f"sample_{name}.html").write_text(text)
    django = engines["django"]
    assert isinstance(django, DjangoTemplates)
    monkeypatch.setattr(django.engine, "dirs", [*django.engine.dirs, str(tmp_path)])
    for loader in django.engine.template_loaders:
        loader.reset()
    yield
    for loader in django.engine.template_loaders:
        loader.reset()


def sample(medium: str = "pdf", lead: str = "1,012 children", table: Table = TABLE) -> str:
    """The sample as the HTML of a PDF, or as the body of a page."""
    years = bar_chart("Roll by year group", ["Year 1", "Year 2"], [41, 48], value_label="Children")
    trend = line_chart("Attendance", ["Autumn", "Spring"], [Series("2009", [91, 92])], unit="%")
    sections = [
        Section("roll", "Who is on the roll", "sample_roll.html", {"lead": lead, "years": years, "table": table}),
        Section("attendance", "Attendance", "sample_attendance.html", {"trend": trend}),
    ]
    figures = [KeyFigure("NI 101", "9.8%", "8 of 82 pupils", "target 15.0%", Status("Below target", "poor"))]
    summary = Section("summary", "Headlines", "sample_summary.html", {"figures": figures})
    notes = ["c: a number hidden because it is small"]
    context = document_context(COVER, sections, summary=summary, notes=notes, medium=medium)  # type: ignore[arg-type]
    if medium == "page":
        return render_to_string("documents/_contents.html", context) + render_to_string("documents/_body.html", context)
    return render_html("documents/base.html", context)


def page(body: str) -> str:
    return f'<!DOCTYPE html><html lang="en-GB"><head><title>t</title></head><body>{body}</body></html>'


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """One PDF for all the tests that only read it: rendering takes a second."""
    return {}


@pytest.fixture
def pdf(kept: dict[str, bytes]) -> bytes:
    if "pdf" not in kept:
        kept["pdf"] = render_pdf(sample(), title="The education of our looked-after children", watermark="DRAFT")
    return kept["pdf"]


def words(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", part.extract_text()) for part in PdfReader(io.BytesIO(pdf)).pages]


def tags(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure tree."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from tags(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def test_the_pdf_is_tagged_named_and_in_english(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        root = file.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "en-GB"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert file.docinfo["/Title"] == "The education of our looked-after children"
        with file.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        found = [str(tag.S) for tag in tags(root.StructTreeRoot.K)]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure", "/Caption"} <= set(found)


def test_every_figure_has_an_alternative(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        figures = [tag for tag in tags(file.Root.StructTreeRoot.K) if str(tag.S) == "/Figure"]
        said = {str(tag.Alt) for tag in figures}
    assert {"Roll by year group", "Attendance"} <= said


def test_the_headings_are_bookmarks(pdf: bytes) -> None:
    outline = [entry.title for entry in PdfReader(io.BytesIO(pdf)).outline if not isinstance(entry, list)]
    assert [title for title in outline if title] == [
        "Contents",
        "Headlines",
        "1 Who is on the roll",
        "2 Attendance",
        "Annex: the figures behind the charts",
    ]


def test_pages_are_numbered_and_carry_title_council_and_classification(pdf: bytes) -> None:
    cover, *others = words(pdf)
    assert len(others) >= 4
    assert "Page" not in cover
    for number, text in enumerate(others, start=2):
        assert f"Page {number} of {len(others) + 1}" in text
        assert "OFFICIAL-SENSITIVE: restricted version" in text
        assert "Westmarch County Council" in text
        assert "DRAFT: not yet approved" in text


def test_the_contents_give_the_pages(pdf: bytes) -> None:
    pages = words(pdf)
    for title in ("Headlines", "Who is on the roll", "Attendance", "Annex: the figures behind the charts"):
        number = next(n for n, text in enumerate(pages, start=1) if n > 2 and title in text)
        assert re.search(rf"{title} *{number}\b", pages[1])
    assert "c: a number hidden because it is small" in pages[1]


def test_tables_and_figures_are_numbered_through_the_document(pdf: bytes) -> None:
    text = " ".join(words(pdf))
    for caption in (
        "Table 1 Children by legal status",
        "Table 2 Children by legal status",
        "Figure 1 Roll by year group",
        "Figure 2 Attendance",
        "Figure 3 Attendance",
    ):
        assert caption in text
    annex = words(pdf)[-1]
    assert "Figure 1 Roll by year group" in annex
    assert "Figure 2 Attendance" in annex
    assert "Figure 3" not in annex


def test_a_draft_says_so_on_every_page_and_an_issued_one_nowhere(pdf: bytes) -> None:
    for text in words(pdf):
        assert re.search(r"D ?R ?A ?F ?T(?!:)", text)
    issued = render_pdf(sample().replace("DRAFT: not yet approved", "Issued"), title="t")
    assert not any("DRAFT" in text for text in words(issued))


def test_a_watermark_is_only_words() -> None:
    made = render_pdf(page("<p>x</p>"), title="t", watermark='"); } <b>&')
    assert made.startswith(b"%PDF")


def test_the_same_input_gives_the_same_file(pdf: bytes) -> None:
    again = render_pdf(sample(), title="The education of our looked-after children", watermark="DRAFT")
    assert again == pdf
    assert words(render_pdf(sample(lead="1,013 children"), title="t")) != words(pdf)


def test_a_picture_without_an_alternative_is_refused() -> None:
    dot = base64.b64encode(
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
    )
    source = f"data:image/svg+xml;base64,{dot.decode()}"
    with pytest.raises(DocumentFaulty, match="alt"):
        render_pdf(page(f'<img src="{source}">'), title="t")
    assert render_pdf(page(f'<img src="{source}" alt="A dot">'), title="t").startswith(b"%PDF")


def test_another_threads_trouble_is_not_ours() -> None:
    from core.documents import _renderer_errors

    with _renderer_errors() as problems:
        thread = threading.Thread(target=logging.getLogger("weasyprint").error, args=("elsewhere",))
        thread.start()
        thread.join()
    assert problems == []


@pytest.fixture
def local_server() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that notes who asks it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "body",
    [
        '<img src="{0}" alt="x">',
        '<link rel="stylesheet" href="{0}">',
        '<link rel="attachment" href="{0}">',
        '<a rel="attachment" href="{0}">x</a>',
        '<style>@import url("{0}");</style>',
        '<style>body {{ background: url("{0}") }}</style>',
        '<style>@font-face {{ font-family: x; src: url("{0}") }} p {{ font-family: x }}</style><p>x</p>',
        '<object data="{0}">x</object>',
        '<svg width="9" height="9"><title>x</title><image href="{0}" width="9" height="9"/></svg>',
    ],
)
def test_nothing_is_read_from_files_or_the_network(
    body: str, tmp_path: Path, local_server: tuple[str, list[str]]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not tell 4711")
    address, asked = local_server
    for target in (secret.as_uri(), f"{address}/x"):
        made = b""
        try:
            made = render_pdf(page(body.format(target)), title="t")
        except DocumentFaulty:
            continue
        with pikepdf.open(io.BytesIO(made)) as file:
            assert not file.attachments
            streams = b"".join(o.read_bytes() for o in file.objects if isinstance(o, pikepdf.Stream))
            assert b"4711" not in streams
    assert asked == []


def test_words_from_outside_are_only_ever_words() -> None:
    table = Table("<i>x</i>", ["<b>a", "b"], [("<script>x</script>", "<img src=x>")])
    html = sample(lead="<img src='file:///etc/hostname'>", table=table)
    assert "<img" not in html
    assert "<script" not in html
    assert "<b>a" not in html


def test_the_page_has_the_same_fragments_without_styles_of_its_own() -> None:
    body = sample("page")
    assert "<style" not in body
    assert not re.search(r"\sstyle=", body)
    assert "figures-behind" not in body
    assert body.count("<details") == 2
    assert 'href="#roll"' in body
    assert 'id="roll"' in body
    ids = re.findall(r'\bid="([^"]+)"', body)
    document = sample("pdf")
    for text in ("Table 2", "Figure 3", "1,012 children", "8 of 82 pupils", "Below target"):
        assert text in body
        assert text in document
    assert len(set(ids)) >= len(ids) - 2  # the sample shows one chart twice on purpose


def test_long_tables_are_cut_with_a_word_and_keep_their_total() -> None:
    rows = [(f"School {n}", str(n)) for n in range(MOST_ROWS + 20)] + [("All", "9")]
    table = Table("Schools", ["School", "Pupils"], rows, total=True)
    html = sample(table=table)
    assert "21 more rows are not printed here." in html
    assert html.count("School 298<") == 2
    assert "School 300<" not in html
    assert html.count(">All<") == 2


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="has not 2 cells"):
        Table("t", ["a", "b"], [("1",)])


def test_a_cover_with_little_leaves_no_gaps() -> None:
    html = render_html("documents/base.html", document_context(Cover("Council", "Title"), []))
    assert "<dt>" not in html
    assert 'document-cover__status"' not in html
    made = render_pdf(html, title=f"Title {date(2009, 12, 1)}")
    assert len(words(made)) == 2
