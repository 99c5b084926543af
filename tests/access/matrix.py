"""Every address of the site: who gets what from it, for a row of their own and for a foreign one.

The answers are written out and not worked out from core/roles.py: what a role may do is said here a second time, by
somebody who thought of it. A new address without an entry fails tests/access/test_matrix.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from core.roles import Role
from core.rules import default_terms
from reports.termly import fingerprint
from tests.access.world import FIGURE_YEAR, MONDAY, TODAY, Side, World

ORDER = (
    Role.VSH,
    Role.ADVISER,
    Role.IRO,
    Role.DESIGNATED_TEACHER,
    Role.SOCIAL_WORKER,
    Role.DATA_OFFICER,
    Role.FINANCE_OFFICER,
    Role.BOARD_READER,
    Role.SYSTEM_ADMIN,
    Role.SCHOOL_COLLEAGUE,
)
OWN, FOREIGN = "own", "foreign"


@dataclass(frozen=True)
class Answers:
    """Status for each role, for an own row and for a foreign one."""

    own: tuple[int, ...]
    foreign: tuple[int, ...]

    def of(self, role: Role, which: str) -> int:
        row: tuple[int, ...] = getattr(self, which)
        return row[ORDER.index(role)]


def answers(own: str, foreign: str = "") -> Answers:
    """ "200 404 ..." in the order of ORDER; without a second row the address has no rows of its own."""
    rows = [tuple(int(word) for word in text.split()) for text in (own, foreign or own)]
    assert all(len(row) == len(ORDER) for row in rows), own
    return Answers(*rows)


# fmt: off
#                       VSH ADV IRO DT  SW  DO  FIN BRD ADM COL
ALL_200 = answers(     "200 200 200 200 200 200 200 200 200 200")
ALL_302 = answers(     "302 302 302 302 302 302 302 302 302 302")
ALL_404 = answers(     "404 404 404 404 404 404 404 404 404 404")
ALL_405 = answers(     "405 405 405 405 405 405 405 405 405 405")
# Those who work with children: their own only, or all
CHILDREN = answers(    "200 200 200 200 200 200 403 403 403 403")
CHILD = answers(       "200 200 200 200 200 200 403 403 403 403",
                       "200 200 404 404 404 200 403 403 403 403")
FEEDS = answers(       "200 403 403 403 403 200 403 403 403 403")
FEEDS_POST = answers(  "302 403 403 403 403 302 403 403 403 403")
INDICATORS = answers(  "200 200 403 403 403 200 403 403 403 403")
TARGETS = answers(     "200 403 403 403 403 200 403 403 403 403")
TARGETS_POST = answers("302 403 403 403 403 302 403 403 403 403")
REPORT = answers(      "200 200 403 403 403 200 403 200 403 403",
                       "200 200 403 403 403 200 403 404 403 403")
TEAM_REPORT = answers( "200 200 403 403 403 200 403 403 403 403",
                       "200 200 403 403 403 200 403 404 403 403")
ONLY_HEAD = answers(   "200 403 403 403 403 403 403 403 403 403")
# fmt: on


def no_row(world: World, side: Side) -> dict[str, Any]:
    return {}


def child(world: World, side: Side) -> dict[str, Any]:
    return {"pupil_id": side.pupil.pk}


def school(world: World, side: Side) -> dict[str, Any]:
    return {"school_id": side.school.pk}


def run(world: World, side: Side) -> dict[str, Any]:
    return {"run_id": world.run.pk}


def indicator(world: World, side: Side) -> dict[str, Any]:
    return {"slug": "ni-99", "year": FIGURE_YEAR}


def report(world: World, side: Side) -> dict[str, Any]:
    """The own side's report is issued, the foreign side's is a draft."""
    return {"run_id": side.report.pk}


def day(prefix: str, on: Any = TODAY) -> dict[str, Any]:
    """The three fields of a date."""
    return {f"{prefix}_0": on.day, f"{prefix}_1": on.month, f"{prefix}_2": on.year}


def nothing(world: World, side: Side) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`kwargs` and `data` are made for a side; without `post` a POST is answered as a GET is."""

    get: Answers
    post: Answers | None = None
    kwargs: Callable[[World, Side], dict[str, Any]] = no_row
    data: Callable[[World, Side], dict[str, Any]] = nothing
    open: bool = field(default=False)
    """Open to people who are not signed in."""

    def expected(self, method: str) -> Answers:
        return self.post if method == "post" and self.post is not None else self.get


def named_urls() -> Iterator[tuple[str, str, Any]]:
    """(name with its namespaces, route, view) of every address, nested and unnamed ones too."""

    def walk(patterns: list[Any], space: str, route: str) -> Iterator[tuple[str, str, Any]]:
        for pattern in patterns:
            here = route + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner, here)
            elif isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name or here}", here, pattern.callback

    yield from walk(get_resolver().url_patterns, "", "")


# fmt: off
PUPILS: dict[str, Entry] = {
    "pupils:list": Entry(get=CHILDREN),
    "pupils:search": Entry(
        get=ALL_405,
        post=answers(   "302 302 302 302 302 302 403 403 403 403"),
        data=lambda world, side: {"q": side.pupil.surname},
    ),
    "pupils:export_csv": Entry(get=answers(
                        "200 200 200 200 403 200 403 403 403 403")),
    "pupils:export_xlsx": Entry(get=answers(
                        "200 200 200 200 403 200 403 403 403 403")),
    "pupils:detail": Entry(kwargs=child, get=CHILD),
    "pupils:care": Entry(kwargs=child, get=answers(
                        "200 200 200 403 200 200 403 403 403 403",
                        "200 200 404 403 404 200 403 403 403 403")),
    "pupils:reveal_address": Entry(
        kwargs=child, get=ALL_405,
        post=answers(   "302 302 302 403 302 403 403 403 403 403",
                        "302 302 404 403 404 403 403 403 403 403")),
    "pupils:school": Entry(kwargs=child, get=CHILD),
    "pupils:timeline": Entry(kwargs=child, get=CHILD),
    "pupils:who_looked": Entry(kwargs=child, get=answers(
                        "200 200 200 403 200 403 403 403 403 403",
                        "200 200 404 403 404 403 403 403 403 403")),
    "pupils:changes": Entry(kwargs=child, get=answers(
                        "200 200 200 403 200 403 403 403 403 403",
                        "200 200 404 403 404 403 403 403 403 403")),
    "pupils:unusual_looks": Entry(get=ONLY_HEAD),
}

def protected(world: World, side: Side) -> dict[str, Any]:
    return {**child(world, side), "what": "contact"}


PROTECTED: dict[str, Entry] = {
    "pupils:protected": Entry(kwargs=child, get=answers(
                        "200 200 200 403 200 403 403 403 403 403",
                        "200 200 404 403 404 403 403 403 403 403")),
    "pupils:protected_show": Entry(
        kwargs=protected, get=ALL_405,
        post=answers(   "302 302 302 403 302 403 403 403 403 403",
                        "302 302 404 403 404 403 403 403 403 403")),
    "pupils:protected_new": Entry(
        kwargs=protected, data=lambda world, side: {"note": "Nobody but the social worker may call"},
        get=answers(    "200 200 403 403 200 403 403 403 403 403",
                        "200 200 403 403 404 403 403 403 403 403"),
        post=answers(   "302 302 403 403 302 403 403 403 403 403",
                        "302 302 403 403 404 403 403 403 403 403")),
    "pupils:protected_end": Entry(
        kwargs=lambda world, side: {"note_id": side.note.pk}, get=ALL_405,
        post=answers(   "302 302 403 403 302 403 403 403 403 403",
                        "302 302 403 403 404 403 403 403 403 403")),
}
SCHOOLS: dict[str, Entry] = {
    "schools:list": Entry(get=answers(
                        "200 200 403 200 403 200 403 403 403 403")),
    "schools:export_csv": Entry(get=answers(
                        "200 200 403 200 403 200 403 403 403 403")),
    "schools:export_xlsx": Entry(get=answers(
                        "200 200 403 200 403 200 403 403 403 403")),
    "schools:detail": Entry(kwargs=school, get=answers(
                        "200 200 403 200 403 200 403 403 403 403",
                        "200 200 403 404 403 200 403 403 403 403")),
    "schools:appoint_teacher": Entry(
        kwargs=school,
        data=lambda world, side: {
            "user": (world.own if side is world.foreign else world.foreign).membership.user_id, **day("from_on"),
        },
        get=answers(    "200 200 403 403 403 403 403 403 403 403",
                        "200 200 403 404 403 403 403 403 403 403"),
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 403 404 403 403 403 403 403 403")),
    "schools:end_appointment": Entry(
        kwargs=lambda world, side: {"school_id": side.school.pk, "membership_id": side.membership.pk},
        data=lambda world, side: day("last_on"),
        get=answers(    "200 200 403 403 403 403 403 403 403 403",
                        "200 200 403 404 403 403 403 403 403 403"),
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 403 404 403 403 403 403 403 403")),
}
ATTENDANCE: dict[str, Entry] = {
    "attendance:child": Entry(kwargs=child, get=CHILD),
    "attendance:conflicts": Entry(get=FEEDS),
    "attendance:resolve": Entry(
        kwargs=lambda world, side: {"conflict_id": side.conflict.pk},
        data=lambda world, side: {"chosen": side.conflict.second_id}, get=ALL_405, post=FEEDS_POST),
    "attendance:reopen": Entry(
        kwargs=lambda world, side: {"conflict_id": side.conflict.pk}, get=ALL_405, post=FEEDS_POST),
    "attendance:completeness": Entry(get=answers(
                        "200 200 403 200 403 200 403 403 403 403")),
}
SCHOOLS["schools:choose_calendar"] = Entry(
    kwargs=school, data=lambda world, side: {"calendar": "county"},
    get=answers(        "200 403 403 403 403 200 403 403 403 403",
                        "200 403 403 404 403 200 403 403 403 403"),
    post=answers(       "302 403 403 403 403 302 403 403 403 403",
                        "302 403 403 404 403 302 403 403 403 403"))
ATTAINMENT: dict[str, Entry] = {
    "attainment:qualifications": Entry(get=FEEDS),
    "attainment:qualification": Entry(
        kwargs=lambda world, side: {"qualification_id": world.qualification.pk},
        data=lambda world, side: {
            "name": "Rural Craft Award", "stage": "KS4", "scheme": "letter", "size": "1", "level2_grades": "A B C",
        },
        get=FEEDS, post=FEEDS_POST),
    "attainment:child": Entry(kwargs=child, get=CHILD),
}
PROVISION: dict[str, Entry] = {
    "provision:list": Entry(get=CHILDREN),
    "provision:export_csv": Entry(get=answers(
                        "200 200 200 200 403 200 403 403 403 403")),
    "provision:export_xlsx": Entry(get=answers(
                        "200 200 200 200 403 200 403 403 403 403")),
    "provision:exclusion": Entry(kwargs=lambda world, side: {"exclusion_id": side.exclusion.pk}, get=CHILD),
    "provision:new": Entry(
        kwargs=child,
        data=lambda world, side: {
            "school": side.school.pk, "category": "SUSP", "days": "1", **day("from_on", MONDAY),
        },
        get=answers(    "200 200 403 200 403 403 403 403 403 403",
                        "200 200 403 404 403 403 403 403 403 403"),
        post=answers(   "302 302 403 302 403 403 403 403 403 403",
                        "302 302 403 404 403 403 403 403 403 403")),
}


def due_pep(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.due_pep.pk}


def held_pep(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.held_pep.pk}


def target(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.due_pep.pk, "target_id": side.due_pep.targets.get().pk}


# fmt: off
PEP_PAGE = answers(     "200 200 200 200 200 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")
PEP_WRITING = answers(  "200 200 403 200 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")
PEPS: dict[str, Entry] = {
    "peps:list": Entry(get=answers(
                        "200 200 200 200 200 403 403 403 403 403")),
    "peps:export_csv": Entry(get=answers(
                        "200 200 200 200 403 403 403 403 403 403")),
    "peps:export_xlsx": Entry(get=answers(
                        "200 200 200 200 403 403 403 403 403 403")),
    "peps:child": Entry(kwargs=child, get=answers(
                        "200 200 200 200 200 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")),
    "peps:record_meeting": Entry(
        kwargs=lambda world, side: {"pep_id": side.due_pep.pk},
        data=lambda world, side: day("held_on", MONDAY),
        get=answers(    "200 200 403 200 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403"),
        post=answers(   "302 302 403 302 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:pep": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:section": Entry(
        kwargs=lambda world, side: {**due_pep(world, side), "code": "C"},
        data=lambda world, side: {"hard": "Spelling", "base": "1"},
        get=PEP_PAGE,
        post=answers(   "302 302 403 302 302 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:save": Entry(
        kwargs=lambda world, side: {**due_pep(world, side), "code": "C"},
        data=lambda world, side: {"hard": "Spelling", "base": "1"},
        get=ALL_405,
        post=answers(   "200 200 403 200 200 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")),
    "peps:targets": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:target_new": Entry(kwargs=due_pep, get=PEP_WRITING, post=PEP_WRITING),
    "peps:target_sentence": Entry(kwargs=due_pep, get=ALL_405, post=PEP_PAGE),
    "peps:target_edit": Entry(kwargs=target, get=PEP_WRITING, post=PEP_WRITING),
    "peps:target_remove": Entry(
        kwargs=target, get=ALL_405,
        post=answers(   "302 302 403 302 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:target_review": Entry(kwargs=target, get=PEP_WRITING, post=PEP_WRITING),
    "peps:sign_off": Entry(
        kwargs=held_pep, get=PEP_PAGE,
        post=answers(   "200 200 403 200 200 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")),
    "peps:quality": Entry(
        kwargs=held_pep,
        get=answers(    "200 200 403 403 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403"),
        post=answers(   "200 200 403 403 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 403")),
    "peps:submit": Entry(
        kwargs=held_pep, get=ALL_405,
        post=answers(   "302 302 403 302 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:return": Entry(
        kwargs=held_pep,
        get=answers(    "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:approve": Entry(
        kwargs=held_pep, get=ALL_405,
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 403")),
    "peps:reopen": Entry(
        kwargs=held_pep,
        get=answers(    "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 403")),
    "peps:set_aside": Entry(
        kwargs=held_pep,
        data=lambda world, side: {"reason": "Moved to another authority"},
        get=answers(    "200 403 403 403 403 403 403 403 403 403",
                        "200 403 404 404 404 403 403 403 403 403"),
        post=answers(   "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 403")),
    "peps:take_up": Entry(
        kwargs=held_pep,
        get=answers(    "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 403")),
}
PLEDGE: dict[str, Entry] = {
    "pledge:list": Entry(get=answers(
                        "200 200 200 403 403 403 403 403 403 403")),
    "pledge:export_csv": Entry(get=answers(
                        "200 200 200 403 403 403 403 403 403 403")),
    "pledge:export_xlsx": Entry(get=answers(
                        "200 200 200 403 403 403 403 403 403 403")),
    "pledge:child": Entry(
        kwargs=child, data=lambda world, side: {f"c{side.commitment.pk}": "kept"},
        get=answers(    "200 200 200 403 403 403 403 403 403 403",
                        "200 200 404 403 403 403 403 403 403 403"),
        post=answers(   "403 403 302 403 403 403 403 403 403 403",
                        "403 403 404 403 403 403 403 403 403 403")),
}
INCENTIVES: dict[str, Entry] = {
    "incentives:list": Entry(get=answers(
                        "200 200 403 403 403 403 200 403 403 403")),
    "incentives:new": Entry(
        data=lambda world, side: {
            "assessment_year": 2028, "budget": "9000", **day("letters_due_on"), "payments_due_on_0": 30,
            "payments_due_on_1": 9, "payments_due_on_2": 2028,
        },
        get=answers(    "200 403 403 403 403 403 403 403 403 403"),
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
    "incentives:scheme": Entry(
        kwargs=lambda world, side: {"assessment_year": 2027},
        data=lambda world, side: {"pupils": [side.pupil.pk], **day("sent_on", MONDAY)},
        get=answers(    "200 200 403 403 403 403 200 403 403 403"),
        post=answers(   "302 302 403 403 403 403 403 403 403 403")),
    "incentives:not_told_csv": Entry(
        kwargs=lambda world, side: {"assessment_year": 2027}, get=answers(
                        "200 200 403 403 403 403 403 403 403 403")),
    "incentives:not_told_xlsx": Entry(
        kwargs=lambda world, side: {"assessment_year": 2027}, get=answers(
                        "200 200 403 403 403 403 403 403 403 403")),
    "incentives:child": Entry(
        kwargs=child, data=lambda world, side: day("sent_on", MONDAY),
        get=answers(    "200 200 403 403 403 403 403 403 403 403"),
        post=answers(   "302 302 403 403 403 403 403 403 403 403")),
}
REPORTS: dict[str, Entry] = {
    "reports:indicators": Entry(get=INDICATORS),
    "reports:compute_indicators": Entry(
        data=lambda world, side: {"year": "2009", "basis": ""},
        get=INDICATORS,
        post=answers(   "302 302 403 403 403 302 403 403 403 403")),
    "reports:choose_target": Entry(
        data=lambda world, side: {"slug": "ni-99", "year": "2011"}, get=TARGETS, post=TARGETS_POST),
    "reports:indicator": Entry(kwargs=indicator, get=INDICATORS),
    "reports:indicator_target": Entry(
        kwargs=indicator, data=lambda world, side: {"target": "43"}, get=TARGETS, post=TARGETS_POST),
    "reports:indicator_children": Entry(
        kwargs=lambda world, side: {**indicator(world, side), "step": "denominator"}, get=INDICATORS),
    "reports:indicator_export": Entry(
        kwargs=lambda world, side: {**indicator(world, side), "step": "denominator", "extension": "csv"},
        get=INDICATORS),
    "reports:indicator_child": Entry(
        kwargs=lambda world, side: {**indicator(world, side), **child(world, side)}, get=INDICATORS),
}
TERMLY: dict[str, Entry] = {
    "reports:list": Entry(get=answers(
                        "200 200 403 403 403 200 403 200 403 403")),
    "reports:new": Entry(
        data=lambda world, side: {"term": "2026-autumn", **day("as_at", MONDAY)}, get=TARGETS, post=TARGETS_POST),
    "reports:run": Entry(kwargs=report, get=REPORT),
    "reports:read": Entry(kwargs=report, get=REPORT),
    "reports:document": Entry(
        kwargs=lambda world, side: {**report(world, side), "version": "restricted"}, get=answers(
                        "200 200 403 403 403 200 403 403 403 403",
                        "404 404 403 403 403 404 403 404 403 403")),
    "reports:figures": Entry(
        kwargs=lambda world, side: {**report(world, side), "version": "restricted", "extension": "json"},
        get=TEAM_REPORT),
    "reports:progress": Entry(kwargs=report, get=REPORT),
    "reports:make": Entry(
        kwargs=report, get=ALL_405,
        post=answers(   "302 403 403 403 403 302 403 403 403 403",
                        "302 403 403 403 403 302 403 404 403 403")),
    "reports:words": Entry(
        kwargs=report, data=lambda world, side: {"commentary": "A good term.", "decisions_wanted": ""},
        get=answers(    "403 403 403 403 403 403 403 403 403 403",
                        "200 403 403 403 403 200 403 404 403 403"),
        post=answers(   "403 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 302 403 404 403 403")),
    "reports:approve": Entry(
        kwargs=report, data=lambda world, side: {"seen": fingerprint(side.report)},
        get=answers(    "302 403 403 403 403 403 403 403 403 403",
                        "200 403 403 403 403 403 403 404 403 403"),
        post=answers(   "302 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 403 403 404 403 403")),
    "reports:issue": Entry(
        kwargs=report, get=ALL_405,
        post=answers(   "302 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 403 403 404 403 403")),
    "reports:withdraw": Entry(
        kwargs=report, data=lambda world, side: {"because": "Wrong day"},
        get=answers(    "200 403 403 403 403 403 403 403 403 403",
                        "200 403 403 403 403 200 403 404 403 403"),
        post=answers(   "302 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 302 403 404 403 403")),
    "reports:compare": Entry(kwargs=report, get=TEAM_REPORT),
    "reports:cohorts": Entry(kwargs=report, get=TEAM_REPORT),
    "reports:cohort": Entry(
        kwargs=lambda world, side: {**report(world, side), "name": next(iter(side.report.cohorts))}, get=TEAM_REPORT),
}
FEED_PAGES: dict[str, Entry] = {
    "feeds:list": Entry(get=FEEDS),
    "feeds:new": Entry(get=FEEDS),
    "feeds:template": Entry(kwargs=lambda world, side: {"kind": "roll"}, get=FEEDS),
    "feeds:run": Entry(kwargs=run, get=FEEDS),
    "feeds:check": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:words": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:apply": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:cancel": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:progress": Entry(kwargs=run, get=FEEDS),
    "feeds:changes": Entry(kwargs=run, get=FEEDS),
    "feeds:problems": Entry(kwargs=run, get=FEEDS),
    "feeds:internal": Entry(kwargs=run, get=FEEDS),
}
AUDIT: dict[str, Entry] = {
    "audit:list": Entry(get=ONLY_HEAD),
    "audit:export_csv": Entry(get=ONLY_HEAD),
    "audit:export_lines": Entry(get=ONLY_HEAD),
}
ONLY_ADMIN = answers(   "403 403 403 403 403 403 403 403 200 403")
ONLY_ADMIN_302 = answers(
                        "403 403 403 403 403 403 403 403 302 403")


def person(world: World, side: Side) -> dict[str, Any]:
    return {"user_id": side.membership.user_id}


def new_person(world: World, side: Side) -> dict[str, Any]:
    return {"name": "Ada Whitcombe", "email": f"person-{side.pupil.pk}@westmarch.example", "role": "iro"}


ACCOUNT_PAGES: dict[str, Entry] = {
    "accounts:list": Entry(get=ONLY_ADMIN),
    "accounts:find": Entry(
        get=ALL_405, data=lambda world, side: {"q": side.membership.user.email}, post=ONLY_ADMIN_302),
    "accounts:new": Entry(data=new_person, get=ONLY_ADMIN),
    "accounts:roles": Entry(get=ONLY_ADMIN),
    "accounts:detail": Entry(kwargs=person, get=ONLY_ADMIN),
    "accounts:change": Entry(kwargs=person, data=new_person, get=ONLY_ADMIN, post=ONLY_ADMIN_302),
    "accounts:link": Entry(kwargs=person, get=ALL_405, post=ONLY_ADMIN),
    "accounts:withdraw": Entry(kwargs=person, get=ALL_405, post=ONLY_ADMIN_302),
    "accounts:unlock": Entry(kwargs=person, get=ALL_405, post=ONLY_ADMIN_302),
    "accounts:remove_second_step": Entry(
        kwargs=person, data=lambda world, side: {"reason": "lost"}, get=ONLY_ADMIN, post=ONLY_ADMIN_302),
    "accounts:deactivate": Entry(kwargs=person, get=ONLY_ADMIN, post=ONLY_ADMIN_302),
    "accounts:reactivate": Entry(kwargs=person, get=ALL_405, post=ONLY_ADMIN_302),
}


def calendar(world: World, side: Side) -> dict[str, Any]:
    return {"calendar_id": world.calendar.pk}


def calendar_year(world: World, side: Side) -> dict[str, Any]:
    return {"calendar_id": world.calendar.pk, "academic_year": 2026}


def terms(world: World, side: Side) -> dict[str, Any]:
    """The boxes of the six half terms, filled with the usual pattern."""
    boxes = {}
    for number, term in enumerate(default_terms(2026), start=1):
        boxes |= day(f"starts_{number}", term.starts_on) | day(f"ends_{number}", term.ends_on)
    return boxes


CALENDARS: dict[str, Entry] = {
    "calendars:list": Entry(get=FEEDS),
    "calendars:new": Entry(data=lambda world, side: {"name": f"Calendar {side.pupil.pk}"}, get=FEEDS, post=FEEDS_POST),
    "calendars:detail": Entry(kwargs=calendar, get=FEEDS),
    "calendars:rename": Entry(
        kwargs=calendar, data=lambda world, side: {"name": f"Calendar {side.pupil.pk}"}, get=FEEDS, post=FEEDS_POST),
    "calendars:county": Entry(kwargs=calendar, get=ALL_405, post=FEEDS_POST),
    "calendars:year": Entry(
        kwargs=calendar_year, get=FEEDS, post=FEEDS_POST, data=lambda world, side: {
            "reason": "Staff training", **day("on", MONDAY + timedelta(days=8 if side is world.own else 9)),
        }),
    "calendars:terms": Entry(kwargs=calendar_year, data=terms, get=FEEDS, post=FEEDS_POST),
    "calendars:remove_closure": Entry(
        kwargs=lambda world, side: {
            "calendar_id": world.calendar.pk, "closure_id": world.closures[side is world.foreign].pk,
        },
        get=ALL_405, post=FEEDS_POST),
}
ACCOUNT: dict[str, Entry] = {
    "account_login": Entry(get=ALL_302, open=True),
    "account_logout": Entry(get=ALL_200, post=ALL_302, open=True),
    "account_inactive": Entry(get=ALL_200, post=ALL_405, open=True),
    "account_signup": Entry(get=ALL_302, open=True),
    "account_reauthenticate": Entry(get=ALL_200),
    "account_email": Entry(get=ALL_200, post=ALL_302),
    "account_email_verification_sent": Entry(get=ALL_200, post=ALL_405, open=True),
    "account_change_password": Entry(get=ALL_200),
    "account_set_password": Entry(get=ALL_302),
    "account_reset_password": Entry(get=ALL_200, open=True),
    "account_confirm_login_code": Entry(get=ALL_302, open=True),
    "account_confirm_email": Entry(
        kwargs=lambda world, side: {"key": "no-such-key"}, get=ALL_200, post=ALL_404, open=True),
    "account_reset_password_from_key_done": Entry(get=ALL_200, post=ALL_405, open=True),
    "account_reset_password_from_key": Entry(
        kwargs=lambda world, side: {"uidb36": "1", "key": "no-such-key"}, get=ALL_200, open=True),
    "account_reset_password_done": Entry(get=ALL_200, post=ALL_405, open=True),
    "account_invitation": Entry(get=ALL_200, open=True),
    "account_invitation_open": Entry(kwargs=lambda world, side: {"token": "no-such-token"}, get=ALL_302, open=True),
    "account_session_end": Entry(kwargs=lambda world, side: {"session_id": 0}, get=ALL_405, post=ALL_404),
    "mfa_index": Entry(get=ALL_200, post=ALL_405),
    "mfa_authenticate": Entry(get=ALL_302, open=True),
    "mfa_reauthenticate": Entry(get=ALL_302),
    "mfa_activate_totp": Entry(get=ALL_302),
    "mfa_deactivate_totp": Entry(get=ALL_404),
    "mfa_view_recovery_codes": Entry(get=ALL_404, post=ALL_405),
    "mfa_generate_recovery_codes": Entry(get=ALL_302),
    "mfa_download_recovery_codes": Entry(get=ALL_404),
    "mfa_list_webauthn": Entry(get=ALL_200, post=ALL_405),
    "mfa_add_webauthn": Entry(get=ALL_302),
    "mfa_reauthenticate_webauthn": Entry(get=ALL_302),
    "mfa_remove_webauthn": Entry(kwargs=lambda world, side: {"pk": 0}, get=ALL_404),
    "mfa_edit_webauthn": Entry(kwargs=lambda world, side: {"pk": 0}, get=ALL_404),
    "mfa_login_webauthn": Entry(get=ALL_302, open=True),
    "socialaccount_login_cancelled": Entry(get=ALL_200, post=ALL_405, open=True),
    "openid_connect_login": Entry(kwargs=lambda world, side: {"provider_id": "council"}, get=ALL_404, open=True),
    "openid_connect_callback": Entry(kwargs=lambda world, side: {"provider_id": "council"}, get=ALL_404, open=True),
    "usersessions_list": Entry(get=ALL_200, post=ALL_302),
}
SITE: dict[str, Entry] = {
    "home": Entry(get=ALL_200),
    "more": Entry(get=ALL_200),
    "health": Entry(get=ALL_200, post=ALL_405, open=True),
    "components": Entry(get=answers("404 404 404 404 404 404 404 404 200 404"), open=True),
    "robots": Entry(get=ALL_200, post=ALL_405, open=True),
    "security_txt": Entry(get=ALL_404, post=ALL_405, open=True),  # no contact is set in tests
}
# fmt: on
MATRIX: dict[str, Entry] = {
    **SITE,
    **PUPILS,
    **PROTECTED,
    **SCHOOLS,
    **ATTENDANCE,
    **ATTAINMENT,
    **PROVISION,
    **PEPS,
    **PLEDGE,
    **INCENTIVES,
    **REPORTS,
    **TERMLY,
    **FEED_PAGES,
    **AUDIT,
    **ACCOUNT,
    **ACCOUNT_PAGES,
    **CALENDARS,
}  # fmt: skip
