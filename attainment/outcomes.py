"""What a child's results amount to: by stage and year, each row with what it counts for and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from attainment.models import Result
from attainment.rules import NI_SPECS, Entry, Ks4Decision, NiCode, ResultFlag, Stage, achieves_5ac_em, ks2_outcome
from pupils.rules import Flag

FLAG_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        Flag.HISTORY_MISSING: "The earlier episodes are missing: load the SSDA903 return of the year before.",
        Flag.X1_WITHOUT_SUCCESSOR: "The next episode is missing: load the later return, or ask social care.",
        Flag.X1_GAP: "There is a gap between two episodes: ask social care to correct the dates.",
        Flag.OVERLAP: "Two episodes overlap: ask social care to correct the dates.",
        Flag.YEAR_GROUP_RECORDED: "The school recorded another year group than the age gives; the recorded one counts.",
        Flag.YEAR_GROUP_UNKNOWN: "Neither a date of birth nor a year group is known.",
        ResultFlag.NOT_MATCHED: "No result of the stage and year is known: ask the school, or check the UPN.",
        ResultFlag.NOT_ELIGIBLE: "The outcome says that the child had left or was tested earlier (L, P): confirm it.",
        ResultFlag.OUTCOME_UNKNOWN: "The test outcome is in no list: check it with the school.",
        ResultFlag.TEACHER_ASSESSMENT: "Counted by teacher assessment, for want of a test.",
        ResultFlag.QUALIFICATION_UNKNOWN: "A qualification is not mapped yet and counts nothing.",
        ResultFlag.GRADE_UNREADABLE: "A grade cannot be read and counts as no pass.",
        ResultFlag.NUMBER_GRADE: "A number stands where a letter is wanted; numbers are never turned into letters.",
    }
)
"""What each flag of a child's line means, and what to do."""


def flag_advice(flags: Iterable[str]) -> list[str]:
    """The sentences of these flags, in order; a flag of an older definition is left out."""
    return [FLAG_ADVICE[flag] for flag in flags if flag in FLAG_ADVICE]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result as a page shows it; `counts` in GCSEs (KS4 only), `words` say what it counts for."""

    result: Result
    counts: Decimal | None
    words: str

    @property
    def counts_words(self) -> str:
        """GCSEs counted, "0.5" or "4"; a dash where none are counted by the rules of the year."""
        return "–" if self.counts is None else f"{self.counts.normalize():f}"


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """The results of one stage and assessment year, and what they amount to in a sentence."""

    stage: Stage
    year: int
    summary: str
    lines: tuple[ResultLine, ...]

    @property
    def title(self) -> str:
        """ "Key Stage 4, summer 2009"."""
        return f"{self.lines[0].result.get_stage_display()}, summer {self.year}"


def entry_of(result: Result) -> Entry:
    """A KS4 result in the shape the rules read. The qualification must be loaded."""
    return Entry(
        result.subject,
        result.qualification.spec,
        result.grade,
        result.assessment_year,
        result.size,
        result.level2_pass,
        result.sat_on,
    )


def decide_ks4(results: Sequence[Result], *, assessment_year: int) -> tuple[list[Result], Ks4Decision]:
    """The KS4 results up to a year and the decision on them; `lines` of the decision are in the same order."""
    counted = [r for r in results if r.stage == Stage.KS4 and r.assessment_year <= assessment_year]
    return counted, achieves_5ac_em(map(entry_of, counted), assessment_year=assessment_year)


def outcomes_of(results: Sequence[Result]) -> list[StageOutcome]:
    """The results of one child by stage and year, newest first."""
    groups: dict[tuple[int, str], list[Result]] = defaultdict(list)
    for result in sorted(results, key=lambda r: (r.subject_key, r.sat_on is None, r.sat_on, r.pk)):
        groups[result.assessment_year, result.stage].append(result)
    newest_first = sorted(groups.items(), reverse=True)
    return [
        _ks2(year, group) if stage == Stage.KS2 else _ks4(year, group, results) for (year, stage), group in newest_first
    ]


def _ks2(year: int, results: Sequence[Result]) -> StageOutcome:
    if year > NI_SPECS[NiCode.NI_99].last_assessment_year:
        return StageOutcome(Stage.KS2, year, "", tuple(ResultLine(r, None, "") for r in results))
    lines = []
    reached = []
    for result in results:
        outcome = ks2_outcome(result.grade)
        words = outcome.words
        if result.qualification.is_teacher_assessment:
            words = "Teacher assessment: kept, does not count"
        elif outcome.in_numerator:
            reached.append(result.subject)
        lines.append(ResultLine(result, None, words))
    summary = f"Level 4 or above in the test: {', '.join(reached) if reached else 'none'}."
    return StageOutcome(Stage.KS2, year, summary, tuple(lines))


def _ks4(year: int, results: Sequence[Result], everything: Sequence[Result]) -> StageOutcome:
    if year > NI_SPECS[NiCode.NI_101].last_assessment_year:
        return StageOutcome(Stage.KS4, year, "", tuple(ResultLine(r, None, "") for r in results))
    counted, decision = decide_ks4(everything, assessment_year=year)
    by_result = {r.pk: line for r, line in zip(counted, decision.lines, strict=True)}
    lines = tuple(ResultLine(r, by_result[r.pk].counts, by_result[r.pk].words) for r in results)
    return StageOutcome(Stage.KS4, year, decision.reason, lines)
