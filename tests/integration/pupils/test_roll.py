"""Since when a child is looked after, as far as the episodes loaded tell."""

from datetime import date

import pytest

from pupils import roll
from pupils.models import CareEpisode, Pupil

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("episodes", "start", "is_start"),
    [
        ([("S", "2021-01-12", None)], "2021-01-12", True),
        ([("S", "2021-01-12", "2023-03-01"), ("P", "2023-03-01", None)], "2021-01-12", True),
        ([("L", "2024-02-14", None)], "2024-02-14", False),
        ([("L", "2020-02-14", "2021-02-14"), ("S", "2022-05-05", None)], "2022-05-05", True),
        ([("S", "2019-01-01", "2020-01-01"), ("P", "2020-06-01", None)], "2020-06-01", False),
        ([("S", "2019-01-01", "2020-01-01")], None, None),
    ],
)
def test_start_of_the_present_period(episodes: list, start: str | None, is_start: bool | None) -> None:
    pupil = Pupil.objects.create(child_id="A1")
    for rne, decom, dec in episodes:
        CareEpisode.objects.create(pupil=pupil, rne=rne, decom=decom, dec=dec, ls="C2", place="U6")
    found = roll.care_starts([pupil.pk], TODAY)
    wanted = {pupil.pk: roll.CareStart(date.fromisoformat(start), bool(is_start))} if start else {}
    assert found == wanted


def test_an_unknown_start_says_so() -> None:
    assert roll.CareStart(date(2021, 1, 12), is_start=True).words == "since 12 Jan 2021"
    assert roll.CareStart(date(2024, 2, 14), is_start=False).words == "by 14 Feb 2024 (earlier returns not loaded)"
