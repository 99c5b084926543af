"""The main job on the demo county, step by step: people and calendars, feeds, indicators, reports.

Every step finds what an earlier run left and does nothing twice.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from attainment.services import compute_and_store
from core import rules
from core.calendars import county_year
from core.feeds import services as feeds
from core.feeds.base import Severity
from core.feeds.codes import label_of
from core.feeds.files import sources_from_paths
from core.models import Calendar, FeedRun, Term, User
from core.roles import ROLE_LABELS, Role
from pupils.models import Pupil
from reports import services as reports
from reports.models import ReportRun
from reports.rules import Audience, ReportState
from reports.services import load_plan_targets
from schools.models import School, SchoolMembership
from virtualschool.demo.people import all_people, demo_logins
from virtualschool.demo_collection import load_collection
from virtualschool.demo_peps import load_peps
from virtualschool.demo_thin import load_thin

PASSWORD = "westmarch-demo-2026"  # noqa: S105 - printed for the demo, which listens on loopback only
PLAN_REPORT_ON = date(2009, 12, 1)
PLAN_YEARS = (2008, 2009)
HEAD = "vsh@westmarch.example"
COUNTY_CALENDAR = "Westmarch county calendar"

Say = Callable[[str], None]


class NotForOthers(Exception):
    """The demo's accounts have a password that everybody can read."""


def check_may_load() -> None:
    """Raise NotForOthers where other machines reach this installation."""
    if not settings.LOOPBACK_ONLY:
        raise NotForOthers(
            "The demo's accounts, a Virtual School Head's among them, have a published password. It is loaded only "
            "where ALLOWED_HOSTS names no other host than this machine itself."
        )


@transaction.atomic
def load_people() -> int:
    """Make an account for each invented member of staff who has none; returns how many were made.

    Raises NotForOthers.
    """
    check_may_load()
    hashed = make_password(PASSWORD)
    known = set(User.objects.values_list("email", flat=True))
    new = [User(email=p.email, name=p.name, role=p.role, password=hashed) for p in all_people() if p.email not in known]
    User.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def load_memberships() -> int:
    """Tie the designated teachers to their schools (after the schools register is in)."""
    users = {u.email: u for u in User.objects.all()}
    schools = {s.urn: s for s in School.objects.all()}
    known = set(SchoolMembership.objects.values_list("user_id", flat=True))
    new = [
        SchoolMembership(user=users[p.email], school=schools[str(p.school_urn)], from_on=date(2006, 9, 1))
        for p in all_people()
        if p.school_urn is not None and str(p.school_urn) in schools and users[p.email].pk not in known
    ]
    SchoolMembership.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def load_calendars(academic_years: Iterable[int]) -> None:
    """Record the county's terms for the years of the demo; schools without own dates follow them."""
    calendar, _ = Calendar.objects.get_or_create(name=COUNTY_CALENDAR, defaults={"is_default": True})
    known = set(Term.objects.filter(calendar=calendar).values_list("academic_year", flat=True))
    Term.objects.bulk_create(
        Term(
            calendar=calendar,
            academic_year=year,
            season=term.season,
            half=term.half,
            name=term.name,
            starts_on=term.starts_on,
            ends_on=term.ends_on,
        )
        for year in sorted(set(academic_years) - known)
        for term in rules.default_terms(year)
    )


@dataclass(frozen=True)
class FeedStep:
    kind: str
    paths: Sequence[Path]


def _digests(paths: Iterable[Path]) -> frozenset[str]:
    return frozenset(hashlib.sha256(source.path.read_bytes()).hexdigest() for source in sources_from_paths(paths))


def _applied_before() -> set[tuple[str, frozenset[str]]]:
    done = {FeedRun.Status.APPLIED, FeedRun.Status.UNCHANGED}
    return {
        (run.kind, frozenset(f.stored.sha256 for f in run.files.all()))
        for run in FeedRun.objects.filter(status__in=done).prefetch_related("files__stored")
    }


def _why_held(outcome: feeds.Outcome) -> Iterator[str]:
    """The reasons for held rows, each kind once with its number and its first case."""
    errors = [p for p in outcome.problems if p.severity == Severity.ERROR]
    for code, number in Counter(p.code for p in errors).most_common():
        first = next(p for p in errors if p.code == code)
        yield f"{number:,} x {label_of(code)} ({code}); row {first.row}: {first.message}"


def apply_feeds(steps: Iterable[FeedStep], *, today: date, say: Say) -> None:
    """Apply each delivery that was not applied before. Raises RuntimeError when one is refused."""
    before = _applied_before()
    for step in steps:
        name = ", ".join(p.name for p in step.paths[:3])
        if (step.kind, _digests(step.paths)) in before:
            say(f"  {step.kind:13} {name}: loaded before, nothing to do")
            continue
        outcome = feeds.apply_sources(kind=step.kind, sources=sources_from_paths(step.paths), actor=None, today=today)
        rows = outcome.rows
        say(
            f"  {step.kind:13} {name}: {rows['read']:,} rows, {rows['applied']:,} applied, "
            f"{rows['unchanged']:,} unchanged, {rows['held']:,} held"
        )
        for line in _why_held(outcome):
            say(f"  {'':13} held: {line}")
        if outcome.status == "refused":
            raise RuntimeError("; ".join(p.message for p in outcome.problems))


def demo_folder() -> Path:
    folder: Path = settings.DATA_DIR / "demo"
    return folder


def finish(*, today: date, last_day: date) -> dict[str, Any]:
    """Targets of the plan, the indicators of its years, and first rows of the thin apps; the figures to print."""
    load_plan_targets()
    figures = {year: compute_and_store(year=year, actor=None) for year in PLAN_YEARS}
    load_thin(today)
    load_collection(today)
    load_peps(today)
    return {
        "assessment_year": PLAN_YEARS[-1],
        "indicators": {
            f"{f.code} {year}": {"numerator": f.numerator, "denominator": f.denominator, "review": f.review}
            for year, rows in figures.items()
            for f in rows
        },
        "roll_then": Pupil.objects.looked_after(on=PLAN_REPORT_ON).count(),
        "roll_now": Pupil.objects.looked_after(on=last_day).count(),
        "last_day": last_day,
        "logins": [(ROLE_LABELS[Role(role)], email) for role, email in demo_logins().items()],
    }


def make_reports(*, today: date, last_day: date) -> list[str]:
    """The plan's first report, approved and issued by the Virtual School Head, and a draft of the present term."""
    head = User.objects.get(email=HEAD)
    first = _report_of("2009-autumn") or reports.open_run(
        term="2009-autumn", as_at=PLAN_REPORT_ON, actor=head, today=today
    )
    if first.state == ReportState.DRAFT:
        # Nobody reads its draft: only the documents of the approved report are made.
        first = reports.freeze_run(run=first, today=today)
        reports.approve_report(run=first, actor=head)
        first.refresh_from_db()
    if first.state == ReportState.APPROVED:
        reports.make_documents(run=first)
        reports.issue_report(run=first, actor=head)
        first.refresh_from_db()
    runs = [first]
    term = present_term(last_day)
    if term is not None:
        runs.append(_report_of(term) or reports.draft_report(term=term, as_at=last_day, actor=None, today=today))
    lines = []
    for run in runs:
        document = reports.document_of(run, Audience.RESTRICTED)
        if document is None:
            raise RuntimeError("A report has no PDF.")
        lines.append(f"{run.title} ({run.get_state_display()}): {reports.path_of(document)}")
    return lines


def present_term(on: date) -> str | None:
    """The term (2026-autumn) that a day lies in by the county's calendar; None in the holidays between."""
    academic_year = rules.academic_year_of(on)
    calendar = county_year(academic_year)
    for season in rules.Season:
        first, last = calendar.season(season)
        if first <= on <= last:
            return rules.term_code(academic_year, season)
    return None


def _report_of(term: str) -> ReportRun | None:
    academic_year, season = rules.parse_term_code(term)
    return (
        ReportRun.objects.of_term(academic_year, season.value)
        .exclude(state=ReportState.WITHDRAWN.value)
        .order_by("pk")
        .first()
    )


def differences(summary: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Where the figures are not those of the county that was written, one sentence each."""
    computed = {
        name: f"{figure['numerator']} of {figure['denominator']}" for name, figure in summary["indicators"].items()
    }
    wrong = [
        f"{name} is {computed.get(name)}, expected {figure}"
        for name, figure in expected.get("indicators_oc2_30_september", {}).items()
        if computed.get(name) != figure
    ]
    for key, found in (("looked_after_plan", summary["roll_then"]), ("looked_after_today", summary["roll_now"])):
        if expected[key]["children"] != found:
            wrong.append(f"{found} children on the roll on {expected[key]['on']}, expected {expected[key]['children']}")
    return wrong


def remember(summary: dict[str, Any]) -> None:
    """What was printed, for whoever starts the server again."""
    (demo_folder() / "summary.json").write_text(json.dumps(summary, indent=2, default=str))
