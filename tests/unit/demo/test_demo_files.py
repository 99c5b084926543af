"""The invented county: the same bytes each time, and every file right in itself."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from attainment.rules.ks2 import ks2_level
from attainment.rules.ks4 import Entry, achieves_5ac_em, is_sat_in_time
from attainment.rules.qualifications import find_qualification
from attendance.rules import category_of
from core.rules import is_working_day
from pupils.rules.cohort import Basis, CohortStatus, continuously_looked_after, looked_after_on, year_group_in
from pupils.rules.identifiers import check_upn, is_temporary_upn, is_valid_uln
from virtualschool.demo.bench import write_attendance_file, write_day_file
from virtualschool.demo.generate import write_county
from virtualschool.demo.identifiers import UpnOffice, make_uln
from virtualschool.demo.manifest import demo_files, read_manifest
from virtualschool.demo.people import all_people, demo_logins, emails_of
from virtualschool.demo.schools import all_schools, school_by_urn

PUPILS = 60
LAST_DAY = date(2026, 11, 22)


def make(folder: Path, *, last_day: date = LAST_DAY, seed: int = 2009, pupils: int = PUPILS) -> Path:
    write_county(folder=folder, pupils=pupils, years=3, seed=seed, last_day=last_day)
    return folder


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("county"))


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="cp1252" if path.name in ("gias.csv", "links.csv") else "utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def uk(text: str) -> date | None:
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


@dataclass(frozen=True)
class Episode:
    decom: date
    dec: date | None
    rne: str
    ls: str
    rec: str


def merged(county: Path, era: str) -> dict[str, list[Episode]]:
    """Every return in its order, merged as the feed does: from a child's first DECOM in the file on."""
    found: dict[str, list[Episode]] = {}
    for kind, paths in demo_files(county):
        if kind != "ssda903" or paths[0].parts[-3] != era:
            continue
        listed: dict[str, list[Episode]] = defaultdict(list)
        for row in rows(paths[0] / "episodes.csv"):
            start = uk(row["DECOM"])
            assert start
            listed[row["CHILD"]].append(Episode(start, uk(row["DEC"]), row["RNE"], row["LS"], row["REC"]))
        for child, new in listed.items():
            first = min(e.decom for e in new)
            found[child] = [e for e in found.get(child, []) if e.decom < first] + sorted(new, key=lambda e: e.decom)
    return found


def test_the_same_seed_and_last_day_give_the_same_bytes(county: Path, tmp_path: Path) -> None:
    assert hashes(make(tmp_path)) == hashes(county)


def test_another_seed_gives_other_children(county: Path, tmp_path: Path) -> None:
    other = hashes(make(tmp_path, seed=7))
    assert other["schools/gias.csv"] == hashes(county)["schools/gias.csv"]
    assert other["plan/roll.csv"] != hashes(county)["plan/roll.csv"]


def test_a_day_later_the_same_children_go_on(county: Path, tmp_path: Path) -> None:
    later = make(tmp_path, last_day=date(2026, 11, 25))
    assert hashes(later)["plan/roll.csv"] == hashes(county)["plan/roll.csv"]
    assert hashes(later)["today/b2b_2025-26.csv"] == hashes(county)["today/b2b_2025-26.csv"]
    before = {row["child_id"]: row["surname"] for row in rows(county / "today/roll.csv")}
    after = {row["child_id"]: row["surname"] for row in rows(later / "today/roll.csv")}
    assert before.items() <= after.items()
    marks = (county / "today/b2b_2026-27.csv").read_text().splitlines()
    assert set(marks) <= set((later / "today/b2b_2026-27.csv").read_text().splitlines())


@pytest.mark.parametrize(("era", "on"), [("plan", date(2009, 12, 1)), ("today", LAST_DAY)])
def test_exactly_so_many_children_are_on_the_roll(county: Path, era: str, on: date) -> None:
    episodes = merged(county, era)
    assert sum(looked_after_on(mine, on) for mine in episodes.values()) == PUPILS
    assert read_manifest(county)["expected"][f"looked_after_{era}"]["children"] == PUPILS


def test_the_two_times_share_no_child_and_the_plans_children_have_left_by_today(county: Path) -> None:
    plan, today = merged(county, "plan"), merged(county, "today")
    assert not plan.keys() & today.keys()
    assert not any(looked_after_on(mine, LAST_DAY) for mine in plan.values())


@pytest.mark.parametrize("era", ["plan", "today"])
def test_episodes_are_consistent(county: Path, era: str) -> None:
    for child, mine in merged(county, era).items():
        assert [e.decom for e in mine] == sorted(e.decom for e in mine), child
        for i, e in enumerate(mine):
            assert e.dec is None or e.dec > e.decom, (child, e)
            assert (e.dec is None) == (e.rec == ""), (child, e)
            assert i == 0 or e.rne != "S", (child, e)
            assert (e.rec == "X1") == (i + 1 < len(mine)) or e is mine[-1], (child, e)
            assert e.decom <= LAST_DAY
            assert e.dec is None or e.dec <= LAST_DAY


@pytest.mark.parametrize("era", ["plan", "today"])
def test_each_kind_of_history_that_a_person_must_look_at_is_there(county: Path, era: str) -> None:
    year = 2009 if era == "plan" else 2026
    flags = Counter(
        flag.value
        for mine in merged(county, era).values()
        for flag in continuously_looked_after(mine, as_at=Basis.OC2_30SEP.as_at(year)).flags
    )
    assert flags["HISTORY_MISSING"]
    assert flags["X1_WITHOUT_SUCCESSOR"]
    assert flags["X1_GAP"]


def test_the_cohorts_give_the_expected_denominators(tmp_path: Path) -> None:
    county = make(tmp_path, pupils=400)
    episodes = merged(county, "plan")
    recorded = {(row["child_id"], row["nc_year_in"]): row["nc_year"] for row in rows(county / "plan/roll.csv")}
    born = {row["child_id"]: uk(row["dob"]) for row in rows(county / "plan/roll.csv")}
    for year, label in ((2008, "2007/08"), (2009, "2008/09")):
        counts: Counter[int | None] = Counter()
        for child, mine in episodes.items():
            told = recorded.get((child, label), "")
            group = year_group_in(year - 1, dob=born[child], recorded=int(told) if told.isdigit() else None)
            decision = continuously_looked_after(mine, as_at=Basis.OC2_30SEP.as_at(year))
            counts[group.nc_year] += decision.status is CohortStatus.IN
        expected = read_manifest(county)["expected"]["indicators_oc2_30_september"]
        assert expected[f"NI 99 {year}"].endswith(f" of {counts[6]}")
        assert expected[f"NI 101 {year}"].endswith(f" of {counts[11]}")


def achieved(county: Path, year: int) -> dict[str, set[str]]:
    """Indicator -> the children (child ids) who reach it by the product's rules, in the cohort or not."""
    by_upn: dict[str, str] = {}
    for row in rows(county / "plan/roll.csv"):
        for upn in [row["upn"], *row["former_upns"].split(";")]:
            by_upn[upn] = row["child_id"]
    found: dict[str, set[str]] = {"NI 99": set(), "NI 100": set(), "NI 101": set()}
    for row in rows(county / f"plan/results_ks2_{year}.csv"):
        code = {"English": "NI 99", "Mathematics": "NI 100"}.get(row["subject"])
        if code and row["qualification"] == "KS2 test" and (ks2_level(row["grade"]) or 0) >= 4:
            found[code].add(row["child_id"] or by_upn[row["upn"]])
    entries: dict[str, list[Entry]] = defaultdict(list)
    for row in rows(county / f"plan/results_ks4_{year}.csv"):
        entries[row["child_id"] or by_upn[row["upn"]]].append(
            Entry(
                row["subject"],
                find_qualification(row["qualification"]),
                row["grade"],
                year,
                Decimal(row["size"]) if row["size"] else None,
                {"y": True, "n": False}.get(row["level2_pass"]),
                date.fromisoformat(row["sat_on"]),
            )
        )
    for child, mine in entries.items():
        in_time = [entry for entry in mine if is_sat_in_time(entry.sat_on, year)]
        if achieves_5ac_em(in_time, assessment_year=year).achieved:
            found["NI 101"].add(child)
    return found


@pytest.mark.parametrize("year", [2008, 2009])
def test_the_products_rules_give_the_figures_near_the_plans(tmp_path: Path, year: int) -> None:
    county = make(tmp_path, pupils=300)
    episodes = merged(county, "plan")
    expected = read_manifest(county)["expected"]["indicators_oc2_30_september"]
    for code, children in achieved(county, year).items():
        inside = {
            child
            for child in children
            if continuously_looked_after(episodes[child], as_at=Basis.OC2_30SEP.as_at(year)).status is CohortStatus.IN
        }
        assert expected[f"{code} {year}"].startswith(f"{len(inside)} of ")


def test_identifiers_are_right(tmp_path: Path) -> None:
    county = make(tmp_path, pupils=300)
    seen: dict[str, str] = {}
    temporary = former = 0
    for era in ("plan", "today"):
        for row in rows(county / era / "roll.csv"):
            for upn in [row["upn"], *row["former_upns"].split(";")]:
                if upn:
                    assert check_upn(upn).is_valid, row["child_id"]
                    assert seen.setdefault(upn, row["child_id"]) == row["child_id"]
            temporary += is_temporary_upn(row["upn"])
            former += bool(row["former_upns"])
            assert row["uln"] == "" or is_valid_uln(row["uln"])
        for folder in (county / era / "ssda903").iterdir():
            for row in rows(folder / "header.csv"):
                assert row["UPN"] in ("UN1", "UN2", "UN3", "UN4") or check_upn(row["UPN"]).is_valid
    assert temporary
    assert former


def test_ids_begin_with_a_nought_in_the_plans_years(county: Path) -> None:
    assert all(row["child_id"].startswith("0") for row in rows(county / "plan/roll.csv"))


def test_roll_names_schools_of_the_register_that_were_open_and_staff_with_accounts(county: Path) -> None:
    known = {row["URN"]: row for row in rows(county / "schools/gias.csv")}
    staff = {person.email for person in all_people()}
    for era in ("plan", "today"):
        for row in rows(county / era / "roll.csv"):
            assert {row["adviser_email"], row["social_worker_email"], row["iro_email"]} <= staff
            if row["school_urn"]:
                school = known[row["school_urn"]]
                assert row["school_laestab"] == school["LA (code)"] + school["EstablishmentNumber"]
                begins = uk(row["place_from"]) if era == "plan" else date.fromisoformat(row["place_from"])
                assert begins
                if begins >= date(2007, 4, 1):
                    assert school_by_urn(int(row["school_urn"])).open_at(begins), row


def test_the_register_has_the_layout_of_the_download(county: Path) -> None:
    raw = (county / "schools/gias.csv").read_bytes()
    assert b"\x92" in raw
    assert raw.startswith(b'"URN","LA (code)","LA (name)","EstablishmentNumber","EstablishmentName"')
    found = rows(county / "schools/gias.csv")
    assert len(found) == len(all_schools())
    closed = {row["URN"] for row in found if row["EstablishmentStatus (name)"] == "Closed"}
    links = rows(county / "schools/links.csv")
    assert {row["URN"] for row in links if row["LinkType"] == "Successor"} <= closed
    assert any(row["EstablishmentStatus (name)"] == "Open, but proposed to close" for row in found)


def daily_and_session_marks(county: Path) -> Iterator[tuple[str, date, str, str]]:
    """(file, day, session, code) of every mark."""
    for path in sorted(county.glob("[pt]*/welfare_call_*.csv")):
        for row in rows(path):
            day = uk(row["Date"])
            assert day
            yield path.name, day, "AM", row["AM"]
            yield path.name, day, "PM", row["PM"]
    for path in sorted(county.glob("[pt]*/b2b_20*.csv")):
        for row in rows(path):
            yield path.name, date.fromisoformat(row["Date"]), row["Session"], row["Mark"]


def test_marks_are_on_school_days_with_codes_of_their_time(county: Path) -> None:
    codes: set[tuple[date, str]] = set()
    count = 0
    for _, day, session, code in daily_and_session_marks(county):
        assert session in ("AM", "PM")
        codes.add((day, code))
        count += 1
    assert count > 20_000
    assert max(day for day, _ in codes) <= LAST_DAY
    for day, code in codes:
        assert is_working_day(day)
        assert code in ("-", "") or category_of(code, day) is not None, (day, code)
    plan = {day for day, _ in codes if day.year < 2015}
    assert max(plan) == date(2009, 11, 30)


def test_attendance_is_about_what_it_should_be(county: Path) -> None:
    present = absent = 0
    for _, _, _, code in daily_and_session_marks(county):
        present += code in {"/", "\\", "L", "V", "P", "W", "B", "K"}
        absent += code in set("IMNOUECHFGRS") | {"C1", "C2", "J1"}
    assert 0.88 < present / (present + absent) < 0.97


def test_no_marks_without_care(county: Path) -> None:
    first = {c: min(e.decom for e in mine) for c, mine in merged(county, "plan").items()}
    for row in rows(county / "plan/welfare_call_2008-09.csv"):
        day = uk(row["Date"])
        assert day
        assert day >= first[row["Child ID"]]


def test_strings_of_marks_begin_on_a_monday_and_have_one_character_a_session(county: Path) -> None:
    path = county / "today/b2b_strings.csv"
    for row in rows(path) if path.exists() else []:
        start = date.fromisoformat(row["start_date"])
        assert start.weekday() == 0
        assert len(row["marks"]) == 2 * ((LAST_DAY - start).days + 1)


def test_some_marks_of_the_two_sources_differ(county: Path) -> None:
    upns = {row["upn"]: row["child_id"] for row in rows(county / "plan/roll.csv") if row["upn"]}
    b2b = {
        (upns.get(row["UPN"]), row["Date"], row["Session"]): row["Mark"]
        for row in rows(county / "plan/b2b_2009-10.csv")
    }
    same = different = 0
    for row in rows(county / "plan/welfare_call_2009-10.csv"):
        day = uk(row["Date"])
        assert day
        for session in ("AM", "PM"):
            other = b2b.get((row["Child ID"], day.isoformat(), session))
            same += other == row[session]
            different += other is not None and other != row[session]
    assert same > 20 * different > 0


def test_manifest_tells_hash_rows_and_order(county: Path) -> None:
    manifest = read_manifest(county)
    for entry in manifest["files"]:
        content = (county / entry["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    kinds = [kind for kind, _ in demo_files(county)]
    assert kinds[0] == "gias"
    assert kinds.index("ssda903") < kinds.index("roll") < kinds.index("welfare-call")
    assert all(path.exists() for _, paths in demo_files(county) for path in paths)
    assert json.loads((county / "manifest.json").read_text())["made_with"]["seed"] == 2009


def test_each_role_has_one_obvious_login() -> None:
    logins = demo_logins()
    assert set(logins) == {
        "vsh", "adviser", "iro", "designated_teacher", "social_worker", "data_officer", "finance_officer",
        "board_reader", "system_admin", "school_colleague",
    }  # fmt: skip
    assert logins["vsh"] == "vsh@westmarch.example"
    teacher, colleague = logins["designated_teacher"], logins["school_colleague"]
    assert colleague.partition("@")[2] == teacher.partition("@")[2]
    assert len(emails_of("iro")) == 10
    assert len({person.email for person in all_people()}) == len(all_people())
    assert 35 <= len(emails_of("designated_teacher")) <= 45


def test_check_characters() -> None:
    assert make_uln(927630868) == "9276308686"
    office = UpnOffice()
    issued = {office.issue(990, 2001, 2009) for _ in range(200)}
    assert len(issued) == 200
    assert all(check_upn(upn).is_valid for upn in issued)


def test_bench_files(tmp_path: Path) -> None:
    files = write_attendance_file(tmp_path / "year.csv", pupils=30, academic_year=2025, seed=1)
    assert files.marks == 30 * 380
    marks = rows(files.attendance)
    assert len(marks) == files.marks
    assert len({row["UPN"] for row in marks}) == 30
    assert all(check_upn(row["UPN"]).is_valid for row in marks[::380])
    assert {row["upn"] for row in rows(files.roll)} == {row["UPN"] for row in marks}
    assert len(rows(files.header)) == len(rows(files.episodes)) == 30
    assert write_day_file(tmp_path / "day.csv", pupils=30, academic_year=2025, day=LAST_DAY, seed=1) == 60
