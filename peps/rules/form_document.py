"""A version of the PEP form as Markdown: sections by contributor and variant, the law's items, the states.

Plain Python; docs/pep-form.md carries what comes out of it.
"""

from collections.abc import Iterable

from peps.rules.form import (
    CIRCUMSTANCE_LABELS,
    PHASE_LABELS,
    STATUTORY_ITEMS,
    WITHOUT_SCHOOL,
    Form,
    Section,
    When,
)
from peps.rules.form_changes import required_for, variants
from peps.rules.workflow import CONTRIBUTOR_LABELS, state_diagram


def markdown(form: Form, name: str) -> str:
    """All of it; `name` is the version ("Version 1")."""
    parts = [_sections(form), _by_writer(form), _law(form), _states()]
    return "\n\n".join(["\n".join([f"## Sections of {name.lower()}", "", *parts[0]]), *map("\n".join, parts[1:])])


def _sections(form: Form) -> Iterable[str]:
    yield "| section | written by | before the meeting | asked of | questions | required |"
    yield "| --- | --- | --- | --- | ---: | ---: |"
    for s in form.sections:
        required = sum(f.required for f in s.fields)
        cells = [f"{s.code}. {s.title}", CONTRIBUTOR_LABELS[s.by], "yes" if s.before_meeting else "no", _when(s.when)]
        yield f"| {' | '.join(cells)} | {len(s.fields)} | {required} |"
    without = ", ".join(f"“{CIRCUMSTANCE_LABELS[c]}”" for c in CIRCUMSTANCE_LABELS if c in WITHOUT_SCHOOL)
    yield ""
    yield f"With {without} the Virtual School writes what the designated teacher would have written."


def _when(when: When) -> str:
    phases = [label.lower() for phase, label in PHASE_LABELS.items() if phase in when.phases]
    given = [f"“{label}”" for one, label in CIRCUMSTANCE_LABELS.items() if one in when.any_of]
    return "; ".join(part for part in (", ".join(phases), " or ".join(given)) if part) or "everybody"


def _by_writer(form: Form) -> Iterable[str]:
    yield "## Who writes what in each phase"
    yield ""
    yield f"| phase | {' | '.join(label.lower() for label in CONTRIBUTOR_LABELS.values())} |"
    yield "| --- |" + " --- |" * len(CONTRIBUTOR_LABELS)
    for phase, label in PHASE_LABELS.items():
        sections = form.sections_for(phase, ())
        cells = [_codes(s for s in sections if s.by is writer) for writer in CONTRIBUTOR_LABELS]
        yield f"| {label} | {' | '.join(cells)} |"
    yield ""
    yield "Circumstances bring besides:"
    yield ""
    for one, label in CIRCUMSTANCE_LABELS.items():
        brought = [s for s in form.sections if one in s.when.any_of]
        asked = [f"“{f.label}” in {s.code}" for s in form.sections for f in s.fields if one in f.when.any_of]
        words = [*(f"section {s.code}, {s.title}" for s in brought), *asked]
        if one in WITHOUT_SCHOOL:
            words.append("the Virtual School as writer of the school’s sections")
        yield f"- {label}: {'; '.join(words) or 'nothing'}"


def _codes(sections: Iterable[Section]) -> str:
    return ", ".join(s.code for s in sections) or "–"


def _law(form: Form) -> Iterable[str]:
    """SI 2010/959, Schedule 1 paragraph 2: which required questions carry each item, and whether in every variant."""
    every = variants()
    yield "## What the regulations ask, and where the form asks it"
    yield ""
    yield (
        f"SI 2010/959, Schedule 1 paragraph 2. “In all variants” counts the {len(every)} of them (each phase alone, "
        "and with each circumstance) in which at least one of the required questions is asked."
    )
    yield ""
    yield "| item | what it asks | required questions | in all variants |"
    yield "| --- | --- | --- | --- |"
    for item, words in STATUTORY_ITEMS.items():
        found: dict[str, None] = {}
        covered = 0
        for _, phase, given in every:
            asked = required_for(form, item, phase, given)
            covered += bool(asked)
            found.update(dict.fromkeys(f"{code}: {field.label}" for code, field in asked))
        yield f"| {item} | {words} | {'<br>'.join(sorted(found)) or '–'} | {covered} of {len(every)} |"


def _states() -> Iterable[str]:
    yield "## States of a PEP, and the steps between them"
    yield ""
    yield "```mermaid"
    yield state_diagram()
    yield "```"
