"""The code table for SQL, filled from attendance.rules, and the view with one row a mark."""

from typing import Any

from django.db import migrations

VIEW = """
CREATE VIEW attendance_mark AS
SELECT r.id AS register_id, (p.n - 1)::smallint AS place, r.pupil_id, r.school_id, r.academic_year, r.source,
       d.day AS "on", CASE WHEN mod(p.n, 2) = 1 THEN 'AM' ELSE 'PM' END AS session, p.mark AS symbol,
       coalesce(named.code, note.code_text, p.mark) AS code, dated.category
FROM attendance_register r
CROSS JOIN LATERAL string_to_table(r.marks, NULL) WITH ORDINALITY AS p(mark, n)
CROSS JOIN LATERAL (SELECT make_date(r.academic_year, 9, 1) + ((p.n - 1) / 2)::integer AS day) d
LEFT JOIN (SELECT DISTINCT symbol, code FROM attendance_code) named ON named.symbol = p.mark
LEFT JOIN attendance_code dated ON dated.symbol = p.mark
      AND (dated.valid_from IS NULL OR dated.valid_from <= d.day)
      AND (dated.valid_to IS NULL OR d.day < dated.valid_to)
LEFT JOIN attendance_marknote note ON p.mark = '?' AND note.register_id = r.id AND note.place = p.n - 1
WHERE p.mark <> ' '
"""


def fill_codes(apps: Any, schema_editor: Any) -> None:
    from attendance.rules import ATTENDANCE_CODES

    rows = apps.get_model("attendance", "CodeRow").objects
    rows.all().delete()
    rows.bulk_create(
        rows.model(
            code=c.code,
            symbol=c.symbol,
            category=c.category.value,
            meaning=c.meaning,
            valid_from=c.valid_from,
            valid_to=c.valid_to,
        )
        for c in ATTENDANCE_CODES
    )


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial")]

    operations = [
        migrations.RunPython(fill_codes, migrations.RunPython.noop),
        migrations.RunSQL(VIEW, "DROP VIEW attendance_mark"),
    ]
