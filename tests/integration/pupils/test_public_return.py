"""The only public SSDA903 return, as it is: counts, quirks, the XML form, a second time."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pupils.models import CareEpisode, Pupil, ReturnRecord
from tests.integration.pupils.conftest import DATA, Send, codes

SSDA903 = DATA / "ssda903"


@pytest.fixture
def csv_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "return"
    folder.mkdir()
    for path in SSDA903.glob("*.csv"):
        shutil.copy(path, folder)
    return folder


def _records() -> dict[str, int]:
    return dict(Counter(ReturnRecord.objects.values_list("table", flat=True)))


def test_the_csv_files_load_to_the_counts_of_the_notice(send: Send, csv_folder: Path) -> None:
    first = send("ssda903", csv_folder)
    assert first.status == "applied"
    assert first.rows == {"read": 25945, "applied": 25832, "unchanged": 0, "held": 0, "ignored": 113}
    assert Pupil.objects.count() == 2675
    assert CareEpisode.objects.count() == 5050
    assert CareEpisode.objects.filter(dec=None).count() == 1413
    assert _records() == {
        "reviews": 12582,
        "oc2": 2675,
        "uasc": 132,
        "previous_permanence": 2675,
        "missing": 43,
    }
    found = codes(first)
    assert found["OVERLAP"] == 72
    assert found["NO_EPISODE"] == 552
    assert found["REC_WITHOUT_DEC"] == 1413
    assert found["UPN_SHAPE"] == 296
    assert 2675 - found["UPN_CHECK_LETTER"] - found["UPN_SHAPE"] == 107
    assert found["TABLE_NOT_USED"] == 5
    assert not any(p.severity == "error" for p in first.problems)

    again = send("ssda903", csv_folder)
    assert again.status == "unchanged"
    assert (again.rows["applied"], again.rows["unchanged"]) == (0, 25832)


def test_invalid_placement_postcodes_are_warned_of(send: Send) -> None:
    outcome = send("ssda903", SSDA903 / "header.csv", SSDA903 / "episodes.csv", apply=False)
    assert sum(p.code == "POSTCODE" and p.column == "PL_POST" for p in outcome.problems) == 2071


def test_the_xml_loads_to_its_own_counts_and_a_second_time_changes_nothing(send: Send) -> None:
    xml = SSDA903 / "fake_903.xml"
    first = send("ssda903", xml)
    assert first.status == "applied"
    assert (Pupil.objects.count(), CareEpisode.objects.count()) == (253, 459)
    assert first.rows["read"] == 253 + 459 + 1206 + 253 + 253 + 6 + 3
    assert _records() == {"reviews": 1206, "oc2": 253, "uasc": 12, "previous_permanence": 253, "missing": 6}
    again = send("ssda903", xml)
    assert (again.status, again.rows["applied"]) == ("unchanged", 0)


def test_the_same_children_as_csv_and_as_xml_give_the_same_rows(send: Send, write) -> None:
    outcome = send("ssda903", *_xml_as_csv(write))
    assert outcome.status == "applied"
    from_csv = _everything()
    again = send("ssda903", SSDA903 / "fake_903.xml")
    assert again.status == "unchanged"
    Pupil.objects.all().delete()
    send("ssda903", SSDA903 / "fake_903.xml")
    assert _everything() == from_csv


def _everything() -> tuple[list[tuple], list[tuple], list[tuple]]:
    pupils = Pupil.objects.order_by("child_id").values_list("child_id", "upn", "dob", "sex", "ethnicity")
    fields = [f.attname for f in CareEpisode._meta.concrete_fields if f.name not in {"id", "pupil", "run"}]
    episodes = CareEpisode.objects.order_by("pupil__child_id", "decom").values_list("pupil__child_id", *fields)
    records = ReturnRecord.objects.order_by("pupil__child_id", "table", "key").values_list(
        "pupil__child_id", "table", "key", "on", "data"
    )
    return list(pupils), list(episodes), list(records)


def _xml_as_csv(write) -> list[Path]:
    """The XML's children written as the return's CSV files."""
    tables: dict[str, list[dict[str, str]]] = {}
    names = {"HEADER": "header", "EPISODE": "episodes", "AREVIEW": "reviews", "OC2": "oc2",
             "PERMANENCE": "previous_permanence", "AMISSING": "missing"}  # fmt: skip
    for child in ET.parse(SSDA903 / "fake_903.xml").getroot():
        head = child.find("HEADER")
        common = {"CHILD": head.findtext("CHILDID"), "DOB": head.findtext("DOB")}
        blocks = [head, *child.findall("EPISODE"), *(e for e in head if len(e))]
        for block in blocks:
            if block.tag in names:
                cells = {leaf.tag: leaf.text or "" for leaf in block if not len(leaf)}
                tables.setdefault(names[block.tag], []).append(
                    common | cells | ({"PLACE": cells["PL"]} if "PL" in cells else {})
                )
        if head.findtext("DUC"):
            tables.setdefault("uasc", []).append(common | {"SEX": head.findtext("SEX"), "DUC": head.findtext("DUC")})
    paths = []
    for name, rows in tables.items():
        with (SSDA903 / f"{name}.csv").open() as handle:
            headings = handle.readline().strip().split(",")
        paths.append(write(f"{name}.csv", headings, rows))
    return paths


def test_what_is_no_table_of_the_return_is_left_out_with_a_notice(send: Send, csv_folder: Path) -> None:
    (csv_folder / "schema.yml").write_text("column_map:\n")
    (csv_folder / "CLA.xsd").write_text("<?xml version='1.0'?><schema/>")
    outcome = send("ssda903", csv_folder, apply=False)
    assert outcome.status == "ready"
    left_out = {p.file for p in outcome.problems if p.code == "NOT_SSDA903"}
    assert left_out == {"903_2024_25_rule_info.csv", "schema.yml", "CLA.xsd"}


def test_children_on_the_roll_whom_a_return_no_longer_names_are_listed(send: Send, csv_folder: Path) -> None:
    send("ssda903", csv_folder)
    outcome = send("ssda903", SSDA903 / "fake_903.xml", apply=False)
    listed = {p.value for p in outcome.problems if p.code == "NOT_IN_RETURN"}
    open_children = set(CareEpisode.objects.filter(dec=None).values_list("pupil__child_id", flat=True))
    assert listed == open_children


def test_the_roll_on_a_day_counts_open_episodes(send: Send, csv_folder: Path) -> None:
    send("ssda903", csv_folder)
    on = date(2017, 9, 30)
    expected = set(
        CareEpisode.objects.filter(decom__lte=on).exclude(dec__lte=on).values_list("pupil__child_id", flat=True)
    )
    assert set(Pupil.objects.looked_after(on=on).values_list("child_id", flat=True)) == expected
