"""No download runs anything in a spreadsheet: each list, with names of children and schools that are formulas."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.roles import Role
from pupils.models import Pupil
from schools.models import School
from tests.access.matrix import MATRIX
from tests.access.walking import Walk
from tests.access.world import World

FORMULA = '=HYPERLINK("http://evil.example")'
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def runs(cell: str) -> bool:
    return cell.lstrip(" ").startswith(STARTS) and not NUMBER.fullmatch(cell)


def formulas_in(body: bytes, kind: str) -> list[str]:
    if "csv" in kind:
        rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        return [cell for row in rows for cell in row if runs(cell)]
    from openpyxl import load_workbook

    sheets = load_workbook(io.BytesIO(body)).worksheets
    return [str(c.value) for sheet in sheets for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_no_download_runs_a_formula(walked: Walk, world: World, client_of: Callable[[Role], Client]) -> None:
    names = {p.name for p in walked.of(Role.VSH) if "Content-Disposition: attachment" in p.headers}
    Pupil.objects.update(surname=FORMULA, forename="@SUM(1)", known_as="")
    Pupil.objects.filter(pk=world.own.pupil.pk).update(child_id="+1+cmd|' /C'!A0")
    School.objects.update(name="\t" + FORMULA)
    client, asked, quoted = client_of(Role.VSH), set(), 0
    for name in sorted(names):
        answer = client.get(reverse(name, kwargs=MATRIX[name].kwargs(world, world.own)))
        kind = answer.headers["Content-Type"]
        if answer.status_code != 200 or not ("csv" in kind or "spreadsheetml" in kind):
            continue
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert formulas_in(body, kind) == [], name
        asked.add(name)
        quoted += body.count(b"HYPERLINK") if "csv" in kind else 0
    assert len(asked) >= 10
    assert quoted >= 5


@pytest.mark.parametrize("text", [FORMULA, " =1", "@x", "\t=1", "\uff1d1"])
def test_a_formula_would_be_noticed(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["a", text])
    assert formulas_in(buffer.getvalue().encode(), "text/csv") == [text]


def test_numbers_are_no_formulas() -> None:
    assert formulas_in(b"-1,2.5,-0.5\r\n", "text/csv") == []
