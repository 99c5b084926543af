"""What is wrong in a delivery: by kind, row by row, and as downloads for its sender and for ourselves."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Min, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase

from core.audit import Access, record_access
from core.exports import Export, csv_response
from core.feeds.codes import internal_codes, is_for_sender, is_internal, is_quoting, label_of, words_for_sender
from core.feeds.columns import ADD_IT
from core.feeds.likeness import OF_HEADINGS
from core.limits import Limit, limited
from core.models import FeedProblem, FeedRun
from core.views.feed_runs import run_of

WORST_FIRST = Case(
    When(severity="error", then=Value(0)), When(severity="warning", then=Value(1)), default=Value(2),
    output_field=IntegerField(),
)  # fmt: skip
HEADINGS = ["Severity", "Code", "Meaning", "File", "Row", "Column", "Value read", "What is wrong", "What to do"]


def in_order(problems: QuerySet[FeedProblem]) -> QuerySet[FeedProblem]:
    """The worst first, kind by kind, the rows of a kind as they stand in the files."""
    return problems.order_by(WORST_FIRST, "code", "file", F("row").asc(nulls_first=True), "pk")


def shown_problems(run: FeedRun, code: str) -> QuerySet[FeedProblem]:
    """The page's list: one kind; else all but those on children whom the file does not name, which may be hundreds."""
    problems = run.problems.filter(code=code) if code else run.problems.exclude(code__in=internal_codes())
    return in_order(problems)


def problem_summary(run: FeedRun) -> dict[str, Any]:
    """For the delivery's page: kinds with numbers, how many ask for a look, and what is about others' children."""
    groups = _groups(run.problems.all())
    told = [group for group in groups if not is_internal(group["code"])]
    return {
        "groups": told,
        "to_mend": sum(group["number"] for group in told if group["severity"] != "notice"),
        "to_know": sum(group["number"] for group in told if group["severity"] == "notice"),
        "not_named": [group for group in groups if is_internal(group["code"])],
        "for_us_only": any(
            is_internal(group["code"]) or is_quoting(group["code"]) or group["rowless"] for group in groups
        ),
    }


def refusals(run: FeedRun) -> list[dict[str, Any]]:
    """Why a delivery was refused, for people: one paragraph a file for missing columns, however many they are.

    A file that is plainly of another kind is told that and nothing more.
    """
    problems = list(in_order(run.problems.all()))
    other_kind = {problem.file for problem in problems if problem.code == "OTHER_KIND"}
    told: list[dict[str, Any]] = []
    missing: dict[str, list[FeedProblem]] = {}
    for problem in problems:
        if problem.file in other_kind and problem.code in OF_HEADINGS:
            continue
        if problem.code == "MISSING_COLUMN":
            missing.setdefault(problem.file, []).append(problem)
            continue
        told.append({name: getattr(problem, name) for name in ("file", "row", "message", "value", "advice")})
    return [*(_missing_columns(file, found) for file, found in missing.items()), *told]


def _missing_columns(file: str, found: list[FeedProblem]) -> dict[str, Any]:
    found = sorted(found, key=lambda problem: problem.pk)
    first = found[0]
    if len(found) == 1:
        return {"file": file, "row": first.row, "message": first.message, "advice": first.advice}
    names = ", ".join(problem.column for problem in found)
    advice = " ".join(problem.advice.removeprefix(ADD_IT).strip() for problem in reversed(found))
    return {
        "file": file,
        "row": first.row,
        "message": f"{len(found)} columns are missing: {names}.",
        "advice": f"Add them and send the file again. {advice}".strip(),
    }


def _groups(problems: QuerySet[FeedProblem]) -> list[dict[str, Any]]:
    """Problems by kind, the worst first and the most of them first, each with the words of its first case.

    `rowless`: some of the kind stand at no row and are not for the sender.
    """
    order = {"error": 0, "warning": 1, "notice": 2}
    found = list(
        problems.values("code", "severity")
        .annotate(number=Count("pk"), first=Min("pk"), with_row=Count("row"))
        .order_by()
    )
    words = FeedProblem.objects.in_bulk([group["first"] for group in found])
    groups: list[dict[str, Any]] = []
    for group in found:
        example = words[group["first"]].message
        some_row = 1 if group["with_row"] == group["number"] else None
        groups.append({
            **group,
            "label": label_of(group["code"]),
            "example": example,
            "sentence": example.partition(": ")[0],
            "rowless": not is_for_sender(group["code"], group["severity"], some_row),
        })  # fmt: skip
    return sorted(groups, key=lambda g: (order.get(g["severity"], 3), -g["number"], g["code"]))


def _line(problem: FeedProblem, message: str, advice: str) -> list[Any]:
    p = problem
    return [p.severity, p.code, label_of(p.code), p.file, p.row, p.column, p.value, message, advice]


def _number(run: FeedRun, wanted: Callable[[str, str, int | None], bool]) -> int:
    """How many problems a download will have, told to the log before the first line is sent."""
    return sum(wanted(*facts) for facts in run.problems.values_list("code", "severity", "row").iterator())


def _is_for_us(code: str, severity: str, row: int | None) -> bool:
    return is_quoting(code) or not is_for_sender(code, severity, row)


@limited(Limit.EXPORTS)
def feed_problems(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """For whoever sent the files, as CSV: problems of the file's own rows and of the file as a whole, nothing more.

    The list leaves the house, so a child whom the file does not name must not be in it.
    """
    run = run_of(request, run_id)
    record_access(request, Access.EXPORTED, subject=run, detail={"rows": _number(run, is_for_sender), "format": "csv"})
    rows = (
        _line(problem, *words_for_sender(problem.code, problem.message, problem.advice))
        for problem in in_order(run.problems.all()).iterator()
        if is_for_sender(problem.code, problem.severity, problem.row)
    )
    return csv_response(Export(f"problems-of-delivery-{run.pk}-for-the-sender", HEADINGS, rows))


@limited(Limit.EXPORTS)
def feed_internal(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """For ourselves only, as CSV: what the sender's list leaves out or does not say in full."""
    run = run_of(request, run_id)
    record_access(
        request, Access.EXPORTED, subject=run, detail={"rows": _number(run, _is_for_us), "format": "csv, internal"}
    )
    rows = (
        _line(problem, problem.message, problem.advice)
        for problem in in_order(run.problems.all()).iterator()
        if _is_for_us(problem.code, problem.severity, problem.row)
    )
    return csv_response(Export(f"delivery-{run.pk}-internal-only", HEADINGS, rows))


@limited(Limit.EXPORTS)
def feed_changes(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """What a delivery changes, entry by entry, as CSV."""
    run = run_of(request, run_id)
    number = run.changes.count()
    record_access(request, Access.EXPORTED, subject=run, detail={"rows": number, "format": "csv"})
    rows = ([c.subject, c.what, c.before, c.after] for c in run.changes.order_by("pk").iterator())
    return csv_response(Export(f"changes-of-delivery-{run.pk}", ["Whose", "What", "Before", "After"], rows))
