"""The termly collection of the demo county: last term's is whole, this term's in part, as it is before a term ends."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from attainment.collection.reading import window_on
from attainment.models import TermAssessment
from attainment.rules import subject_key
from attainment.rules.collection import Standing, Window, asked_of
from core.rules import KeyStage, key_stage_of
from pupils import roll
from pupils.models import Pupil
from schools.models import SchoolMembership

SEED = 3003
GRADES = {Standing.BEHIND: (2, 3), Standing.NEARLY: (3, 4), Standing.ON_TRACK: (4, 6), Standing.AHEAD: (6, 8)}
WORDS = {
    Standing.BEHIND: "Below expected",
    Standing.NEARLY: "Just below expected",
    Standing.ON_TRACK: "Expected",
    Standing.AHEAD: "Above expected",
}
WEIGHTS = {Standing.BEHIND: 4, Standing.NEARLY: 3, Standing.ON_TRACK: 5, Standing.AHEAD: 1}
COURSES = ("Bricklaying, level 1", "Health and social care, level 2", "GCSE English resit", "Motor vehicle, level 1")
RECORDED = 0.55
"""How many children of this term are recorded already."""


@transaction.atomic
def load_collection(today: date) -> int:
    """Rows of last term for each child of a school age, of this term for some; returns how many. Twice adds none."""
    if TermAssessment.objects.exists():
        return 0
    now = window_on(today)
    before = window_on(now.first - timedelta(days=1))
    children = Pupil.objects.looked_after(on=today).order_by("pk")
    teachers = dict(SchoolMembership.objects.current(today).values_list("school_id", "user"))
    rows: list[TermAssessment] = []
    for entry in roll.entries(children, on=today):
        stage = key_stage_of(entry.nc_year)
        if stage is None:
            continue
        chance = Random(f"{SEED}-{entry.pupil.child_id}")  # noqa: S311 - invented marks
        teacher = teachers.get(entry.main_place.school_id) if entry.main_place else None
        standings = _standings(stage, chance)
        mine = _rows(entry, before, before.last, standings, chance)
        if chance.random() < RECORDED:
            moved = {subject: _moved(standing, chance) for subject, standing in standings.items()}
            mine += _rows(entry, now, today, moved, chance)
        for row in mine:
            row.recorded_by_id = teacher
        rows += mine
    TermAssessment.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def _standings(stage: KeyStage, chance: Random) -> dict[str, Standing]:
    subjects = asked_of(stage) or chance.sample(COURSES, 2)
    found = {}
    for subject in subjects:
        found[subject] = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    return found


def _moved(standing: Standing, chance: Random) -> Standing:
    order = list(GRADES)
    place = order.index(standing) + chance.choices((-1, 0, 1), (1, 6, 2))[0]
    return order[min(max(place, 0), len(order) - 1)]


def _rows(
    entry: roll.RollEntry, window: Window, on: date, standings: dict[str, Standing], chance: Random
) -> list[TermAssessment]:
    """Numbers for the GCSE years and Key Stage 3, words before, pass or merit after."""
    at = min(timezone.make_aware(datetime.combine(on, time(15, 20))), timezone.now())
    stage, found = key_stage_of(entry.nc_year), []
    for subject, standing in standings.items():
        if stage in {KeyStage.KS3, KeyStage.KS4}:
            working = chance.choice(GRADES[standing])
            given, target = str(working), str(min(9, working + (standing in {Standing.BEHIND, Standing.NEARLY})))
        elif stage is KeyStage.KS5:
            given, target = ("Pass" if standing is not Standing.AHEAD else "Merit"), "Pass"
        else:
            given, target = WORDS[standing], "Expected"
        found.append(
            TermAssessment(
                pupil=entry.pupil,
                academic_year=window.academic_year,
                season=window.season,
                subject=subject,
                subject_key=subject_key(subject),
                working_at=given,
                target=target,
                standing=standing,
                recorded_at=at,
            )
        )
    return found
