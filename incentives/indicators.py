"""The first steps of the scheme's funnel: who it is for, who was told, and the gap between them by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.figures import Figure
from core.once import once
from core.rules import academic_year_of
from incentives import rules
from incentives.models import GcseScheme, SchemeLetter
from pupils import roll
from pupils.models import Pupil


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """Pupil keys of a scheme's group on a day; `told` are those of the group with a letter."""

    on: date
    cohort: Sequence[int]
    told: frozenset[int]

    @property
    def not_told(self) -> list[int]:
        return [pk for pk in self.cohort if pk not in self.told]

    @property
    def informed(self) -> Figure:
        """Told of the scheme, of all it is meant for (100% is the aim)."""
        return Figure(len(self.cohort) - len(self.not_told), len(self.cohort))


def cohort_ids(assessment_year: int, *, on: date) -> list[int]:
    """Looked after on the day and in the year group that sits its GCSEs in that summer."""
    births = dict(Pupil.objects.looked_after(on=on).order_by("sort_name", "child_id").values_list("pk", "dob"))
    wanted = rules.nc_year_now(assessment_year, on)
    years = roll.year_groups(births, academic_year_of(on))
    return [pk for pk, nc_year in years.items() if nc_year == wanted]


@once
def funnel(scheme: GcseScheme, *, today: date) -> Funnel:
    """The scheme's steps as they stand; after its summer as they stood on 31 August."""
    on = rules.counted_on(scheme.assessment_year, today)
    told = SchemeLetter.objects.filter(scheme=scheme).values_list("pupil_id", flat=True)
    return Funnel(on=on, cohort=cohort_ids(scheme.assessment_year, on=on), told=frozenset(told))
