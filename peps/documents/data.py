"""The plan as data for another system: pep.json of the package (docs/schemas/pep-1.json)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from core.wording import local_date
from peps.documents.material import Material, lines_of
from peps.models import Addendum
from peps.rules.form import Section

FORMAT, SCHEMA_VERSION = "virtual-school-pep", 1


def document_of(material: Material, addenda: Sequence[Addendum], *, pdf_sha256: str, now: datetime) -> dict[str, Any]:
    """One JSON document; restricted answers and the child's postcodes are out of the material already."""
    pep, pupil, content = material.pep, material.pep.pupil, material.content
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "authority": settings.COUNCIL_NAME,
        "exported_at": now.isoformat(),
        "child": {
            "child_id": pupil.child_id,
            "upn": pupil.upn or None,
            "forename": pupil.forename,
            "surname": pupil.surname,
            "known_as": pupil.known_as,
            "date_of_birth": pupil.dob.isoformat() if pupil.dob else None,
        },
        "plan": {
            "id": pep.pk,
            "academic_year": pep.academic_year,
            "season": pep.season,
            "term": content["term"],
            "state": pep.state,
            "version": material.number,
            "form_version": content["form"],
            "phase": content["phase"],
            "circumstances": list(content["circumstances"]),
            "held_on": content["held_on"],
            "submitted_on": local_date(material.made_at).isoformat() if material.made_at else None,
            "approved_on": material.around.get("approved_on"),
            "pdf_sha256": pdf_sha256 or None,
        },
        "sections": [_section(material, section) for section in material.sections],
        "targets": list(content["targets"]),
        "sign_offs": list(material.around["signed"]),
        "meeting": material.around["meeting"],
        "addenda": [{"at": a.at.isoformat(), "by": a.by.name, "text": material.clean(a.text)} for a in addenda],
    }


def _section(material: Material, section: Section) -> dict[str, Any]:
    answers = material.answers(section.code)
    return {
        "code": section.code,
        "title": section.title,
        "written_by": section.by.value,
        "facts": material.around["facts"].get(section.code, []),
        "answers": [
            {
                "key": f.key,
                "question": f.label,
                "kind": f.kind.value,
                "value": answers[f.key],
                "text": lines_of(f, answers[f.key]),
                "law": list(f.law),
            }
            for f in section.fields
            if f.key in answers
        ],
    }
