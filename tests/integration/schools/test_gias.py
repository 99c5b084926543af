"""The register of schools: real downloads, saved again, links, and what a later file means."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps

from core.feeds import services
from core.feeds.files import sources_from_paths
from core.feeds.services import Outcome
from schools.models import School, SchoolLink

TODAY = date(2026, 11, 23)
DATA = Path(__file__).resolve().parents[2] / "data/schools"
REAL = DATA / "20220420_gias.csv"


def send(*paths: Path) -> Outcome:
    return services.apply_sources(kind="gias", sources=sources_from_paths(paths), actor=None, today=TODAY)


def codes(outcome: Outcome) -> list[str]:
    return [p.code for p in outcome.problems]


def small(tmp_path: Path, *rows: dict[str, str], name: str = "gias.csv") -> Path:
    headings = list(dict.fromkeys(h for row in rows for h in row))
    path = tmp_path / name
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, headings)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.django_db
def test_the_real_download() -> None:
    outcome = send(REAL)
    assert outcome.rows == {"read": 1096, "applied": 1096, "unchanged": 0, "held": 0, "ignored": 0}
    assert codes(outcome) == ["COLUMNS_NOT_USED"]
    assert School.objects.count() == 1096
    assert School.objects.filter(is_open=False).count() == 368
    assert School.objects.filter(status="Open, but proposed to close", is_open=True).count() == 2
    one = School.objects.get(urn="115850")
    assert (one.laestab, one.telephone, one.head_name, one.ofsted_rating, one.ofsted_on) == (
        "8502000", "0142083857", "Mr Richard Mead", "Good", date(2019, 1, 23),
    )  # fmt: skip
    assert SchoolLink.objects.filter(link_type="Successor").count() == 292
    assert set(SchoolLink.objects.filter(school__urn="130061").values_list("link_type", flat=True)) <= {
        "Successor",
        "Predecessor",
    }
    again = send(REAL)
    assert (again.status, again.rows["unchanged"]) == ("unchanged", 1096)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_an_apostrophe_of_windows_1252_is_stored_right(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "gias.csv"
    path.write_bytes("URN,EstablishmentName\r\n990001,St Mary\u2019s School\r\n".encode(encoding))
    send(path)
    assert School.objects.get().name == "St Mary\u2019s School"


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_saved_again_in_another_encoding_changes_nothing(tmp_path: Path, encoding: str) -> None:
    send(REAL)
    path = tmp_path / "resaved.csv"
    path.write_bytes(REAL.read_bytes().decode("cp1252").encode(encoding))
    assert send(path).status == "unchanged"


@pytest.mark.django_db
def test_saved_again_as_a_workbook_changes_nothing(tmp_path: Path) -> None:
    import openpyxl

    rows = list(csv.reader(io.StringIO(REAL.read_text(encoding="cp1252"))))[:60]
    path = tmp_path / "first.csv"
    path.write_text("\n".join(",".join(f'"{c}"' for c in row) for row in rows), encoding="utf-8")
    send(path)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([int(c) if c.isdigit() and not c.startswith("0") else c for c in row])
    book.save(tmp_path / "gias.xlsx")
    assert send(tmp_path / "gias.xlsx").status == "unchanged"


@pytest.mark.django_db
def test_the_layout_of_2024_and_the_short_list_of_a_county() -> None:
    assert send(DATA / "schools-experience_example_schools_2024.csv").rows["applied"] == 2
    assert School.objects.get(urn="138130").kind == "Academy special converter"
    outcome = send(DATA / "kent_schools_2020.csv")
    assert (outcome.status, outcome.rows["held"]) == ("applied", 0)
    assert [p.column for p in outcome.problems if p.code == "EXTRA_COLUMN"] == ["total"]
    kent = School.objects.get(urn="141308")
    assert (kent.name, kent.la_name, kent.is_open) == ("Adisham Church of England Primary School", "Kent", True)


@pytest.mark.django_db
def test_a_list_of_authorities_is_refused_alone_and_left_out_beside_the_register() -> None:
    outcome = send(DATA / "la_and_region_codes_meta.csv")
    assert (outcome.status, [p.column for p in outcome.problems]) == ("refused", ["URN", "EstablishmentName"])
    assert not School.objects.exists()
    assert "NOT_REGISTER" in codes(send(DATA))
    assert School.objects.count() > 1096


@pytest.mark.django_db
def test_a_changed_rating_is_updated_and_the_old_one_kept(tmp_path: Path) -> None:
    before = {"URN": "990001", "EstablishmentName": "Northgate", "OfstedRating (name)": "Good", "Town": "Alderwick"}
    send(small(tmp_path, before))
    outcome = send(small(tmp_path, before | {"OfstedRating (name)": "Outstanding", "Town": ""}))
    assert outcome.rows["applied"] == 1
    school = School.objects.get()
    assert (school.ofsted_rating, school.town) == ("Outstanding", "Alderwick")
    history = apps.get_model("schools", "SchoolEvent").objects.filter(pgh_obj=school).order_by("pgh_id")
    assert list(history.values_list("ofsted_rating", flat=True)) == ["Good", "Outstanding"]


@pytest.mark.django_db
def test_a_school_that_is_absent_stays(tmp_path: Path) -> None:
    send(small(tmp_path, {"URN": "990001", "name": "Northgate"}, {"URN": "990002", "name": "Southgate"}))
    send(small(tmp_path, {"URN": "990002", "name": "Southgate Academy"}))
    assert set(School.objects.values_list("name", flat=True)) == {"Northgate", "Southgate Academy"}


@pytest.mark.django_db
def test_a_curly_apostrophe_is_no_change(tmp_path: Path) -> None:
    send(small(tmp_path, {"URN": "990001", "name": "All Soul\u2019s"}))
    assert send(small(tmp_path, {"URN": "990001", "name": "All Soul's"})).status == "unchanged"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"URN": "SC123", "name": "X"}, "BAD_URN"),
        ({"URN": "", "name": "X"}, "MISSING_VALUE"),
        ({"URN": "990003", "name": ""}, "MISSING_VALUE"),
    ],
)
def test_a_row_without_its_number_or_name_is_held(tmp_path: Path, row: dict[str, str], code: str) -> None:
    outcome = send(small(tmp_path, {"URN": "990001", "name": "Northgate"}, row))
    assert (outcome.rows["applied"], outcome.rows["held"], codes(outcome)) == (1, 1, [code])
    assert outcome.problems[0].row == 3


@pytest.mark.django_db
def test_one_urn_twice(tmp_path: Path) -> None:
    same, other = {"URN": "990001", "name": "Northgate"}, {"URN": "990002", "name": "Southgate"}
    outcome = send(small(tmp_path, same, same, other, other | {"name": "Eastgate"}))
    assert outcome.rows == {"read": 4, "applied": 1, "unchanged": 0, "held": 2, "ignored": 1}
    assert sorted(codes(outcome)) == ["DUPLICATE_ROW", "URN_TWICE", "URN_TWICE"]


@pytest.mark.django_db
def test_the_links_file(tmp_path: Path) -> None:
    link = {"URN": "990001", "LinkURN": "990050", "LinkName": "Northgate Academy", "LinkType": "Successor"}
    register = small(tmp_path, {"URN": "990001", "name": "Northgate", "Linked establishments": "990050 Successor"})
    assert codes(send(small(tmp_path, link, name="links.csv"))) == ["SCHOOL_UNKNOWN"]
    send(register)
    assert SchoolLink.objects.get().linked_name == ""
    links = small(tmp_path, link | {"LinkEstablishedDate": "01-09-2024"}, name="links.csv")
    assert send(links, register).rows["applied"] == 1
    stored = SchoolLink.objects.get()
    assert (stored.linked_urn, stored.linked_name, stored.established_on) == (
        "990050", "Northgate Academy", date(2024, 9, 1),
    )  # fmt: skip
    assert send(register).status == send(links).status == "unchanged"
