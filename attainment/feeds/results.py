"""results: KS2 and KS4 results, one a row, in our own layout (docs/feeds/results.md).

A later row of the same child, year, stage, subject, qualification and sitting replaces the earlier one; a blank
cell changes nothing; a result that a file no longer names stays. What is sat after 31 August of its assessment
year is held (R-NUM-KS4-4). An unknown qualification is kept, counts nothing, and waits to be mapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from attainment.feeds import reading
from attainment.feeds.comparing import Kept, Settled, settle_all
from attainment.feeds.reading import COLUMNS, ResultRow
from attainment.models import Qualification, Result
from attainment.rules import QualificationSpec, find_qualification, qualification_key
from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage
from core.feeds.base import (
    Change,
    Checked,
    Counts,
    Difference,
    FeedContext,
    FeedRefused,
    Problem,
    Problems,
    Severity,
    SourceFile,
    refuse_unless_rows,
)
from core.feeds.columns import HeadingMatch, headings_fit, parse_rows, require_headings
from core.feeds.reading import RawTable, read_table
from pupils.matching import PupilIndex

STAGE = "attainment_result_replaced"


@dataclass
class Catalogue:
    """All qualifications by folded name, built-in aliases included, and the new ones that a file brings."""

    known: dict[str, Qualification]
    new: dict[str, Qualification] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Catalogue":
        """One query."""
        rows = list(Qualification.objects.all())
        by_code = {row.code: row for row in rows if row.code}
        known = {row.key: row for row in rows}
        for row in rows:
            known.setdefault(qualification_key(row.name), row)
        for spec in reading.BUILT_IN:
            if spec.code in by_code:
                for name in (spec.code, spec.name, *spec.aliases):
                    known.setdefault(qualification_key(name), by_code[spec.code])
        return cls(known)

    def find(self, name: str, stage: str) -> Qualification:
        """The qualification of this name; a name never met before gets a row that counts nothing until mapped."""
        key = qualification_key(name)
        found = self.known.get(key)
        if found is None:
            spec = find_qualification(name)
            found = built_in_row(spec) if spec else Qualification(name=name, key=key, stage=stage, mapped=False)
            self.known[key] = self.new[key] = found
        return found


def built_in_row(spec: QualificationSpec) -> Qualification:
    """An unsaved row of the built-in list (for a table from which it was lost)."""
    return Qualification(
        code=spec.code,
        name=spec.name,
        key=qualification_key(spec.name),
        stage=spec.stage.value,
        is_teacher_assessment=spec.code == reading.TEACHER_ASSESSMENT_CODE,
        scheme=spec.scheme.value,
        size=spec.size,
        level2_grades=" ".join(sorted(spec.pass_grades)),
        is_gcse=spec.is_gcse,
        counts_from=spec.counts_from,
    )


@dataclass
class Plan:
    """What `apply` writes."""

    settled: list[Settled]
    catalogue: Catalogue


def check(files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Read every row, find its child and its qualification, and compare with what is kept."""
    problems, counts = Problems(), Counts()
    catalogue, index = Catalogue.load(), PupilIndex.load()
    rows: list[ResultRow] = []
    tables = [(table, _match_headings(table, problems)) for table in map(_read, files)]
    counts.read = sum(len(table) for table, _ in tables)
    refuse_unless_rows(counts.read, files)
    warned: set[tuple[str, str]] = set()
    for table, match in tables:
        for n, row in enumerate(parse_rows(table, match, COLUMNS, problems)):
            if n % 1000 == 0:
                context.progress(n, counts.read, f"Reading {table.file}")
            reading.match_child(row, index, problems, warned)
            result = None if row.held else reading.read_result(row, catalogue.find, context.today, problems)
            if result is None:
                counts.held += 1
            else:
                rows.append(result)
    rows = _without_repeats(rows, counts, problems)
    settled = settle_all(rows, _kept([row.pupil_id for row in rows]), problems)
    difference = _tally(settled, counts, index)
    return Checked(counts=counts, problems=problems, difference=difference, payload=Plan(settled, catalogue))


def apply(checked: Checked, context: FeedContext) -> None:
    """Write what `check` found: new rows by COPY, replaced ones in one statement."""
    plan: Plan = checked.payload
    writes = [one for one in plan.settled if one.writes]
    used = {id(one.row.qualification) for one in writes}
    for qualification in plan.catalogue.new.values():
        if id(qualification) in used:
            qualification.save()
    copy_rows(
        Result,
        (
            "pupil_id", "assessment_year", "stage", "subject", "subject_key", "qualification_id",
            "grade", "size", "level2_pass", "sat_on", "run_id",
        ),
        (_inserted(one.row, context.run_id) for one in writes if one.kept is None),
    )  # fmt: skip
    _update([one for one in writes if one.kept is not None], context.run_id)


def _read(source: SourceFile) -> RawTable:
    return read_table(source, headings_fit(COLUMNS))


def _match_headings(table: RawTable, problems: Problems) -> HeadingMatch:
    match = require_headings(table, COLUMNS, problems)
    if "child_id" not in match.positions and "upn" not in match.positions:
        raise FeedRefused(
            Problem(
                code="MISSING_COLUMN",
                severity=Severity.ERROR,
                file=table.file,
                row=table.heading_row,
                column="child_id",
                message="There is neither a column child_id nor a column upn.",
                advice=f"Add one of them. Headings read: {', '.join(table.headings)[:300]}.",
            )
        )
    return match


def _without_repeats(rows: list[ResultRow], counts: Counts, problems: Problems) -> list[ResultRow]:
    """One row of each sitting: identical repeats are ignored, rows that differ are all held."""
    groups: dict[tuple[Any, ...], list[ResultRow]] = {}
    for row in rows:
        groups.setdefault((*row.identity, row.sat_on), []).append(row)
    kept = []
    for group in groups.values():
        first = group[0]
        if len({row.says for row in group}) == 1:
            kept.append(first)
            counts.ignored += len(group) - 1
            for row in group[1:]:
                problems.note(
                    "REPEATED_ROW",
                    f"The same result stands in row {first.row.number} of {first.row.file}.",
                    advice="Nothing to do: it is counted once.",
                    **row.row.where("grade"),
                )
            continue
        counts.held += len(group)
        numbers = ", ".join(str(row.row.number) for row in group)
        for row in group:
            problems.add(
                "ROWS_DISAGREE",
                f"Rows {numbers} give different results of one child in one subject and sitting.",
                advice="Leave the right one, or tell two sittings apart by sat_on.",
                **row.row.where("grade"),
            )
    return kept


def _kept(pupil_ids: list[int]) -> list[Kept]:
    """The results that the tables hold for these children. One query."""
    rows = Result.objects.filter(pupil_id__in=set(pupil_ids)).values_list(
        "pk", "pupil_id", "assessment_year", "stage", "subject_key", "qualification__key",
        "grade", "size", "level2_pass", "sat_on",
    )  # fmt: skip
    return [Kept(pk, tuple(rest[:5]), *rest[5:]) for pk, *rest in rows]


def _tally(settled: list[Settled], counts: Counts, index: PupilIndex) -> Difference:
    difference = Difference()
    for one in settled:
        if one.held:
            counts.held += 1
        elif not one.writes:
            counts.unchanged += 1
        else:
            counts.applied += 1
            difference.added += one.kept is None
            difference.changed += one.kept is not None
            difference.tell(
                Change(
                    subject=index.child_ids[one.row.pupil_id],
                    what=f"{one.row.qualification} {one.row.subject} {one.row.year}",
                    before=one.kept.grade if one.kept else "",
                    after=one.row.grade or (one.kept.grade if one.kept else ""),
                )
            )
    unmapped = {str(one.row.qualification) for one in settled if one.writes and not one.row.qualification.mapped}
    if unmapped:
        names = ", ".join(sorted(unmapped))
        difference.summary.append(
            f"Not mapped yet, so their results count nothing: {names}. Map them under Qualifications."
        )
    return difference


def _inserted(row: ResultRow, run_id: int | None) -> tuple[Any, ...]:
    return (
        row.pupil_id, row.year, row.stage, row.subject, row.subject_key, row.qualification.pk,
        row.grade or "", row.size, row.level2_pass, row.sat_on, run_id,
    )  # fmt: skip


def _update(settled: list[Settled], run_id: int | None) -> None:
    """Replace results in one statement, through a staging table."""
    if not settled:
        return
    columns = {
        "grade": "text", "size": "numeric", "level2_pass": "boolean", "sat_on": "date", "run_id": "bigint",
    }  # fmt: skip
    stage(STAGE, {"id": "bigint", **columns}, ((*_replaced(one), run_id) for one in settled))
    update_from_stage("attainment_result", STAGE, list(columns))


def _replaced(one: Settled) -> tuple[int, str, Decimal | None, bool | None, date | None]:
    assert one.kept is not None
    return (one.kept.pk, *one.merged)
