"""How long which record is kept, from which day, and why: periods with their sources, and the arithmetic of the days.

Sources are those of practice.md 9.3. A record falls under every class that fits the child; the latest day counts. A
class whose day is not known never ends: who does not know a date must not destroy by it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ADULT = 18


class RecordClass(StrEnum):
    LOOKED_AFTER = "looked-after"
    DIED = "died"
    ADOPTED = "adopted"
    NEVER_LOOKED_AFTER = "never-looked-after"
    FINANCE = "finance"
    FEED_FILES = "feed-files"
    REPORTS = "reports"
    AUDIT = "audit"


class Trigger(StrEnum):
    BIRTH = "birth"
    DEATH = "death"
    ADOPTION = "adoption"
    PAYMENT = "payment"
    RECEIPT = "receipt"
    NONE = "none"


TRIGGER_LABELS: dict[Trigger, str] = {
    Trigger.BIRTH: "Date of birth",
    Trigger.DEATH: "Date of death",
    Trigger.ADOPTION: "Day on which care ended by adoption",
    Trigger.PAYMENT: "End of the financial year of the last letter or payment",
    Trigger.RECEIPT: "Day of receipt",
    Trigger.NONE: "None",
}


@dataclass(frozen=True, kw_only=True)
class ClassRule:
    """A record class as the code knows it. `years` None is for ever; `least` is the shortest that may be set.

    `least_as_copy` is the shortest where social care's system holds the master file and this is a copy; None where no
    copy may go sooner. A class that is not `settable` follows another one.
    """

    label: str
    trigger: Trigger
    years: int | None
    least: int
    basis: str
    least_as_copy: int | None = None
    settable: bool = True


RULES: dict[RecordClass, ClassRule] = {
    RecordClass.LOOKED_AFTER: ClassRule(
        label="Case record of a looked-after child",
        trigger=Trigger.BIRTH,
        years=75,
        least=75,
        least_as_copy=25,
        basis="Kept until the 75th anniversary of birth: Care Planning, Placement and Case Review (England) "
        "Regulations 2010 (SI 2010/959), regulation 50. The PEP is part of that record.",
    ),
    RecordClass.DIED: ClassRule(
        label="Case record of a looked-after child who died under 18",
        trigger=Trigger.DEATH,
        years=15,
        least=15,
        least_as_copy=6,
        basis="Kept for 15 years from the date of death: SI 2010/959, regulation 50.",
    ),
    RecordClass.ADOPTED: ClassRule(
        label="Record of a child who was adopted",
        trigger=Trigger.ADOPTION,
        years=100,
        least=75,
        least_as_copy=25,
        # The published policy names 100 years without a trigger. The date of the order is the one that such policies
        # count from; here it is the day on which care ended by adoption (REC E11, E12), which the return gives.
        basis="Kept for 100 years: published retention policy of Northumberland County Council. Counted here from the "
        "day on which care ended by adoption (SSDA903 reasons E11 and E12).",
    ),
    RecordClass.NEVER_LOOKED_AFTER: ClassRule(
        label="Record of a child who was never looked after (edge of care)",
        trigger=Trigger.BIRTH,
        years=30,
        least=21,
        basis="No statute sets a period. Kept until the age of 30 as North Somerset does; Devon keeps until 18 and "
        "three years more.",
    ),
    RecordClass.FINANCE: ClassRule(
        label="Letters and payments to young people",
        trigger=Trigger.PAYMENT,
        years=6,
        least=6,
        basis="Kept for six years after the current financial year, as councils keep financial records.",
    ),
    RecordClass.FEED_FILES: ClassRule(
        label="Files as they were received",
        trigger=Trigger.RECEIPT,
        years=2,
        least=1,
        basis="Council policy: as long as a delivery may have to be traced or rebuilt, never less than one year. The "
        "receipt with the file's sha256 stays.",
    ),
    RecordClass.REPORTS: ClassRule(
        label="Reports that were issued",
        trigger=Trigger.NONE,
        years=None,
        least=0,
        basis="Permanent: the public record of the corporate parent. Reports name no child; of a record that is "
        "disposed of, the counts stay.",
        settable=False,
    ),
    RecordClass.AUDIT: ClassRule(
        label="Who looked and who changed",
        trigger=Trigger.NONE,
        years=None,
        least=0,
        basis="As long as the record that it describes, and destroyed with it under the same certificate. What "
        "describes no child's record is kept.",
        settable=False,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """What is set for a class: `years` None is for ever, `is_copy` that social care's system holds the master file."""

    years: int | None
    is_copy: bool = False


@dataclass(frozen=True)
class Policy:
    """What is set now; a class that nobody set has its default."""

    periods: Mapping[RecordClass, Period] = field(default_factory=dict)

    def of(self, record_class: RecordClass) -> Period:
        return self.periods.get(record_class) or Period(years=RULES[record_class].years)


def why_not_period(record_class: RecordClass, period: Period) -> str:
    """A sentence when the period may not be set, else nothing."""
    rule = RULES[record_class]
    if not rule.settable:
        return "This period is not set by hand: it follows the record."
    if period.is_copy and rule.least_as_copy is None:
        return "This record is not a copy of another system's."
    least = rule.least_as_copy if period.is_copy and rule.least_as_copy is not None else rule.least
    if period.years is not None and period.years < least:
        shorter = (
            "" if period.is_copy or rule.least_as_copy is None else ", unless another system holds the master file"
        )
        return f"The shortest period for this class is {least} years{shorter}."
    return ""


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """What the periods of a child's record hang on. `died` and `adopted` are known by a reason even without its day."""

    dob: dt.date | None = None
    in_care: bool = False
    ever_looked_after: bool = False
    died: bool = False
    died_on: dt.date | None = None
    adopted: bool = False
    adopted_on: dt.date | None = None
    last_payment_on: dt.date | None = None


class Standing(StrEnum):
    """How a record stands on a day."""

    IN_CARE = "in-care"
    KEPT = "kept"
    DUE = "due"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Under which class a record is kept longest, until when, and why. `due_on` is the first day of disposal."""

    standing: Standing
    record_class: RecordClass
    trigger_on: dt.date | None
    due_on: dt.date | None
    why: str


def years_after(on: dt.date, years: int) -> dt.date:
    """The anniversary; of 29 February it is 1 March in other years (core.rules.age_on)."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return dt.date(on.year + years, 3, 1)


def day_after_anniversary(on: dt.date, years: int) -> dt.date:
    """A record is kept until the anniversary, that day included."""
    return years_after(on, years) + dt.timedelta(days=1)


def died_under_age(facts: RecordFacts) -> bool | None:
    """Whether the child died before attaining 18, which is at the start of the 18th birthday. None: not known."""
    if not facts.died:
        return False
    if facts.dob is None or facts.died_on is None:
        return None
    return facts.died_on < years_after(facts.dob, ADULT)


def classes_of(facts: RecordFacts) -> list[RecordClass]:
    """Every class that the child's record falls under."""
    found = []
    if not facts.ever_looked_after:
        found.append(RecordClass.NEVER_LOOKED_AFTER)
    else:
        found.append(RecordClass.DIED if died_under_age(facts) else RecordClass.LOOKED_AFTER)
    if facts.adopted:
        found.append(RecordClass.ADOPTED)
    if facts.last_payment_on is not None:
        found.append(RecordClass.FINANCE)
    return found


def trigger_date(record_class: RecordClass, facts: RecordFacts) -> dt.date | None:
    """The day from which the class counts; None when it is not known."""
    if record_class is RecordClass.FINANCE:
        return _financial_year_end(facts.last_payment_on) if facts.last_payment_on else None
    return {Trigger.BIRTH: facts.dob, Trigger.DEATH: facts.died_on, Trigger.ADOPTION: facts.adopted_on}.get(
        RULES[record_class].trigger
    )


def _financial_year_end(on: dt.date) -> dt.date:
    """31 March of the council's financial year."""
    return dt.date(on.year + ((on.month, on.day) > (3, 31)), 3, 31)


def judge_record(facts: RecordFacts, policy: Policy, *, today: dt.date) -> Judgement:
    """How a child's record stands today. A child in care, or back in care, is never due."""
    found = [_judge_class(one, facts, policy, today) for one in classes_of(facts)]
    # For ever and unknown outlast any day.
    longest = max(found, key=lambda j: (j.due_on is None, j.standing is Standing.KEPT, j.due_on or dt.date.max))
    unknown = next((j for j in found if j.standing is Standing.UNKNOWN), None)
    if facts.in_care:
        return Judgement(
            standing=Standing.IN_CARE, record_class=longest.record_class, trigger_on=longest.trigger_on, due_on=None,
            why="The child is looked after now: the record is in use.",
        )  # fmt: skip
    if facts.died and died_under_age(facts) is None:
        return Judgement(
            standing=Standing.UNKNOWN, record_class=RecordClass.DIED, trigger_on=facts.died_on, due_on=None,
            why="Care ended by death, but the date of birth or of death is not recorded: no period can be counted.",
        )  # fmt: skip
    return unknown or longest


def _judge_class(one: RecordClass, facts: RecordFacts, policy: Policy, today: dt.date) -> Judgement:
    rule, period, on = RULES[one], policy.of(one), trigger_date(one, facts)
    if on is None:
        why = f"{TRIGGER_LABELS[rule.trigger]} not recorded: no period can be counted."
        return Judgement(standing=Standing.UNKNOWN, record_class=one, trigger_on=None, due_on=None, why=why)
    if period.years is None:
        why = f"{rule.label}: kept for ever."
        return Judgement(standing=Standing.KEPT, record_class=one, trigger_on=on, due_on=None, why=why)
    due_on = day_after_anniversary(on, period.years)
    why = (
        f"{rule.label}: kept for {period.years} years from {in_words(on)} ({_lower(TRIGGER_LABELS[rule.trigger])}), "
        f"to be disposed of from {in_words(due_on)}."
    )
    if period.is_copy:
        why += " Shorter by policy: social care's system holds the master file."
    standing = Standing.DUE if due_on <= today else Standing.KEPT
    return Judgement(standing=standing, record_class=one, trigger_on=on, due_on=due_on, why=why)


def file_due_on(received_on: dt.date, policy: Policy) -> dt.date | None:
    """The first day on which a file as received may go; None for never."""
    years = policy.of(RecordClass.FEED_FILES).years
    return None if years is None else day_after_anniversary(received_on, years)


def in_words(on: dt.date) -> str:
    return f"{on.day} {on:%B %Y}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


# Holds


class HoldKind(StrEnum):
    INQUIRY = "inquiry"
    CLAIM = "claim"
    SUBJECT_ACCESS = "subject-access"
    OTHER = "other"


HOLD_LABELS: dict[HoldKind, str] = {
    HoldKind.INQUIRY: "An inquiry or review",
    HoldKind.CLAIM: "A claim or a court case",
    HoldKind.SUBJECT_ACCESS: "A subject-access request that is open",
    HoldKind.OTHER: "Another reason",
}


# Proposals and approvals


class ProposalState(StrEnum):
    DUE = "due"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DONE = "done"
    DECLINED = "declined"
    LAPSED = "lapsed"


STATE_LABELS: dict[ProposalState, str] = {
    ProposalState.DUE: "Due, nobody has proposed it",
    ProposalState.PROPOSED: "Waits for approval",
    ProposalState.APPROVED: "Approved, being destroyed",
    ProposalState.DONE: "Destroyed",
    ProposalState.DECLINED: "Declined",
    ProposalState.LAPSED: "No longer due",
}
STATE_COLOURS: dict[ProposalState, str] = {
    ProposalState.DUE: "yellow",
    ProposalState.PROPOSED: "blue",
    ProposalState.APPROVED: "orange",
    ProposalState.DONE: "green",
    ProposalState.DECLINED: "grey",
    ProposalState.LAPSED: "grey",
}
OPEN_STATES = (ProposalState.DUE, ProposalState.PROPOSED, ProposalState.APPROVED)
APPROVERS = 2


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who approved, and how the person stands today: `may` is the permission, `is_head` the Virtual School Head's."""

    user_id: int
    is_active: bool
    may: bool
    is_head: bool

    @property
    def counts(self) -> bool:
        """Who left, or lost the right to dispose, approves nothing any more: the decision is of those who answer."""
        return self.is_active and self.may


def missing_approvals(approvers: list[Approver], *, proposer_id: int) -> str:
    """What an approved disposal still lacks, as a sentence; nothing when it is complete."""
    counting = [a for a in approvers if a.counts and a.user_id != proposer_id]
    people = {a.user_id for a in counting}
    lacking = APPROVERS - len(people)
    if lacking > 0:
        words = "Two people have" if lacking == APPROVERS else "One more person has"
        return f"{words} to approve, neither of them the proposer."
    if not any(a.is_head for a in counting):
        return "One of those who approve has to be a Virtual School Head."
    return ""
