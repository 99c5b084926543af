"""Answers of a PEP in words."""

from typing import Any

from peps.rules.form import Field, Kind


def answer_lines(field: Field, value: Any) -> list[str]:
    """An answer as lines: labels in place of codes, a row as one line; nothing where nothing was said."""
    labels = dict(field.choices) if field.choices else {"yes": "Yes", "no": "No"}
    if isinstance(value, list):
        return [" · ".join(v for v in row.values() if v) if isinstance(row, dict) else labels[row] for row in value]
    if not value:
        return []
    return [labels.get(str(value), str(value)) if field.kind in {Kind.CHOICE, Kind.YES_NO} else str(value)]
