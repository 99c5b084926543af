"""The main job on the demo county, step by step: people and calendars, feeds, indicators, reports.

Every step finds what an earlier run left and does nothing twice.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from core import rules
from core.feeds import services as feeds
from core.feeds.files import sources_from_paths
from core.models import Calendar, FeedRun, Term, User
from schools.models import School, SchoolMembership
from virtualschool.demo.people import all_people

PASSWORD = "westmarch-demo-2026"  # noqa: S105 - printed for the demo, which listens on loopback only
PLAN_REPORT_ON = date(2009, 12, 1)
PLAN_YEARS = (2008, 2009)
COUNTY_CALENDAR = "Westmarch county calendar"
LOGIN_ROLES = (
    "vsh",
    "adviser",
    "iro",
    "designated_teacher",
    "social_worker",
    "data_officer",
    "finance_officer",
    "board_reader",
    "system_admin",
)

Say = Callable[[str], None]


@transaction.atomic
def load_people() -> int:
    """Make an account for each invented member of staff who has none; returns how many were made."""
    hashed = make_password(PASSWORD)
    known = set(User.objects.values_list("email", flat=True))
    new = [
        User(email=p.email, name=p.name, role=p.role, password=hashed)
        for p in all_people()
        if p.email not in known
    ]
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
    return frozenset(
        hashlib.sha256(source.path.read_bytes()).hexdigest() for source in sources_from_paths(paths)
    )


def _applied_before() -> set[tuple[str, frozenset[str]]]:
    done = {FeedRun.Status.APPLIED, FeedRun.Status.UNCHANGED}
    return {
        (run.kind, frozenset(f.stored.sha256 for f in run.files.all()))
        for run in FeedRun.objects.filter(status__in=done).prefetch_related("files__stored")
    }


def apply_feeds(steps: Iterable[FeedStep], *, today: date, say: Say) -> Iterator[feeds.Outcome]:
    """Apply each delivery that was not applied before. Raises RuntimeError when one is refused."""
    before = _applied_before()
    for step in steps:
        name = ", ".join(p.name for p in step.paths[:3])
        if (step.kind, _digests(step.paths)) in before:
            say(f"  {step.kind:13} {name}: loaded before, nothing to do")
            continue
        outcome = feeds.apply_sources(
            kind=step.kind, sources=sources_from_paths(step.paths), actor=None, today=today
        )
        rows = outcome.rows
        say(
            f"  {step.kind:13} {name}: {rows['read']:,} rows, {rows['applied']:,} applied, {rows['held']:,} held"
        )
        if outcome.status == "refused":
            raise RuntimeError("; ".join(p.message for p in outcome.problems))
        yield outcome


def demo_folder() -> Path:
    folder: Path = settings.DATA_DIR / "demo"
    return folder


def remember(summary: dict[str, Any]) -> Path:
    path = demo_folder() / "summary.json"
    path.write_text(json.dumps(summary, indent=2, default=str))
    return path
