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
from pupils.duplicates.forms import MergeForm
from pupils.duplicates.planning import plan_of
from reports.termly import fingerprint
from tests.access.world import FIGURE_YEAR, MONDAY, NOW, TODAY, Side, World

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
OWN, FOREIGN, EXPIRED = "own", "foreign", "expired"
"""The relation in which a row stands to who asks.

To a school colleague their own is what was delegated to them, here in every section: the last column of the first row
says so. What was somebody's own until yesterday is answered as what never was: EXPIRED has no row of its own.
"""
RELATED = (Role.IRO, Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.SCHOOL_COLLEAGUE)
"""Roles that see a child by a relation which ends: allocation, membership of the school, delegation."""


@dataclass(frozen=True)
class Answers:
    """Status for each role, for an own row and for a foreign one."""

    own: tuple[int, ...]
    foreign: tuple[int, ...]

    def of(self, role: Role, which: str) -> int:
        row = self.own if which == OWN else self.foreign
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
ALL_403 = answers(     "403 403 403 403 403 403 403 403 403 403")
ALL_405 = answers(     "405 405 405 405 405 405 405 405 405 405")
# Those who work with children: their own only, or all
CHILDREN = answers(    "200 200 200 200 200 200 403 403 403 200")
CHILD = answers(       "200 200 200 200 200 200 403 403 403 200",
                       "200 200 404 404 404 200 403 403 403 404")
# The data officer and the Head
DATA_TEAM = answers(   "200 403 403 403 403 200 403 403 403 403")
DATA_POST = answers(   "302 403 403 403 403 302 403 403 403 403")
# Those who bring in files: of children (own), of people who sign in (foreign)
ANY_FEED = answers(    "200 403 403 403 403 200 403 403 200 403")
FEEDS = answers(       "200 403 403 403 403 200 403 403 404 403",
                       "404 403 403 403 403 404 403 403 200 403")
FEEDS_POST = answers(  "302 403 403 403 403 302 403 403 404 403",
                       "404 403 403 403 403 404 403 403 302 403")
INDICATORS = answers(  "200 200 403 403 403 200 403 403 403 403")
TARGETS = answers(     "200 403 403 403 403 200 403 403 403 403")
TARGETS_POST = answers("302 403 403 403 403 302 403 403 403 403")
REPORT = answers(      "200 200 403 403 403 200 403 200 403 403",
                       "200 200 403 403 403 200 403 404 403 403")
TEAM_REPORT = answers( "200 200 403 403 403 200 403 403 403 403",
                       "200 200 403 403 403 200 403 404 403 403")
PEP_TEAM = answers(    "200 200 403 403 403 403 403 403 403 403")
ONLY_HEAD = answers(   "200 403 403 403 403 403 403 403 403 403")
# fmt: on


def no_row(world: World, side: Side) -> dict[str, Any]:
    return {}


def child(world: World, side: Side) -> dict[str, Any]:
    return {"pupil_id": side.pupil.pk}


def school(world: World, side: Side) -> dict[str, Any]:
    return {"school_id": side.school.pk}


def run(world: World, side: Side) -> dict[str, Any]:
    """The own side's delivery is of children, the foreign side's of people who sign in."""
    return {"run_id": side.delivery.pk}


def indicator(world: World, side: Side) -> dict[str, Any]:
    return {"slug": "ni-99", "year": FIGURE_YEAR}


def report(world: World, side: Side) -> dict[str, Any]:
    """The own side's report is issued, the foreign side's is a draft."""
    return {"run_id": side.report.pk}


def day(prefix: str, on: Any = TODAY) -> dict[str, Any]:
    """The three fields of a date."""
    return {f"{prefix}_0": on.day, f"{prefix}_1": on.month, f"{prefix}_2": on.year}


def emergency(world: World, side: Side) -> dict[str, Any]:
    """Opened by the side's own reviewing officer, long ago."""
    return {"access_id": side.emergency.pk}


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
    not_by_relation: bool = field(default=False)
    """Own and foreign are told apart by a state (a notice in force, a draft) or by whose row it is."""

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
        post=answers(   "302 302 302 302 302 302 403 403 403 302"),
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
    "pupils:emergencies": Entry(get=ONLY_HEAD),
    "pupils:emergency_new": Entry(
        data=lambda world, side: {"number": side.pupil.child_id, "ground": "duty", "reason": "They rang the duty line"},
        get=answers(    "403 403 200 403 200 403 403 403 403 403"),
        post=answers(   "403 403 302 403 302 403 403 403 403 403")),
    "pupils:emergency_review": Entry(
        kwargs=emergency, data=lambda world, side: {"outcome": "justified"}, get=ONLY_HEAD,
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
    "pupils:emergency_close": Entry(
        kwargs=emergency, get=ALL_405, not_by_relation=True,
        post=answers(   "403 403 302 403 404 403 403 403 403 403",
                        "403 403 404 403 404 403 403 403 403 403")),
    "pupils:caseloads": Entry(get=ONLY_HEAD),
    "pupils:caseload": Entry(
        kwargs=lambda world, side: {"user_id": side.emergency.user_id, "kind": "iro"},
        data=lambda world, side: {
            "children": side.pupil.pk, "successor": side.cover.absent_id, "step": "confirm", **day("on"),
        },
        get=ONLY_HEAD,
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
    "pupils:cancel_move": Entry(
        kwargs=lambda world, side: {"allocation_id": side.pupil.allocations.get(kind="iro").pk}, get=ALL_405,
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
    "pupils:unusual_looks": Entry(get=ONLY_HEAD),
}

def protected(world: World, side: Side) -> dict[str, Any]:
    return {**child(world, side), "what": "contact"}


def delegation(world: World, side: Side) -> dict[str, Any]:
    return {"delegation_id": side.delegation.pk}


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


def two_records(world: World, side: Side) -> dict[str, Any]:
    return {"kept_id": side.pupil.pk, "other_id": side.double.pk}


def all_kept(world: World, side: Side) -> dict[str, Any]:
    """Of each field and row that differs the surviving record's."""
    questions = plan_of(side.pupil, side.double, {}).questions
    form = MergeForm(world.users[Role.VSH], side.pupil, side.double, questions)
    choices = dict.fromkeys(set(form.fields) - {"reason", "typed"}, "kept")
    return {**choices, "reason": "Said by the school", "typed": side.double.child_id}


MERGERS = answers(      "200 403 403 403 403 200 403 403 403 403")
MERGERS_POST = answers( "302 403 403 403 403 302 403 403 403 403")
DUPLICATES: dict[str, Entry] = {
    "pupils:duplicates": Entry(
        data=lambda world, side: {"first": side.pupil.child_id, "second": side.double.child_id},
        get=MERGERS, post=MERGERS_POST),
    "pupils:merge": Entry(kwargs=two_records, data=all_kept, get=MERGERS, post=MERGERS_POST),
    "pupils:not_the_same": Entry(kwargs=two_records, get=ALL_405, post=MERGERS_POST),
    "pupils:maybe_the_same": Entry(kwargs=two_records, get=ALL_405, post=MERGERS_POST),
    "pupils:merged": Entry(kwargs=lambda world, side: {"merge_id": side.merge.pk}, get=MERGERS),
}
ONLY_HEAD_302 = answers("302 403 403 403 403 403 403 403 403 403")
RECORDERS = answers(    "200 200 403 403 200 403 403 403 403 403",
                        "200 200 403 403 404 403 403 403 403 403")
RECORDERS_POST = answers(
                        "302 302 403 403 302 403 403 403 403 403",
                        "302 302 403 403 404 403 403 403 403 403")


def notice(world: World, side: Side) -> dict[str, Any]:
    """The own side's notice is in force, the foreign side's is a draft."""
    return {"notice_id": side.notice.pk}


def given(world: World, side: Side) -> dict[str, Any]:
    return {"given_by": "child", "giver_name": "", **day("on"), "how": "spoken", "notice": "none"}


def an_activity(world: World, side: Side) -> dict[str, Any]:
    words = ("purpose", "whose", "data", "recipients", "transfers", "retention", "security")
    return {
        "name": f"Activity of {side.pupil.pk}", "lawful_basis": "6_1_e", "special_condition": "none",
        "classes": ["personal"], "is_current": "on", **dict.fromkeys(words, "Plain words"),
    }


CONSENTS: dict[str, Entry] = {
    # Consents, privacy notices, record of processing
    "rights:consents": Entry(kwargs=child, get=answers(
                        "200 200 200 403 200 200 403 403 403 403",
                        "200 200 404 403 404 200 403 403 403 403")),
    "rights:consent_new": Entry(
        kwargs=child, data=lambda world, side: {"purpose": world.purpose.pk, "answer": "given", **given(world, side)},
        get=RECORDERS, post=RECORDERS_POST),
    "rights:consent_withdraw": Entry(
        kwargs=lambda world, side: {"consent_id": side.consent.pk}, data=given, get=RECORDERS, post=RECORDERS_POST),
    "rights:give_notice": Entry(
        kwargs=child, data=lambda world, side: {"notice": world.own.notice.pk, "how": "read", **day("on")},
        get=RECORDERS, post=RECORDERS_POST),
    "rights:purposes": Entry(
        data=lambda world, side: {"name": f"Purpose {side.pupil.pk}"}, get=ONLY_HEAD, post=ONLY_HEAD_302),
    "rights:switch_purpose": Entry(
        kwargs=lambda world, side: {"purpose_id": world.purpose.pk}, get=ALL_405, post=ONLY_HEAD_302),
    "rights:notices": Entry(get=answers(
                        "200 200 403 403 200 403 403 403 403 403")),
    "rights:notice": Entry(not_by_relation=True, kwargs=notice, get=answers(
                        "200 200 403 403 200 403 403 403 403 403",
                        "200 404 403 403 404 403 403 403 403 403")),
    "rights:notice_starters": Entry(get=ALL_405, post=ONLY_HEAD_302),
    "rights:notice_new": Entry(
        kwargs=lambda world, side: {"audience": "carer"}, data=lambda world, side: {"title": "Words", "text": "Words"},
        get=ONLY_HEAD, post=ONLY_HEAD_302),
    "rights:notice_change": Entry(
        kwargs=notice, data=lambda world, side: {"title": "Words", "text": "Words"},
        get=answers(    "404 403 403 403 403 403 403 403 403 403",
                        "200 403 403 403 403 403 403 403 403 403"),
        post=answers(   "404 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 403 403 403 403 403")),
    "rights:notice_approve": Entry(
        kwargs=notice, data=lambda world, side: day("from_on"),
        get=answers(    "404 403 403 403 403 403 403 403 403 403",
                        "200 403 403 403 403 403 403 403 403 403"),
        post=answers(   "404 403 403 403 403 403 403 403 403 403",
                        "302 403 403 403 403 403 403 403 403 403")),
    "rights:processing": Entry(get=ONLY_HEAD),
    "rights:processing_csv": Entry(get=ONLY_HEAD),
    "rights:processing_xlsx": Entry(get=ONLY_HEAD),
    "rights:processing_starters": Entry(get=ALL_405, post=ONLY_HEAD_302),
    "rights:activity_new": Entry(data=an_activity, get=ONLY_HEAD, post=ONLY_HEAD_302),
    "rights:activity": Entry(
        kwargs=lambda world, side: {"activity_id": world.activity.pk}, data=an_activity,
        get=ONLY_HEAD, post=ONLY_HEAD_302),
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
    "attendance:conflicts": Entry(get=DATA_TEAM),
    "attendance:resolve": Entry(
        kwargs=lambda world, side: {"conflict_id": side.conflict.pk},
        data=lambda world, side: {"chosen": side.conflict.second_id}, get=ALL_405, post=DATA_POST),
    "attendance:reopen": Entry(
        kwargs=lambda world, side: {"conflict_id": side.conflict.pk}, get=ALL_405, post=DATA_POST),
    "attendance:completeness": Entry(get=answers(
                        "200 200 403 200 403 200 403 403 403 403")),
}
DELEGATIONS: dict[str, Entry] = {
    "delegations:list": Entry(get=answers(
                        "200 403 403 200 403 403 403 403 403 403")),
    "delegations:new": Entry(
        data=lambda world, side: {
            "email": "new.colleague@westmarch.example", "name": "Ivy Larch", "children": [side.pupil.pk],
            "sections": ["attendance"], **day("last_on"),
        },
        # A new account: its invitation is on the page that answers. A foreign child is no choice of the form.
        get=answers(    "403 403 403 200 403 403 403 403 403 403")),
    "delegations:change": Entry(
        kwargs=delegation, data=lambda world, side: {"sections": ["attendance"], **day("last_on")},
        get=answers(    "403 403 403 200 403 403 403 403 403 403",
                        "403 403 403 404 403 403 403 403 403 403"),
        post=answers(   "403 403 403 302 403 403 403 403 403 403",
                        "403 403 403 404 403 403 403 403 403 403")),
    "delegations:end": Entry(kwargs=delegation, get=ALL_405, post=answers(
                        "302 403 403 302 403 403 403 403 403 403",
                        "302 403 403 404 403 403 403 403 403 403")),
    "delegations:invite": Entry(kwargs=delegation, get=ALL_405, post=answers(
                        "403 403 403 302 403 403 403 403 403 403",
                        "403 403 403 404 403 403 403 403 403 403")),
}
SCHOOLS["schools:choose_calendar"] = Entry(
    kwargs=school, data=lambda world, side: {"calendar": "county"},
    get=answers(        "200 403 403 403 403 200 403 403 403 403",
                        "200 403 403 404 403 200 403 403 403 403"),
    post=answers(       "302 403 403 403 403 302 403 403 403 403",
                        "302 403 403 404 403 302 403 403 403 403"))
ATTAINMENT: dict[str, Entry] = {
    "attainment:qualifications": Entry(get=DATA_TEAM),
    "attainment:qualification": Entry(
        kwargs=lambda world, side: {"qualification_id": world.qualification.pk},
        data=lambda world, side: {
            "name": "Rural Craft Award", "stage": "KS4", "scheme": "letter", "size": "1", "level2_grades": "A B C",
        },
        get=DATA_TEAM, post=DATA_POST),
    "attainment:child": Entry(kwargs=child, get=CHILD),
    "attainment:collection": Entry(get=answers(
                        "200 200 403 200 403 403 403 403 403 200")),
    "attainment:record": Entry(
        kwargs=child, data=lambda world, side: {"working_0": "4", "target_0": "5", "standing_0": "nearly"},
        get=answers(    "200 200 403 200 403 403 403 403 403 200",
                        "200 200 403 404 403 403 403 403 403 404"),
        post=answers(   "302 302 403 302 403 403 403 403 403 302",
                        "302 302 403 404 403 403 403 403 403 404")),
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
        get=answers(    "200 200 403 200 403 403 403 403 403 200",
                        "200 200 403 404 403 403 403 403 403 404"),
        post=answers(   "302 302 403 302 403 403 403 403 403 302",
                        "302 302 403 404 403 403 403 403 403 404")),
}


def due_pep(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.due_pep.pk}


def held_pep(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.held_pep.pk}


def target(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.due_pep.pk, "target_id": side.due_pep.targets.get().pk}


def meeting(world: World, side: Side) -> dict[str, Any]:
    found = side.due_pep.meetings.first() or side.due_pep.meetings.create(starts_at=NOW + timedelta(days=8))
    return {"pep_id": side.due_pep.pk, "meeting_id": found.pk}


def invitee(world: World, side: Side) -> dict[str, Any]:
    found = meeting(world, side)
    asked = side.due_pep.meetings.get(pk=found["meeting_id"]).invitees
    return {**found, "invitee_id": (asked.first() or asked.create(role="Carer", name="Carer")).pk}


def meeting_data(world: World, side: Side) -> dict[str, Any]:
    set_for = {"time": "10:30", "minutes": "60", "mode": "in_person", "venue": "Library", "reason": "Illness"}
    return {**day("on", TODAY + timedelta(days=9)), **set_for}


def link(world: World, side: Side) -> dict[str, Any]:
    return {"pep_id": side.due_pep.pk, "link_id": side.due_pep.links.get().pk}


def form(world: World, side: Side) -> dict[str, Any]:
    return {"number": world.draft.number}


def question(world: World, side: Side) -> dict[str, Any]:
    return {**form(world, side), "code": "C", "key": "hard"}


# fmt: off
FORMS = answers(        "200 200 403 403 403 200 403 403 403 403")
PEP_PAGE = answers(     "200 200 200 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")
PEP_WRITING = answers(  "200 200 403 200 403 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")
ARRANGING = answers(    "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")
ARRANGED = answers(     "302 302 403 302 302 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")
PEPS: dict[str, Entry] = {
    "peps:list": Entry(get=answers(
                        "200 200 200 200 200 403 403 403 403 200")),
    "peps:export_csv": Entry(get=answers(
                        "200 200 200 200 403 403 403 403 403 403")),
    "peps:export_xlsx": Entry(get=answers(
                        "200 200 200 200 403 403 403 403 403 403")),
    "peps:print_new": Entry(
        data=lambda world, side: {"edition": "child"},
        get=answers(    "200 200 200 200 403 403 403 403 403 403"),
        post=answers(   "302 302 302 302 403 403 403 403 403 403")),
    "peps:print": Entry(kwargs=lambda world, side: {"print_id": 999_999}, get=answers(
                        "404 404 404 404 403 403 403 403 403 403")),
    "peps:print_progress": Entry(kwargs=lambda world, side: {"print_id": 999_999}, get=answers(
                        "404 404 404 404 403 403 403 403 403 403")),
    "peps:print_download": Entry(kwargs=lambda world, side: {"print_id": 999_999}, get=answers(
                        "404 404 404 404 403 403 403 403 403 403")),
    "peps:mine": Entry(get=answers(
                        "403 200 403 200 200 403 403 403 403 200")),
    "peps:queue": Entry(get=PEP_TEAM),
    "peps:board": Entry(get=PEP_TEAM),
    "peps:measures": Entry(get=PEP_TEAM),
    "peps:measure": Entry(kwargs=lambda world, side: {"code": "pep-1"}, get=PEP_TEAM),
    "peps:measure_csv": Entry(kwargs=lambda world, side: {"code": "pep-1"}, get=PEP_TEAM),
    "peps:child": Entry(kwargs=child, get=answers(
                        "200 200 200 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:record_meeting": Entry(
        kwargs=lambda world, side: {"pep_id": side.due_pep.pk},
        data=lambda world, side: day("held_on", MONDAY),
        get=answers(    "200 200 403 200 403 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404"),
        post=answers(   "302 302 403 302 403 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:arrange": Entry(kwargs=due_pep, data=meeting_data, get=ARRANGING, post=ARRANGING),
    "peps:meeting": Entry(kwargs=meeting, get=PEP_PAGE),
    "peps:meeting_file": Entry(kwargs=meeting, get=PEP_PAGE),
    "peps:meeting_move": Entry(kwargs=meeting, data=meeting_data, get=ARRANGING, post=ARRANGED),
    "peps:meeting_cancel": Entry(kwargs=meeting, data=meeting_data, get=ARRANGING, post=ARRANGED),
    "peps:meeting_send": Entry(kwargs=meeting, get=ALL_405, post=ARRANGED),
    "peps:meeting_papers": Entry(kwargs=meeting, get=ALL_405, post=ARRANGED),
    "peps:meeting_answer": Entry(
        kwargs=meeting, data=lambda world, side: {"response": "coming"}, get=ALL_405,
        post=answers(   "403 403 403 302 403 403 403 403 403 403",
                        "403 403 404 404 404 403 403 403 403 404")),
    "peps:meeting_person_new": Entry(
        kwargs=meeting, data=lambda world, side: {"role": "Carer", "name": "Jo"}, get=ARRANGING, post=ARRANGED),
    "peps:meeting_person": Entry(
        kwargs=invitee, data=lambda world, side: {"role": "Carer", "name": "Jo"}, get=ARRANGING, post=ARRANGED),
    "peps:meeting_person_remove": Entry(kwargs=invitee, get=ALL_405, post=ARRANGED),
    "peps:pep": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:section": Entry(
        kwargs=lambda world, side: {**due_pep(world, side), "code": "C"},
        data=lambda world, side: {"hard": "Spelling", "going_well": f"Art, says {side.pupil.forename}"},
        get=PEP_PAGE,
        post=answers(   "302 302 403 302 302 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:save": Entry(
        kwargs=lambda world, side: {**due_pep(world, side), "code": "C"},
        data=lambda world, side: {"hard": "Spelling"},
        get=ALL_405,
        post=answers(   "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:targets": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:target_new": Entry(kwargs=due_pep, get=PEP_WRITING, post=PEP_WRITING),
    "peps:target_sentence": Entry(kwargs=due_pep, get=ALL_405, post=PEP_PAGE),
    "peps:target_edit": Entry(kwargs=target, get=PEP_WRITING, post=PEP_WRITING),
    "peps:target_remove": Entry(
        kwargs=target, get=ALL_405,
        post=answers(   "302 302 403 302 403 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:target_review": Entry(kwargs=target, get=PEP_WRITING, post=PEP_WRITING),
    # The form's versions are nobody's own: the data officer and the adviser read, the Head writes.
    "peps:forms": Entry(get=FORMS),
    "peps:form": Entry(kwargs=form, get=FORMS),
    "peps:form_export": Entry(kwargs=form, get=FORMS),
    "peps:form_draft": Entry(get=ALL_405, post=ONLY_HEAD_302),
    "peps:form_about": Entry(
        kwargs=form, data=lambda world, side: {"title": "New"}, get=ONLY_HEAD, post=ONLY_HEAD_302),
    "peps:form_import": Entry(kwargs=form, get=ONLY_HEAD),
    "peps:form_question_new": Entry(
        kwargs=lambda world, side: {**form(world, side), "code": "C"},
        data=lambda world, side: {"label": "Pets?", "kind": "text"}, get=ONLY_HEAD, post=ONLY_HEAD_302),
    "peps:form_question": Entry(
        kwargs=question, data=lambda world, side: {"label": "Hard?"}, get=ONLY_HEAD, post=ONLY_HEAD_302),
    "peps:form_question_remove": Entry(kwargs=question, get=ALL_405, post=ONLY_HEAD_302),
    "peps:form_consult": Entry(kwargs=form, get=ALL_405, post=ONLY_HEAD_302),
    "peps:form_give_up": Entry(kwargs=form, get=ALL_405, post=ONLY_HEAD_302),
    "peps:form_comment_new": Entry(
        kwargs=form, data=lambda world, side: {"group": "iros", "comment": "Short", **day("on")},
        get=ONLY_HEAD, post=ONLY_HEAD_302),
    "peps:form_comment": Entry(
        kwargs=lambda world, side: {**form(world, side), "comment_id": world.draft.comments.get().pk},
        data=lambda world, side: {"group": "iros", "comment": "Short", **day("on")},
        get=ONLY_HEAD, post=ONLY_HEAD_302),
    "peps:form_approve": Entry(
        kwargs=form, data=lambda world, side: {"body": "ccb", **day("on")}, get=ONLY_HEAD),
    "peps:form_approval_withdraw": Entry(
        kwargs=lambda world, side: {"number": 1, "approval_id": world.old_approval.pk},
        get=ALL_405, post=ONLY_HEAD_302),
    "peps:form_in_force": Entry(kwargs=form, data=lambda world, side: day("from_on"), get=ONLY_HEAD),
    "peps:circumstances": Entry(
        kwargs=due_pep, data=lambda world, side: {"phase": "secondary", "confirmed": "secondary"},
        get=answers(    "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404"),
        post=answers(   "302 302 403 302 302 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:open_by_hand": Entry(
        kwargs=child, get=ALL_405,
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:links": Entry(
        kwargs=due_pep, data=lambda world, side: {"party": "child"},
        get=answers(    "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:link_withdraw": Entry(
        kwargs=link, get=ALL_405,
        post=answers(   "302 302 403 302 302 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    # What a one-time link opens, here without one.
    "peps:own": Entry(get=ALL_404, open=True),
    "peps:own_save": Entry(get=ALL_405, post=ALL_403, open=True),
    "peps:own_open": Entry(kwargs=lambda world, side: {"token": "no-such-token"}, get=ALL_404, open=True),
    "peps:sign_off": Entry(
        kwargs=held_pep, get=PEP_PAGE,
        post=answers(   "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:quality": Entry(
        kwargs=held_pep,
        get=answers(    "200 200 403 403 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 404"),
        post=answers(   "200 200 403 403 403 403 403 403 403 403",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:submit": Entry(
        kwargs=held_pep, get=ALL_405,
        post=answers(   "302 302 403 302 403 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:return": Entry(
        kwargs=held_pep,
        get=answers(    "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:approve": Entry(
        kwargs=held_pep, get=ALL_405,
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:pdf": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:child_pdf": Entry(kwargs=due_pep, get=PEP_PAGE),
    "peps:version_pdf": Entry(kwargs=lambda world, side: {**held_pep(world, side), "number": 1}, get=answers(
                        "404 404 404 404 404 403 403 403 403 404",
                        "404 404 404 404 404 403 403 403 403 404")),
    "peps:files": Entry(kwargs=due_pep, get=PEP_PAGE, post=answers(
                        "200 200 403 200 200 403 403 403 403 200",
                        "200 200 404 404 404 403 403 403 403 404")),
    "peps:file": Entry(kwargs=lambda world, side: {**due_pep(world, side), "document_id": 1}, get=answers(
                        "404 404 404 404 404 403 403 403 403 404",
                        "404 404 404 404 404 403 403 403 403 404")),
    "peps:file_remove": Entry(
        kwargs=lambda world, side: {**due_pep(world, side), "document_id": 1}, get=ALL_405,
        post=answers(   "404 404 403 404 404 403 403 403 403 404",
                        "404 404 404 404 404 403 403 403 403 404")),
    "peps:package": Entry(kwargs=due_pep, get=answers(
                        "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:addenda": Entry(
        kwargs=held_pep,
        get=answers(    "302 302 403 302 302 403 403 403 403 302",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:lock": Entry(
        kwargs=held_pep, get=ALL_405,
        post=answers(   "302 302 403 403 403 403 403 403 403 403",
                        "302 302 404 404 404 403 403 403 403 404")),
    "peps:reopen": Entry(
        kwargs=held_pep,
        get=answers(    "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 404")),
    "peps:set_aside": Entry(
        kwargs=held_pep,
        data=lambda world, side: {"reason": "Moved to another authority"},
        get=answers(    "200 403 403 403 403 403 403 403 403 403",
                        "200 403 404 404 404 403 403 403 403 404"),
        post=answers(   "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 404")),
    "peps:take_up": Entry(
        kwargs=held_pep,
        get=answers(    "302 403 403 403 403 403 403 403 403 403",
                        "302 403 404 404 404 403 403 403 403 404")),
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
    "feeds:list": Entry(get=ANY_FEED),
    "feeds:new": Entry(get=ANY_FEED),
    "feeds:template": Entry(kwargs=lambda world, side: {"kind": side.delivery.kind}, get=FEEDS),
    "feeds:run": Entry(kwargs=run, get=FEEDS),
    "feeds:check": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:words": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:apply": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:cancel": Entry(kwargs=run, get=ALL_405, post=FEEDS_POST),
    "feeds:invite": Entry(
        kwargs=run, get=ALL_405,
        post=answers(   "403 403 403 403 403 403 403 403 404 403",
                        "404 403 403 403 403 404 403 403 302 403")),
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
COVER: dict[str, Entry] = {
    "cover:list": Entry(get=ONLY_HEAD),
    "cover:new": Entry(
        data=lambda world, side: {
            "absent": side.cover.absent_id, "covering": side.cover.covering_id, "reason": "leave", **day("from_on"),
            **day("last_on"),
        },
        get=ONLY_HEAD,
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
    "cover:end": Entry(
        kwargs=lambda world, side: {"cover_id": side.cover.pk}, get=ONLY_HEAD,
        post=answers(   "302 403 403 403 403 403 403 403 403 403")),
}
ONLY_ADMIN = answers(   "403 403 403 403 403 403 403 403 200 403")
ONLY_ADMIN_302 = answers(
                        "403 403 403 403 403 403 403 403 302 403")


REVIEWERS = answers(    "200 403 403 403 403 403 403 403 200 403")
REVIEWERS_302 = answers("302 403 403 403 403 403 403 403 302 403")


def review(world: World, side: Side) -> dict[str, Any]:
    return {"review_id": world.review.pk}


def review_line(world: World, side: Side) -> dict[str, Any]:
    """Of the side's designated teacher."""
    return {"line_id": world.review.lines.get(user=side.membership.user_id).pk}


ACCESS_REVIEWS: dict[str, Entry] = {
    "access_reviews:list": Entry(get=REVIEWERS),
    "access_reviews:open": Entry(get=ALL_405, post=REVIEWERS_302),
    "access_reviews:detail": Entry(kwargs=review, get=REVIEWERS),
    "access_reviews:confirm": Entry(
        kwargs=review, data=lambda world, side: {"line": review_line(world, side)["line_id"]}, get=ALL_405,
        post=REVIEWERS_302),
    "access_reviews:close": Entry(kwargs=review, get=ALL_405, post=REVIEWERS_302),
    "access_reviews:export_csv": Entry(kwargs=review, get=REVIEWERS),
    "access_reviews:export_xlsx": Entry(kwargs=review, get=REVIEWERS),
    "access_reviews:remove": Entry(kwargs=review_line, get=REVIEWERS, post=REVIEWERS_302),
}


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
    "accounts:last_day": Entry(
        kwargs=person, data=lambda world, side: day("leaves_on", TODAY + timedelta(days=30)), get=ONLY_ADMIN,
        post=ONLY_ADMIN_302),
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
    "deadlines:list": Entry(get=DATA_TEAM),
    "deadlines:rule": Entry(
        kwargs=lambda world, side: {"code": "P11"}, get=DATA_TEAM, post=DATA_POST, data=lambda world, side: {
            "offset": "8", "reminders": "3, 1", "switched_on": "yes", "reason": "Agreed", **day("from_on"),
        }),
    "deadlines:cut_off": Entry(
        kwargs=lambda world, side: {"academic_year": 2026, "season": "autumn"}, get=DATA_TEAM, post=DATA_POST,
        data=lambda world, side: {"reason": "Agreed", **day("on", TODAY + timedelta(days=3))}),
    "calendars:list": Entry(get=DATA_TEAM),
    "calendars:new": Entry(
        data=lambda world, side: {"name": f"Calendar {side.pupil.pk}"}, get=DATA_TEAM, post=DATA_POST
    ),
    "calendars:detail": Entry(kwargs=calendar, get=DATA_TEAM),
    "calendars:rename": Entry(
        kwargs=calendar, data=lambda world, side: {"name": f"Calendar {side.pupil.pk}"}, get=DATA_TEAM, post=DATA_POST),
    "calendars:county": Entry(kwargs=calendar, get=ALL_405, post=DATA_POST),
    "calendars:year": Entry(
        kwargs=calendar_year, get=DATA_TEAM, post=DATA_POST, data=lambda world, side: {
            "reason": "Staff training", **day("on", MONDAY + timedelta(days=8 if side is world.own else 9)),
        }),
    "calendars:terms": Entry(kwargs=calendar_year, data=terms, get=DATA_TEAM, post=DATA_POST),
    "calendars:remove_closure": Entry(
        kwargs=lambda world, side: {
            "calendar_id": world.calendar.pk, "closure_id": world.closures[side is world.foreign].pk,
        },
        get=ALL_405, post=DATA_POST),
}
def subject_request(world: World, side: Side) -> dict[str, Any]:
    return {"request_id": side.request.pk}


def request_entry(world: World, side: Side) -> dict[str, Any]:
    """One that holds a protected field."""
    return {"entry_id": side.request.entries.filter(part="care-episode").last().pk}


def record_print(world: World, side: Side) -> dict[str, Any]:
    """Begun by the Virtual School Head: to everybody else it is not there."""
    return {"print_id": side.record_print.pk}


def print_item(world: World, side: Side) -> dict[str, Any]:
    return {"item": f"care-episode:{side.pupil.episodes.get().pk}:pl_post", "because": "Order of the court"}


HEAD_POST = answers(    "302 403 403 403 403 403 403 403 403 403")
PRINT = answers(        "200 200 200 200 403 200 403 403 403 403",
                        "200 200 404 404 403 200 403 403 403 403")
PRINT_POST = answers(   "302 302 302 302 403 302 403 403 403 403",
                        "302 302 404 404 403 302 403 403 403 403")
OWN_PRINT = answers(    "200 404 404 404 403 404 403 403 403 403")
OWN_PRINT_POST = answers(
                        "302 404 404 404 403 404 403 403 403 403")
RIGHTS: dict[str, Entry] = {
    "rights:requests": Entry(get=ONLY_HEAD),
    "rights:requests_csv": Entry(get=ONLY_HEAD),
    "rights:request_new": Entry(
        kwargs=child, get=ONLY_HEAD, post=HEAD_POST, data=lambda world, side: {
            "asked_by": "person", "channel": "letter", "asked_for": "Everything", **day("received_on"),
        }),
    "rights:request": Entry(kwargs=subject_request, get=ONLY_HEAD),
    "rights:request_identity": Entry(
        kwargs=subject_request, get=ONLY_HEAD, post=HEAD_POST,
        data=lambda world, side: {"confirmed_how": "Known", **day("confirmed_on")}),
    "rights:request_extend": Entry(
        kwargs=subject_request, get=ONLY_HEAD, post=HEAD_POST, data=lambda world, side: {"because": "Two archives"}),
    "rights:request_close": Entry(
        kwargs=subject_request, get=ONLY_HEAD, post=HEAD_POST,
        data=lambda world, side: {"state": "withdrawn", "because": "They said so"}),
    "rights:request_gather": Entry(kwargs=subject_request, get=ALL_405, post=HEAD_POST),
    "rights:request_progress": Entry(kwargs=subject_request, get=ONLY_HEAD),
    "rights:entries": Entry(kwargs=subject_request, get=ONLY_HEAD),
    "rights:entries_read": Entry(
        kwargs=subject_request, get=ALL_405, post=HEAD_POST,
        data=lambda world, side: {"entry": list(side.request.entries.values_list("pk", flat=True))}),
    "rights:request_preview": Entry(kwargs=subject_request, get=ONLY_HEAD),
    "rights:second_look": Entry(kwargs=subject_request, get=ALL_405, post=HEAD_POST),
    "rights:make_package": Entry(kwargs=subject_request, get=ALL_405, post=HEAD_POST),
    "rights:package": Entry(kwargs=subject_request, get=answers(  # none is made in this county
                        "404 403 403 403 403 403 403 403 403 403")),
    "rights:request_send": Entry(
        kwargs=subject_request, get=ONLY_HEAD, post=HEAD_POST,
        data=lambda world, side: {"sent_how": "By hand", **day("sent_on")}),
    "rights:entry": Entry(
        kwargs=request_entry, get=ONLY_HEAD, post=HEAD_POST,
        data=lambda world, side: {"field": "pl_post", "decision": "third_party"}),
    "rights:entry_show": Entry(kwargs=request_entry, get=ALL_405, post=HEAD_POST),
    "rights:print_new": Entry(
        kwargs=child, get=PRINT, post=PRINT_POST,
        data=lambda world, side: {"recipient": "parent", "recipient_name": "A parent", "period": "whole"}),
    "rights:print": Entry(kwargs=record_print, get=OWN_PRINT),
    "rights:print_let_in": Entry(kwargs=record_print, data=print_item, get=ALL_405, post=OWN_PRINT_POST),
    "rights:print_leave_out": Entry(kwargs=record_print, data=print_item, get=ALL_405, post=OWN_PRINT_POST),
    "rights:print_document": Entry(kwargs=record_print, get=ALL_405, post=OWN_PRINT),
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
DECIDERS = answers("200 200 403 403 403 200 403 403 403 403")
DECIDE = answers("302 302 403 403 403 302 403 403 403 403")


def proposal(world: World, side: Side) -> dict[str, Any]:
    return {"proposal_id": side.disposal.pk}


def certificate(world: World, side: Side) -> dict[str, Any]:
    return {"number": world.certificate.number}


NEXT_YEAR = TODAY + timedelta(days=365)
RETENTION: dict[str, Entry] = {
    "retention:due": Entry(get=DECIDERS),
    "retention:held": Entry(get=DECIDERS),
    "retention:no_trigger": Entry(get=DECIDERS),
    "retention:policy": Entry(get=DECIDERS),
    "retention:period": Entry(
        kwargs=lambda world, side: {"code": "feed-files"},
        data=lambda world, side: {"years": "3", "reason": "Council"},
        get=ONLY_HEAD,
        post=answers("302 403 403 403 403 403 403 403 403 403"),
    ),
    "retention:certificates": Entry(get=DECIDERS),
    "retention:certificates_csv": Entry(get=DECIDERS),
    "retention:certificate": Entry(kwargs=certificate, get=DECIDERS),
    "retention:certificate_pdf": Entry(kwargs=certificate, get=DECIDERS),
    "retention:proposal": Entry(kwargs=proposal, get=DECIDERS),
    "retention:propose": Entry(kwargs=proposal, get=ALL_405, post=DECIDE),
    "retention:approve": Entry(kwargs=proposal, get=ALL_405, post=DECIDE),
    "retention:decline": Entry(
        kwargs=proposal,
        data=lambda world, side: {"because": "An inquiry", **day("again_on", NEXT_YEAR)},
        get=DECIDERS,
        post=DECIDE,
    ),
    "retention:child": Entry(kwargs=child, get=ONLY_HEAD),
    "retention:hold": Entry(
        kwargs=child,
        data=lambda world, side: {
            "kind": "claim",
            "reason": "A claim",
            **day("from_on"),
            **day("review_on", NEXT_YEAR),
        },
        get=ONLY_HEAD,
        post=answers("302 403 403 403 403 403 403 403 403 403"),
    ),
    "retention:release": Entry(
        kwargs=lambda world, side: {"hold_id": side.hold.pk},
        data=lambda world, side: {"because": "It is over"},
        get=ONLY_HEAD,
        post=answers("302 403 403 403 403 403 403 403 403 403"),
    ),
}
MATRIX: dict[str, Entry] = {
    **SITE,
    **PUPILS,
    **PROTECTED,
    **DELEGATIONS,
    **DUPLICATES,
    **CONSENTS,
    **SCHOOLS,
    **ATTENDANCE,
    **ATTAINMENT,
    **PROVISION,
    **PEPS,
    **PLEDGE,
    **INCENTIVES,
    **REPORTS,
    **TERMLY,
    **RETENTION,
    **FEED_PAGES,
    **AUDIT,
    **COVER,
    **ACCOUNT,
    **ACCOUNT_PAGES,
    **ACCESS_REVIEWS,
    **CALENDARS,
    **RIGHTS,
}  # fmt: skip
