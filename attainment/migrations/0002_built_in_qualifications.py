"""The built-in list of qualifications (R-NUM-KS4-3) becomes rows that the data officer may change."""

from typing import Any

from django.db import migrations

from attainment.rules import KS2_TEACHER_ASSESSMENT, QUALIFICATIONS, qualification_key


def add(apps: Any, _schema_editor: Any) -> None:
    table = apps.get_model("attainment", "Qualification")
    known = set(table.objects.values_list("key", flat=True))
    table.objects.bulk_create(
        table(
            code=spec.code,
            name=spec.name,
            key=qualification_key(spec.name),
            stage=spec.stage.value,
            is_teacher_assessment=spec.code == KS2_TEACHER_ASSESSMENT.code,
            scheme=spec.scheme.value,
            size=spec.size,
            level2_grades=" ".join(sorted(spec.pass_grades)),
            is_gcse=spec.is_gcse,
            counts_from=spec.counts_from,
        )
        for spec in QUALIFICATIONS
        if qualification_key(spec.name) not in known
    )


class Migration(migrations.Migration):
    dependencies = [("attainment", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=False)]
