"""The states of the workflow in place of the three of before, and the first version of the form, in force."""

from datetime import date
from typing import Any

from django.db import migrations, models

from peps.form.version_1 import DEFINITION

STATES = {"due": "planned", "held": "meeting_held", "complete": "approved"}
IN_FORCE_FROM = date(2026, 9, 1)


def rename_states(apps: Any, schema_editor: Any) -> None:
    pep = apps.get_model("peps", "PEP")
    for old, new in STATES.items():
        pep.objects.filter(state=old).update(state=new)


def first_form(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("peps", "FormVersion")
    version.objects.get_or_create(
        number=1,
        defaults={
            "title": "PEP form of 2026",
            "changes": "The first version kept in this system",
            "definition": DEFINITION,
            "state": "in_force",
            "in_force_from": IN_FORCE_FROM,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("peps", "0003_workflow"),
    ]

    operations = [
        migrations.RunPython(rename_states, migrations.RunPython.noop),
        migrations.RunPython(first_form, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="pep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "open", "not_required"]), ("held_on__isnull", False), _connector="OR"
                ),
                name="peps_held_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="pep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "planned",
                            "open",
                            "meeting_held",
                            "submitted",
                            "returned",
                            "approved",
                            "locked",
                            "superseded",
                            "not_required",
                        ],
                    )
                ),
                name="peps_pep_state_known",
            ),
        ),
    ]
