"""PEP-1 to PEP-7 (practice.md 1.11): how each is counted, child by child, with the reason in a sentence.

Plain Python. A line that does not count is in neither number; its reason says why.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from statistics import median

from core.figures import Figure
from core.rules import add_working_days, working_days_between
from peps.rules.quality import Grade
from peps.rules.targets import Outcome

AT_LEAST_WORKING_DAYS = 20
"""A child counts in PEP-1 who was looked after so long in the term: later comers have their first plan ahead."""
FIRST_WITHIN_WORKING_DAYS = 20
"""PEP-2: from coming into care to the plan being handed in (rule P2)."""
MUST_BE_THERE = ("Social worker", "Carer", "Designated teacher")
"""PEP-5, by the roles that invitations name."""


@lru_cache(maxsize=20_000)
def days_to_approval(held_on: date, approved_on: date) -> int:
    """PEP-7: working days after the meeting up to the approval; 0 for an approval entered with an earlier day."""
    return max(0, working_days_between(held_on, approved_on))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one plan of the term tells, up to the day of counting; no text of the child's."""

    pep_id: int
    pupil_id: int
    initial: bool = False
    care_from: date | None = None
    held_on: date | None = None
    submitted_on: date | None = None
    approved_on: date | None = None
    returned: bool = False
    grade: Grade | None = None
    has_voice: bool = False
    child_attended: str = ""
    came: frozenset[str] | None = None
    reviews: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """Whom PEP-1 asks about: how many working days of the term in care, the plan if there is one."""

    pupil_id: int
    working_days: int
    of_age: bool
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One child (or one target of a child) in a measure; `counts` is the denominator, `met` the numerator."""

    pupil_id: int
    pep_id: int | None
    counts: bool
    met: bool
    why: str
    value: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A measure with the lines it rests on. `of` says what is counted."""

    code: str
    title: str
    of: str
    definition: str
    lines: Sequence[Line] = field(repr=False)
    is_median: bool = False

    @property
    def slug(self) -> str:
        return self.code.lower()

    @property
    def figure(self) -> Figure:
        """Met of counted."""
        return Figure(sum(x.met for x in self.lines if x.counts), sum(x.counts for x in self.lines))

    @property
    def middle(self) -> float | None:
        """The median of the values, in working days; None without any."""
        values = [x.value for x in self.lines if x.counts and x.value is not None]
        return median(values) if values else None

    @property
    def text(self) -> str:
        """As it is printed: "120 of 130 (92.3%)", or "9 working days (median of 120)"."""
        if not self.is_median:
            return self.figure.text()
        if self.middle is None:
            return "n/a"
        return f"{self.middle:g} working days (median of {self.figure.denominator:,})"


def measures_of(children: Sequence[Child], plans: Sequence[Plan], *, first_on: date, as_at: date) -> list[Measure]:
    """All of them for one term that begins on `first_on`, in their order."""
    return [
        *_of_time(children, plans, first_on, as_at),
        *_of_quality(plans),
        *_of_targets(plans),
        *_of_work(plans),
    ]


def _of_time(children: Sequence[Child], plans: Sequence[Plan], first_on: date, as_at: date) -> list[Measure]:
    return [
        Measure(
            code="PEP-1",
            title="With an approved PEP",
            of="children",
            definition="Nursery to Year 13, looked after on at least 20 working days of the term: the plan of the term "
            "is approved. Below 100% is usual, since children come in mid-term.",
            lines=[_approved(c) for c in children],
        ),
        Measure(
            code="PEP-2",
            title="First PEPs complete in 20 working days",
            of="first plans",
            definition="Handed in by the school within 20 working days of coming into care, of those whose time is up.",
            lines=[_first(p, first_on, as_at) for p in plans if p.initial],
        ),
    ]


def _of_quality(plans: Sequence[Plan]) -> list[Measure]:
    return [
        Measure(
            code="PEP-3",
            title="Good or better",
            of="graded plans",
            definition="Graded green by the first assessor of the newest version.",
            lines=_each(plans, lambda p: p.grade is not None, lambda p: p.grade is Grade.GREEN, GRADED),
        ),
        Measure(
            code="PEP-4a",
            title="With the child’s view",
            of="submitted plans",
            definition="The child said something, in whatever way, and did not decline.",
            lines=_each(plans, lambda p: p.submitted_on is not None, lambda p: p.has_voice, VOICE),
        ),
        Measure(
            code="PEP-4b",
            title="Child attended",
            of="meetings held",
            definition="All or a part of the meeting, where it was recorded whether the child came.",
            lines=_each(plans, lambda p: bool(p.child_attended), lambda p: p.child_attended != "no", ATTENDED),
        ),
        Measure(
            code="PEP-5",
            title="Social worker, carer and designated teacher there",
            of="meetings held",
            definition="All three came to the meeting, where it was recorded who came.",
            lines=[_present(p) for p in plans],
        ),
    ]


def _of_work(plans: Sequence[Plan]) -> list[Measure]:
    return [
        Measure(
            code="PEP-7a",
            title="From meeting to approval",
            of="approved plans",
            definition="Working days after the meeting up to the day of approval; the median.",
            lines=[_days(p) for p in plans],
            is_median=True,
        ),
        Measure(
            code="PEP-7b",
            title="Returned to be mended",
            of="submitted plans",
            definition="Sent back at least once.",
            lines=_each(plans, lambda p: p.submitted_on is not None, lambda p: p.returned, RETURNED),
        ),
    ]


GRADED = ("Not graded yet", "Graded green", "Graded, and not green")
VOICE = ("Not submitted yet", "The child said something", "Nothing from the child, or declined")
ATTENDED = ("Not recorded whether the child came", "The child came", "The child did not come")
RETURNED = ("Not submitted yet", "Returned at least once", "Taken as it came")


def _each(
    plans: Iterable[Plan],
    counts: Callable[[Plan], bool],
    met: Callable[[Plan], bool],
    words: tuple[str, str, str],
) -> list[Line]:
    """A line for each plan; `words` are the reasons for: not counted, met, not met."""
    found = []
    for plan in plans:
        counted = counts(plan)
        good = counted and met(plan)
        why = words[0] if not counted else words[1] if good else words[2]
        found.append(Line(plan.pupil_id, plan.pep_id, counted, good, why))
    return found


def _approved(child: Child) -> Line:
    plan = child.plan
    pep_id = plan.pep_id if plan else None
    if not child.of_age:
        return Line(child.pupil_id, pep_id, False, False, "Not from Nursery to Year 13, or year group not known")
    if child.working_days < AT_LEAST_WORKING_DAYS:
        why = f"Looked after on {child.working_days} working days of the term, less than {AT_LEAST_WORKING_DAYS}"
        return Line(child.pupil_id, pep_id, False, False, why)
    if plan is None:
        return Line(child.pupil_id, None, True, False, "No plan was opened this term")
    if plan.approved_on is None:
        why = (
            "Submitted, not approved yet"
            if plan.submitted_on
            else "Held, not submitted"
            if plan.held_on
            else "Not held"
        )
        return Line(child.pupil_id, pep_id, True, False, why)
    return Line(child.pupil_id, pep_id, True, True, f"Approved on {_day(plan.approved_on)}")


def _first(plan: Plan, first_on: date, as_at: date) -> Line:
    if plan.care_from is None:
        return Line(plan.pupil_id, plan.pep_id, False, False, "Not known when the child came into care")
    last_on = add_working_days(plan.care_from, FIRST_WITHIN_WORKING_DAYS)
    if last_on < first_on:
        return Line(
            plan.pupil_id, plan.pep_id, False, False, f"Looked after since {_day(plan.care_from)}, before this term"
        )
    if plan.submitted_on is not None and plan.submitted_on <= last_on:
        return Line(
            plan.pupil_id, plan.pep_id, True, True, f"Handed in on {_day(plan.submitted_on)}, due {_day(last_on)}"
        )
    if plan.submitted_on is None and as_at <= last_on:
        return Line(plan.pupil_id, plan.pep_id, False, False, f"There is time until {_day(last_on)}")
    late = f"Handed in on {_day(plan.submitted_on)}" if plan.submitted_on else "Not handed in"
    return Line(plan.pupil_id, plan.pep_id, True, False, f"{late}, due {_day(last_on)}")


def _present(plan: Plan) -> Line:
    if plan.came is None:
        return Line(plan.pupil_id, plan.pep_id, False, False, "Not recorded who came")
    lacking = [role for role in MUST_BE_THERE if role not in plan.came]
    why = f"Not there: {', '.join(role.lower() for role in lacking)}" if lacking else "All three came"
    return Line(plan.pupil_id, plan.pep_id, True, not lacking, why)


def _of_targets(plans: Sequence[Plan]) -> list[Measure]:
    due = [(p, result) for p in plans for result in p.reviews if p.held_on is not None]
    judged = [(p, result) for p, result in due if result and result != Outcome.NOT_RELEVANT]
    reviewed = [
        Line(p.pupil_id, p.pep_id, True, bool(r), "Reviewed" if r else "An earlier target has no review")
        for p, r in due
    ]
    achieved = [
        Line(p.pupil_id, p.pep_id, True, r == Outcome.ACHIEVED, "Achieved" if r == Outcome.ACHIEVED else "Not reached")
        for p, r in judged
    ]
    return [
        Measure(
            code="PEP-6a",
            title="Targets reviewed",
            of="earlier targets",
            definition="Targets of the plan before, of children whose meeting was held this term.",
            lines=reviewed,
        ),
        Measure(
            code="PEP-6b",
            title="Targets achieved",
            of="reviewed targets",
            definition="Achieved in full; targets no longer relevant are left out.",
            lines=achieved,
        ),
    ]


def _days(plan: Plan) -> Line:
    if plan.held_on is None or plan.approved_on is None:
        return Line(plan.pupil_id, plan.pep_id, False, False, "Not approved yet")
    days = days_to_approval(plan.held_on, plan.approved_on)
    return Line(plan.pupil_id, plan.pep_id, True, True, f"{days} working days", days)


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"
