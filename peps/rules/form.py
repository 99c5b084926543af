"""The PEP form as data: sections, fields, and which of them a child's circumstances bring in (practice.md 1.3, 1.4).

Plain Python. A definition is read from the JSON that its version keeps; old PEPs keep the version they began with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peps.rules.workflow import Contributor

STATUTORY_ITEMS: Mapping[str, str] = {
    "S1": "Educational and training history: institutions, attendance and conduct, achievements, special needs",
    "S2": "Existing arrangements for education and training, and provision for particular needs",
    "S3": "Planned changes, and what is done to keep disruption small",
    "S4": "Leisure interests",
    "S5": "What carers and others who look after the child do for achievement and interests",
}
"""SI 2010/959, Schedule 1 paragraph 2, in our words."""


class Phase(StrEnum):
    """Which tabs a child's age brings."""

    EARLY_YEARS = "early_years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post_16"


PHASE_LABELS: Mapping[Phase, str] = {
    Phase.EARLY_YEARS: "Early years",
    Phase.PRIMARY: "Primary",
    Phase.SECONDARY: "Secondary",
    Phase.POST_16: "Post-16",
}


class Circumstance(StrEnum):
    """What else decides which sections a PEP has and who writes them."""

    INITIAL = "initial"
    EHCP = "ehcp"
    NOT_ON_ROLL = "not_on_roll"
    NEET = "neet"
    INTERIM = "interim"
    EDGE_OF_CARE = "edge_of_care"
    TRANSITION_DUE = "transition_due"
    EXAM_YEARS = "exam_years"


CIRCUMSTANCE_LABELS: Mapping[Circumstance, str] = {
    Circumstance.INITIAL: "First PEP",
    Circumstance.EHCP: "Has an EHCP",
    Circumstance.NOT_ON_ROLL: "Not on roll of a school",
    Circumstance.NEET: "Not in education, employment or training",
    Circumstance.INTERIM: "Interim PEP in a long holiday",
    Circumstance.EDGE_OF_CARE: "On the edge of care",
    Circumstance.TRANSITION_DUE: "A transition is due",
    Circumstance.EXAM_YEARS: "Years 9 to 13",
}

WITHOUT_SCHOOL = frozenset({Circumstance.NOT_ON_ROLL, Circumstance.NEET, Circumstance.INTERIM})
"""Nobody at a school can write: the Virtual School writes the school's sections."""

TRANSITION_YEARS = frozenset({-1, 0, 2, 6, 9, 11, 13})


def phase_of(nc_year: int) -> Phase:
    """Nursery and Reception are early years, Years 12 and 13 post-16."""
    if nc_year <= 0:
        return Phase.EARLY_YEARS
    if nc_year <= 6:
        return Phase.PRIMARY
    return Phase.SECONDARY if nc_year <= 11 else Phase.POST_16


class Kind(StrEnum):
    """How a field is asked."""

    TEXT = "text"
    LONG = "long"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MANY = "many"
    DATE = "date"
    NUMBER = "number"
    ROWS = "rows"


class FormFaulty(ValueError):
    """A definition that cannot be used; says where."""


@dataclass(frozen=True, slots=True)
class When:
    """Holds when one of the phases (if any is named) and one of the circumstances (if any is named) is given."""

    phases: frozenset[Phase] = frozenset()
    any_of: frozenset[Circumstance] = frozenset()

    def holds(self, phase: Phase, given: Iterable[Circumstance]) -> bool:
        in_phase = not self.phases or phase in self.phases
        return in_phase and (not self.any_of or bool(self.any_of & set(given)))


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `required_if` names a field of the section and the answers that make this one required.

    `words` are (age band, words for a child of that age), see rules/links.py.
    """

    key: str
    label: str
    kind: Kind
    hint: str = ""
    required: bool = False
    required_if: tuple[str, frozenset[str]] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    when: When = When()
    law: tuple[str, ...] = ()
    child_words: str = ""
    restricted: bool = False
    words: tuple[tuple[str, str], ...] = ()

    def is_required(self, answers: Mapping[str, Any]) -> bool:
        if self.required_if is not None:
            key, values = self.required_if
            return str(answers.get(key, "")) in values
        return self.required


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the form. `before_meeting` sections have to be ready when the meeting is held."""

    code: str
    title: str
    by: Contributor
    fields: tuple[Field, ...]
    before_meeting: bool = False
    when: When = When()
    about: str = ""
    facts: tuple[str, ...] = ()
    at_least: int = 0

    def field(self, key: str) -> Field:
        """KeyError when the section has no such field."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Form:
    """A version of the form."""

    sections: tuple[Section, ...]

    def section(self, code: str) -> Section:
        """KeyError when this version has no such section."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)

    def sections_for(self, phase: Phase, given: Iterable[Circumstance]) -> list[Section]:
        """The sections that the child's phase and circumstances bring, each with the fields they bring."""
        known = frozenset(given)
        return [
            Section(
                code=s.code,
                title=s.title,
                by=writer_of(s, known),
                fields=tuple(f for f in s.fields if f.when.holds(phase, known)),
                before_meeting=s.before_meeting,
                when=s.when,
                about=s.about,
                facts=s.facts,
                at_least=s.at_least,
            )
            for s in self.sections
            if s.when.holds(phase, known)
        ]


def writer_of(section: Section, given: Iterable[Circumstance]) -> Contributor:
    """Without a school the Virtual School writes what the school would have written (practice.md 1.4)."""
    if section.by is Contributor.TEACHER and WITHOUT_SCHOOL & set(given):
        return Contributor.ADVISER
    return section.by


@dataclass(frozen=True, slots=True)
class Missing:
    """A question that still has to be answered: section, field ("" for the section as a whole) and what to do."""

    section: str
    field: str
    text: str


def is_answered(value: Any) -> bool:
    """Blank text, no choice and rows without any text are no answer."""
    if isinstance(value, list):
        return any(is_answered(v) for row in value for v in (row.values() if isinstance(row, dict) else [row]))
    return value is not None and str(value).strip() != ""


def missing_in(section: Section, answers: Mapping[str, Any]) -> list[Missing]:
    """What a section lacks before the PEP can be submitted."""
    found = [
        Missing(section.code, f.key, f.label)
        for f in section.fields
        if f.is_required(answers) and not is_answered(answers.get(f.key))
    ]
    if section.at_least:
        open_questions = [f for f in section.fields if f.kind is Kind.LONG]
        answered = sum(is_answered(answers.get(f.key)) for f in open_questions)
        if answered < section.at_least:
            found.append(Missing(section.code, "", f"At least {section.at_least} of the questions, {answered} so far"))
    return found


# ---------------------------------------------------------------- reading a definition


def read_form(document: Mapping[str, Any]) -> Form:
    """The form that a stored definition describes; FormFaulty says what is wrong and where."""
    sections = tuple(_section(one) for one in document["sections"])
    codes = [s.code for s in sections]
    if len(set(codes)) != len(codes):
        raise FormFaulty("A section code stands twice.")
    return Form(sections)


def _section(one: Mapping[str, Any]) -> Section:
    code = one.get("code", "?")
    try:
        fields = tuple(_field(f) for f in one["fields"])
        section = Section(
            code=one["code"],
            title=one["title"],
            by=Contributor(one["by"]),
            fields=fields,
            before_meeting=one.get("before_meeting", False),
            when=_when(one.get("when", {})),
            about=one.get("about", ""),
            facts=tuple(one.get("facts", ())),
            at_least=one.get("at_least", 0),
        )
    except (KeyError, ValueError) as error:
        raise FormFaulty(f"Section {code}: {error}") from error
    keys = [f.key for f in fields]
    if len(set(keys)) != len(keys):
        raise FormFaulty(f"Section {code}: a field key stands twice.")
    for f in fields:
        if f.required_if is not None and f.required_if[0] not in keys:
            raise FormFaulty(f"Section {code}, field {f.key}: it depends on {f.required_if[0]}, which is not there.")
    return section


def _field(one: Mapping[str, Any]) -> Field:
    kind = Kind(one["kind"])
    field = Field(
        key=one["key"],
        label=one["label"],
        kind=kind,
        hint=one.get("hint", ""),
        required=one.get("required", False),
        required_if=_condition(one.get("required_if")),
        choices=_pairs(one.get("choices", ())),
        columns=_pairs(one.get("columns", ())),
        when=_when(one.get("when", {})),
        law=tuple(one.get("law", ())),
        child_words=one.get("child_words", ""),
        restricted=one.get("restricted", False),
        words=tuple(sorted(one.get("words", {}).items())),
    )
    if kind in {Kind.CHOICE, Kind.MANY} and not field.choices:
        raise ValueError(f"field {field.key} has no choices")
    if kind is Kind.ROWS and not field.columns:
        raise ValueError(f"field {field.key} has no columns")
    if unknown := set(field.law) - set(STATUTORY_ITEMS):
        raise ValueError(f"field {field.key} names {', '.join(sorted(unknown))}, which the law does not have")
    return field


def _pairs(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((value, label) for value, label in rows)


def _condition(one: Mapping[str, Any] | None) -> tuple[str, frozenset[str]] | None:
    return None if one is None else (one["field"], frozenset(one["is"]))


def _when(one: Mapping[str, Any]) -> When:
    return When(
        frozenset(Phase(p) for p in one.get("phases", ())), frozenset(Circumstance(c) for c in one.get("any_of", ()))
    )


def statutory_trace(form: Form) -> dict[str, list[tuple[str, str]]]:
    """{"S1": [(section code, field key), ...]} of the required fields: each item of the law must have one."""
    found: dict[str, list[tuple[str, str]]] = {item: [] for item in STATUTORY_ITEMS}
    for section in form.sections:
        for field in section.fields:
            for item in field.law:
                if field.required:
                    found[item].append((section.code, field.key))
    return found


def circumstances_of(
    *, nc_year: int, is_first: bool, has_ehcp: bool, on_roll: bool, season: str
) -> frozenset[Circumstance]:
    """What the roll tells; interim and edge of care are said by a person.

    Without a school place a child is not on roll, after 16 not in education, employment or training.
    """
    found = set()
    if is_first:
        found.add(Circumstance.INITIAL)
    if has_ehcp:
        found.add(Circumstance.EHCP)
    if not on_roll:
        found.add(Circumstance.NEET if phase_of(nc_year) is Phase.POST_16 else Circumstance.NOT_ON_ROLL)
    if 9 <= nc_year <= 13:
        found.add(Circumstance.EXAM_YEARS)
    if nc_year in TRANSITION_YEARS and season in {"spring", "summer"}:
        found.add(Circumstance.TRANSITION_DUE)
    return frozenset(found)
