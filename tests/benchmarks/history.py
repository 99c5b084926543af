"""NI 99, 100 and 101 of one year, over five years of history, against a bare SQL count of the same cohort."""

import datetime as dt
from pathlib import Path
from random import Random

from django.db import connection

from attainment.indicators import compute
from core.rules import birth_period_for
from tests.benchmarks.lines import Line, median_seconds
from tests.benchmarks.marks import feed
from virtualschool.demo.identifiers import make_upn
from virtualschool.demo.results import HEADINGS
from virtualschool.demo.returns import EPISODES, HEADER
from virtualschool.demo.tables import uk_date, write_table

PUPILS = 2_000
YEARS = range(2005, 2010)
YEAR = 2009
CLOSED_ON = dt.date(2010, 3, 1)
COUNT = """
SELECT count(*) FILTER (WHERE held = 1), count(*) FILTER (WHERE held = 1 AND passed)
FROM (
    SELECT p.id,
           (SELECT count(*) FROM pupils_careepisode e WHERE e.pupil_id = p.id
            AND e.decom <= DATE '2009-09-30' AND (e.dec IS NULL OR e.dec > DATE '2009-09-30')) AS held,
           EXISTS (SELECT 1 FROM attainment_result r
                   WHERE r.pupil_id = p.id AND r.assessment_year = 2009
                   AND r.grade IN ('4', '5', 'A', 'B', 'C')) AS passed
    FROM pupils_pupil p
    WHERE (p.dob BETWEEN %s AND %s OR p.dob BETWEEN %s AND %s)
      AND EXISTS (SELECT 1 FROM pupils_careepisode e WHERE e.pupil_id = p.id
                  AND e.decom <= DATE '2008-10-01' AND (e.dec IS NULL OR e.dec > DATE '2008-10-01'))
) cohort
"""


def _children() -> list[tuple[str, str, dt.date, int]]:
    """(child id, UPN, date of birth, NC year in 2008/09) of closed cases in Years 2 to 13."""
    found = []
    for i in range(PUPILS):
        nc_year = 2 + i % 12
        born = dt.date(2008 - nc_year - 5, 9, 2) + dt.timedelta(days=i * 29 % 360)
        found.append((f"H{i:06d}", make_upn(990, 3100 + i % 800, 2003, i // 800 + 1), born, nc_year))
    return found


def _episodes(rng: Random, child: str) -> list[tuple[str, ...]]:
    """Several episodes that follow each other, the last one ended in 2010."""
    rows: list[tuple[str, ...]] = []
    begins, reason = dt.date(2003, 1, 1) + dt.timedelta(days=rng.randrange(1500)), "S"
    while begins < CLOSED_ON:
        ends = min(begins + dt.timedelta(days=rng.randint(200, 700)), CLOSED_ON)
        ceased = "X1" if ends < CLOSED_ON else "E3"
        tail = (reason, "C2", "N1", "U1", "PR1", uk_date(ends), ceased, "", "WM1 1AA", "WM2 2BB", "")
        rows.append((child, uk_date(begins), *tail))
        begins, reason = ends, "P"
    return rows


def _results(rng: Random, child: str, upn: str, nc_year: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for year in YEARS:
        then = nc_year - (YEAR - year)
        common = (child, upn, str(year))
        if then == 6:
            rows += [
                (*common, "KS2", s, "KS2 test", rng.choice("2345"), "", "", "") for s in ("English", "Mathematics")
            ]
        if then == 11:
            subjects = ("English", "Mathematics", "Science", "History", "Art and Design", "French", "Music")
            rows += [(*common, "KS4", s, "GCSE", rng.choice("ABCDEFG"), "", "", f"{year}-06-15") for s in subjects]
    return rows


def load(folder: Path) -> None:
    """2,000 closed cases with care and results of five years."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(2009)
    children = _children()
    write_table(folder / "header.csv", HEADER, [(c, "1", uk_date(d), "WBRI", u, "", "") for c, u, d, _ in children])
    write_table(folder / "episodes.csv", EPISODES, [row for c, _, _, _ in children for row in _episodes(rng, c)])
    write_table(folder / "results.csv", HEADINGS, [row for c, u, _, n in children for row in _results(rng, c, u, n)])
    feed("ssda903", folder / "header.csv", folder / "episodes.csv")
    feed("results", folder / "results.csv")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def bare_count() -> None:
    """What the same question costs when it is only counted, in one statement."""
    bounds = []
    for nc_year in (6, 11):
        born = birth_period_for(nc_year, YEAR - 1)
        bounds += [born.from_on, born.last_on]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, bounds)
        assert cursor.fetchone()[0] > 0


def measure(folder: Path) -> list[Line]:
    load(folder / "history")
    bare = median_seconds(bare_count, 9)
    found = compute(YEAR)
    assert all(one.children for one in found)
    ours = median_seconds(lambda: compute(YEAR), 9)
    limit = max(0.2, 5 * bare)
    return [
        Line(f"NI 99 to 101 of {YEAR}: bare SQL count of the cohort, the measure", 1000 * bare, "ms", 10_000),
        Line(
            f"NI 99 to 101 of {YEAR} over {len(YEARS)} years (5 x the count, or 200 ms)",
            1000 * ours,
            "ms",
            1000 * limit,
        ),
    ]
