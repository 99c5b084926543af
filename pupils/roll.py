"""The roll as it was on a day: where each child lives, learns, in which year, and who works with them.

Lists, the child's page, exports, reports and the command line all ask these functions; each reads the rows of
many children at once (one query), so a page costs the same for 3 and for 3,000 children.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from core import rules as time_rules
from core.models import User
from pupils import rules
from pupils.models import Allocation, CareEpisode, Pupil, SchoolPlace, YearGroup


def episodes_on(pupil_ids: Iterable[int], on: date) -> dict[int, CareEpisode]:
    """The care episode in force on a day; of overlapping ones the latest DECOM."""
    rows = CareEpisode.objects.open_on(on).filter(pupil_id__in=pupil_ids).order_by("decom")
    return {row.pupil_id: row for row in rows}


@dataclass(frozen=True)
class CareStart:
    """The first day known of a period of being looked after.

    `is_start` is False where the first episode known does not begin with S: the child was looked after before, and
    the return that says since when was not loaded.
    """

    on: date
    is_start: bool

    @property
    def words(self) -> str:
        """ "since 12 Jan 2021", or "by 12 Jan 2021 (earlier returns not loaded)"."""
        day = f"{self.on.day} {self.on:%b %Y}"
        return f"since {day}" if self.is_start else f"by {day} (earlier returns not loaded)"


def care_starts(pupil_ids: Iterable[int], on: date, *, since: date | None = None) -> dict[int, CareStart]:
    """The period of being looked after on a day: back along episodes that join or overlap.

    With `since` the last period that reached into the days from then to `on`, whether it has ended by `on` or not.
    """
    spans: dict[int, list[tuple[date, date | None, bool]]] = defaultdict(list)
    for pupil_id, decom, dec, rne in (
        CareEpisode.objects.filter(pupil_id__in=pupil_ids, decom__lte=on)
        .order_by("decom")
        .values_list("pupil_id", "decom", "dec", "rne")
    ):
        spans[pupil_id].append((decom, dec, rne == rules.STARTED))
    found = {}
    for pupil_id, rows in spans.items():
        start, end, is_start = rows[0]
        for decom, dec, started in rows[1:]:
            if end is not None and decom > end:
                start, end, is_start = decom, dec, started
            elif end is not None and (dec is None or dec > end):
                end = dec
        if end is None or end > (since or on):
            found[pupil_id] = CareStart(start, is_start)
    return found


def left_care_on(pupil_ids: Iterable[int], on: date) -> dict[int, date]:
    """The last day of being looked after of those who were until then and are not on the day."""
    last: dict[int, date] = {}
    still = set()
    rows = CareEpisode.objects.filter(pupil_id__in=pupil_ids, decom__lte=on).values_list("pupil_id", "dec")
    for pupil_id, dec in rows:
        if dec is None or dec > on:
            still.add(pupil_id)
        else:
            last[pupil_id] = max(dec, last.get(pupil_id, dec))
    return {pk: dec for pk, dec in last.items() if pk not in still}


def places_on(pupil_ids: Iterable[int], on: date) -> dict[int, list[SchoolPlace]]:
    """School places in force on a day, the main one first."""
    order = {kind: n for n, kind in enumerate(SchoolPlace.Kind.values)}
    found: dict[int, list[SchoolPlace]] = defaultdict(list)
    rows = SchoolPlace.objects.current(on).filter(pupil_id__in=pupil_ids).select_related("school")
    for row in sorted(rows, key=lambda r: (order[r.kind], -r.from_on.toordinal())):
        found[row.pupil_id].append(row)
    return dict(found)


def main_places_on(pupil_ids: Iterable[int], on: date) -> dict[int, SchoolPlace]:
    """The main school place of each child on a day (the latest, where two claim to be main)."""
    main = SchoolPlace.Kind.MAIN
    return {pk: rows[0] for pk, rows in places_on(pupil_ids, on).items() if rows[0].kind == main}


def year_groups(births: Mapping[int, date | None], academic_year: int) -> dict[int, int | None]:
    """NC year of each child in an academic year: as recorded by a school, else by age (R-YG-1, R-YG-2).

    `births` maps pupil pk to date of birth; None where neither is known.
    """
    recorded = dict(
        YearGroup.objects.filter(pupil_id__in=list(births), academic_year=academic_year).values_list(
            "pupil_id", "nc_year"
        )
    )
    return {
        pk: recorded.get(pk, time_rules.nc_year_for(dob, academic_year) if dob else None) for pk, dob in births.items()
    }


def team_on(pupil_ids: Iterable[int], on: date) -> dict[int, dict[str, Allocation]]:
    """Who works with each child on a day: {pupil: {"adviser": allocation, ...}}."""
    found: dict[int, dict[str, Allocation]] = defaultdict(dict)
    for row in Allocation.objects.current(on).filter(pupil_id__in=pupil_ids).select_related("user"):
        found[row.pupil_id][row.kind] = row
    return dict(found)


def allocated(kind: str, on: date) -> QuerySet[User]:
    """Whom a filter offers: those whose role it is, with children or without, and whoever has children on the day."""
    rows = Allocation.objects.current(on).filter(kind=kind)
    return User.objects.filter(Q(role=kind) | Q(pk__in=rows.values("user_id")), is_active=True).order_by("name", "pk")


@dataclass(frozen=True)
class RollEntry:
    """One child of the roll on a day."""

    pupil: Pupil
    episode: CareEpisode | None
    start: CareStart | None
    places: Sequence[SchoolPlace] = ()
    nc_year: int | None = None
    team: Mapping[str, Allocation] = field(default_factory=dict)

    @property
    def main_place(self) -> SchoolPlace | None:
        return next((p for p in self.places if p.kind == SchoolPlace.Kind.MAIN), None)

    @property
    def year_label(self) -> str:
        return time_rules.year_group_label(self.nc_year) if self.nc_year is not None else "Not known"

    @property
    def legal_status(self) -> str:
        return rules.describe_legal_status(self.episode.ls) if self.episode else ""

    @property
    def placement(self) -> str:
        return rules.describe_placement(self.episode.place) if self.episode else ""


def entries(pupils: Iterable[Pupil], *, on: date) -> list[RollEntry]:
    """The roll entries of these children on a day, in their order; five queries whatever their number."""
    rows = list(pupils)
    ids = [p.pk for p in rows]
    episodes, starts = episodes_on(ids, on), care_starts(ids, on)
    places, team = places_on(ids, on), team_on(ids, on)
    years = year_groups({p.pk: p.dob for p in rows}, time_rules.academic_year_of(on))
    return [
        RollEntry(
            pupil=p,
            episode=episodes.get(p.pk),
            start=starts.get(p.pk),
            places=places.get(p.pk, ()),
            nc_year=years[p.pk],
            team=team.get(p.pk, {}),
        )
        for p in rows
    ]


def is_out_of_county(place: SchoolPlace | None, home_la: str) -> bool | None:
    """The child's school lies in another authority; None where the school or its authority is not known."""
    if place is None or not place.school.la_code:
        return None
    return place.school.la_code != home_la
