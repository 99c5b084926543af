"""Changing the form: reading a definition from outside, small edits, and what is new against another version.

Plain Python. A definition is the JSON document of rules/form.py; edits return a new one and leave the old as it was.
"""

import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from peps.rules.form import (
    PHASE_LABELS,
    STATUTORY_ITEMS,
    Circumstance,
    Field,
    Form,
    FormFaulty,
    Kind,
    Phase,
    Section,
    is_answered,
    read_form,
)
from peps.rules.links import Band

SIMPLE_KINDS: Mapping[Kind, str] = {
    Kind.TEXT: "A line of text",
    Kind.LONG: "Several lines of text",
    Kind.YES_NO: "Yes or no",
    Kind.DATE: "A date",
    Kind.NUMBER: "A number",
}
KIND_LABELS: Mapping[Kind, str] = {
    **SIMPLE_KINDS,
    Kind.CHOICE: "One of several",
    Kind.MANY: "Any of several",
    Kind.ROWS: "A small table",
}
TAKEN = frozenset({"was", "ready", "finished", "csrfmiddlewaretoken"})
OF_OTHER_TABLES = frozenset({"J", "R", "S", "T"})
"""Targets, meeting, sign-off and quality assurance have pages of their own: no section may have their letter."""
CODE, KEY = re.compile(r"[A-Z][A-Z0-9]?"), re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_LABEL = 200


def checked_form(document: Any, *, facts: Collection[str]) -> Form:
    """The form that a document from outside describes; FormFaulty says what is wrong and where.

    `facts` are the names of what the record can show in a section (peps.facts.GROUPS).
    """
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        raise FormFaulty("The file must be an object with a list named “sections”.")
    if more := sorted(set(document) - {"sections"}):
        raise FormFaulty(f"Only “sections” may stand at the top, not {', '.join(more)}.")
    for place, one in enumerate(document["sections"], 1):
        if not isinstance(one, dict) or not isinstance(one.get("fields"), list):
            raise FormFaulty(f"Section number {place} must be an object with a list named “fields”.")
        if not all(isinstance(f, dict) for f in one["fields"]):
            raise FormFaulty(f"Section number {place}: each of its fields must be an object.")
    try:
        form = read_form(document)
    except FormFaulty:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FormFaulty(f"The form cannot be read: {error}") from error
    for section in form.sections:
        _check_types(section)
        _check_section(section, facts)
    return form


def _check_types(section: Section) -> None:
    """What reads like a form but has a number for a word, or a word for yes and no."""
    where = f"Section {section.code}"
    texts, flags = [section.title, section.about], [section.before_meeting]
    for field in section.fields:
        texts += [field.key, field.label, field.hint, field.child_words]
        texts += [word for pair in (*field.choices, *field.columns, *field.words) for word in pair]
        texts += field.required_if[1] if field.required_if else ()
        flags += [field.required, field.restricted]
    for one in texts:
        if not isinstance(one, str) or "\0" in one:
            raise FormFaulty(f"{where}: {one!r} stands where a text must.")
    for flag in flags:
        if not isinstance(flag, bool):
            raise FormFaulty(f"{where}: {flag!r} stands where true or false must.")
    if not isinstance(section.at_least, int) or not 0 <= section.at_least <= len(section.fields):
        raise FormFaulty(f"{where}: “at_least” must be a number of its questions.")


def _check_section(section: Section, facts: Collection[str]) -> None:
    where = f"Section {section.code}"
    if not CODE.fullmatch(str(section.code)) or section.code in OF_OTHER_TABLES:
        raise FormFaulty(f"{where}: a code is a capital letter, alone or with one more; not J, R, S or T.")
    if not is_answered(section.title):
        raise FormFaulty(f"{where}: it has no title.")
    if unknown := sorted(set(section.facts) - set(facts)):
        raise FormFaulty(f"{where}: the record has no facts named {', '.join(unknown)}.")
    for field in section.fields:
        if not KEY.fullmatch(str(field.key)) or field.key in TAKEN:
            raise FormFaulty(f"{where}, field {field.key}: a key is small letters, digits and _, and not one of ours.")
        if not isinstance(field.label, str) or not 0 < len(field.label.strip()) <= LONGEST_LABEL:
            raise FormFaulty(f"{where}, field {field.key}: the label must have 1 to {LONGEST_LABEL} characters.")
        if unknown := sorted(set(dict(field.words)) - set(Band)):
            raise FormFaulty(f"{where}, field {field.key}: there is no age named {', '.join(unknown)}.")


@dataclass(frozen=True, slots=True)
class Difference:
    """A question or section that was added, removed or changed, with what changed in words."""

    kind: str
    section: str
    label: str
    words: str = ""


def differences(old: Form, new: Form) -> list[Difference]:
    """What is new against an earlier version: questions are the same by section code and key."""
    before, after = {s.code: s for s in old.sections}, {s.code: s for s in new.sections}
    found = [
        Difference("Removed", code, s.title, "The whole section") for code, s in before.items() if code not in after
    ]
    for code, section in after.items():
        if code not in before:
            found.append(Difference("Added", code, section.title, "A new section"))
            continue
        if words := _changed(_FRAME, before[code], section):
            found.append(Difference("Changed", code, section.title, words))
        found += _between(code, before[code], section)
    return sorted(found, key=lambda d: d.section)


def _between(code: str, old: Section, new: Section) -> list[Difference]:
    before, after = {f.key: f for f in old.fields}, {f.key: f for f in new.fields}
    found = [Difference("Removed", code, f.label) for key, f in before.items() if key not in after]
    found += [Difference("Added", code, f.label, KIND_LABELS[f.kind]) for key, f in after.items() if key not in before]
    for key, field in after.items():
        if key in before and (words := _changed(_QUESTION, before[key], field)):
            found.append(Difference("Changed", code, field.label, words))
    return found


_FRAME: Mapping[str, str] = {
    "title": "title", "by": "who writes it", "about": "introduction", "before_meeting": "needed before the meeting",
    "when": "when it is asked", "facts": "facts shown", "at_least": "how many must be answered",
}  # fmt: skip
_QUESTION: Mapping[str, str] = {
    "label": "label", "hint": "help", "kind": "kind", "required": "required", "required_if": "required if",
    "choices": "choices", "columns": "columns", "when": "when it is asked", "law": "item of the law",
    "child_words": "words for young children", "words": "words for an age", "restricted": "who may read it",
}  # fmt: skip
_SHOWN = frozenset({"label", "hint", "title", "about"})


def _changed(names: Mapping[str, str], old: Any, new: Any) -> str:
    parts = []
    for name, words in names.items():
        was, now = getattr(old, name), getattr(new, name)
        if was == now:
            continue
        if name == "required":
            parts.append("now required" if now else "no longer required")
        elif name in _SHOWN:
            parts.append(f"{words}, before: “{was}”" if was else f"{words} added")
        else:
            parts.append(words)
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def variants() -> list[tuple[str, Phase, frozenset[Circumstance]]]:
    """(name, phase, circumstances) of each variant (practice.md 1.4): every phase alone and with each circumstance."""
    alone = [(PHASE_LABELS[phase], phase, frozenset[Circumstance]()) for phase in Phase]
    return [
        *alone,
        *(
            (f"{PHASE_LABELS[phase]}, {circumstance.value}", phase, frozenset({circumstance}))
            for phase in Phase
            for circumstance in Circumstance
        ),
    ]


def required_for(form: Form, item: str, phase: Phase, given: Collection[Circumstance]) -> list[tuple[str, Field]]:
    """(section code, field) of the required questions that carry an item of the law in one variant."""
    return [
        (section.code, field)
        for section in form.sections_for(phase, given)
        for field in section.fields
        if item in field.law and field.required
    ]


def untraced(form: Form) -> list[str]:
    """What the law asks and a variant of the form does not, as sentences; an item needs a required question."""
    return [
        f"{item} has no required question in the variant “{name}”: {STATUTORY_ITEMS[item].lower()}."
        for item in STATUTORY_ITEMS
        for name, phase, given in variants()
        if not required_for(form, item, phase, given)
    ]


# ---------------------------------------------------------------- small edits


def with_question(document: Mapping[str, Any], code: str, key: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a question changed; an empty value takes the entry away. KeyError where it is not there."""
    made = deepcopy(dict(document))
    field = _field_of(made, code, key)
    for name, value in changes.items():
        if value in ("", False, None, {}):
            field.pop(name, None)
        else:
            field[name] = value
    return made


def with_new_question(document: Mapping[str, Any], code: str, question: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a question added at the end of a section; its key is made of the label."""
    made = deepcopy(dict(document))
    section = _section_of(made, code)
    taken = {f["key"] for f in section["fields"]} | TAKEN
    stem = re.sub(r"[^a-z0-9]+", "_", str(question["label"]).lower()).strip("_")[:30] or "question"
    stem = stem if stem[0].isalpha() else f"q_{stem}"
    key = next(k for k in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if k not in taken)
    section["fields"].append({"key": key, **{k: v for k, v in question.items() if v}})
    return made


def without_question(document: Mapping[str, Any], code: str, key: str) -> dict[str, Any]:
    """The document without a question. FormFaulty where another one depends on it."""
    made = deepcopy(dict(document))
    section, field = _section_of(made, code), _field_of(made, code, key)
    dependent = [f["label"] for f in section["fields"] if (f.get("required_if") or {}).get("field") == key]
    if dependent:
        raise FormFaulty(f"“{dependent[0]}” depends on this question: remove that one first.")
    section["fields"].remove(field)
    return made


def _section_of(document: Mapping[str, Any], code: str) -> dict[str, Any]:
    for section in document["sections"]:
        if section["code"] == code:
            found: dict[str, Any] = section
            return found
    raise KeyError(code)


def _field_of(document: Mapping[str, Any], code: str, key: str) -> dict[str, Any]:
    for field in _section_of(document, code)["fields"]:
        if field["key"] == key:
            found: dict[str, Any] = field
            return found
    raise KeyError(key)
