import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("pupils", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "register_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=15)),
                ("on", models.DateField()),
                ("session", models.CharField(max_length=2)),
                ("symbol", models.CharField(max_length=1)),
                ("code", models.CharField(max_length=20)),
                ("category", models.CharField(max_length=30, null=True)),
            ],
            options={
                "db_table": "attendance_mark",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="CodeRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=3)),
                ("symbol", models.CharField(max_length=1)),
                ("category", models.CharField(max_length=30)),
                ("meaning", models.CharField(max_length=80)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(help_text="First day on which it no longer holds", null=True)),
            ],
            options={
                "db_table": "attendance_code",
                "ordering": ["code", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="EffectiveRegister",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("marks", models.CharField(max_length=732)),
            ],
        ),
        migrations.CreateModel(
            name="MarkConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                ("on", models.DateField()),
                ("session", models.CharField(choices=[("AM", "AM"), ("PM", "PM")], max_length=2)),
                ("first_mark", models.CharField(max_length=1)),
                ("second_mark", models.CharField(max_length=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be decided"), ("resolved", "Decided"), ("gone", "The sources agree now")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MarkConflictEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                ("on", models.DateField()),
                ("session", models.CharField(choices=[("AM", "AM"), ("PM", "PM")], max_length=2)),
                ("first_mark", models.CharField(max_length=1)),
                ("second_mark", models.CharField(max_length=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be decided"), ("resolved", "Decided"), ("gone", "The sources agree now")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MarkCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("before", models.CharField(max_length=1)),
                (
                    "before_text",
                    models.CharField(blank=True, help_text="What came with the earlier mark", max_length=300),
                ),
                ("after", models.CharField(max_length=1)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="MarkNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("code_text", models.CharField(blank=True, help_text="An unknown code as it was read", max_length=20)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("comment", models.CharField(blank=True, max_length=500)),
                ("minutes_late", models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Register",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField(help_text="Year it starts: 2009 is 2009/10")),
                (
                    "source",
                    models.CharField(
                        choices=[("welfare-call", "Welfare Call"), ("b2b", "B2B (school system)")], max_length=15
                    ),
                ),
                ("marks", models.CharField(max_length=732)),
            ],
        ),
        migrations.CreateModel(
            name="RegisterEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField(help_text="Year it starts: 2009 is 2009/10")),
                (
                    "source",
                    models.CharField(
                        choices=[("welfare-call", "Welfare Call"), ("b2b", "B2B (school system)")], max_length=15
                    ),
                ),
                ("marks", models.CharField(max_length=732)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="effectiveregister",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="effective_registers", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mark_conflicts", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="attendance.markconflict",
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="pupil",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="pupils.pupil",
            ),
        ),
        migrations.AddField(
            model_name="markcorrection",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="register",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="registers", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="register",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="register",
            name="school",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="registers", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="marknote",
            name="register",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="attendance.register"
            ),
        ),
        migrations.AddField(
            model_name="markcorrection",
            name="register",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="attendance.register"
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="chosen",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="attendance.register",
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="first",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="attendance.register",
            ),
        ),
        migrations.AddField(
            model_name="markconflictevent",
            name="second",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="attendance.register",
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="chosen",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="attendance.register"
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="attendance.register"
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="attendance.register"
            ),
        ),
        migrations.AddField(
            model_name="registerevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="registerevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="attendance.register",
            ),
        ),
        migrations.AddField(
            model_name="registerevent",
            name="pupil",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="pupils.pupil",
            ),
        ),
        migrations.AddField(
            model_name="registerevent",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="core.feedrun",
            ),
        ),
        migrations.AddField(
            model_name="registerevent",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="schools.school",
            ),
        ),
        migrations.AddIndex(
            model_name="effectiveregister",
            index=models.Index(fields=["academic_year"], name="attendance_effective_year"),
        ),
        migrations.AddConstraint(
            model_name="effectiveregister",
            constraint=models.UniqueConstraint(fields=("pupil", "academic_year"), name="attendance_effective_once"),
        ),
        migrations.AddIndex(
            model_name="register",
            index=models.Index(fields=["academic_year", "school"], name="attendance_register_school"),
        ),
        migrations.AddConstraint(
            model_name="register",
            constraint=models.UniqueConstraint(
                fields=("pupil", "school", "academic_year", "source"),
                name="attendance_register_once",
                nulls_distinct=False,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="register",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "attendance_registerevent" ("academic_year", "id", "marks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "school_id", "source") VALUES (OLD."academic_year", OLD."id", OLD."marks", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."pupil_id", OLD."run_id", OLD."school_id", OLD."source"); RETURN NULL;',
                    hash="57554203c8cb4bb303bfa1262f115752fdb9a910",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_294df",
                    table="attendance_register",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="register",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attendance_registerevent" ("academic_year", "id", "marks", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "school_id", "source") VALUES (OLD."academic_year", OLD."id", OLD."marks", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."run_id", OLD."school_id", OLD."source"); RETURN NULL;',
                    hash="79b55161c39d4f9cae390538de412cebeadbd58a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ed8ea",
                    table="attendance_register",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="marknote",
            constraint=models.UniqueConstraint(fields=("register", "place"), name="attendance_note_once"),
        ),
        migrations.AddIndex(
            model_name="markcorrection",
            index=models.Index(fields=["register", "place"], name="attendance_correction_place"),
        ),
        migrations.AddIndex(
            model_name="markconflict",
            index=models.Index(fields=["state", "-on"], name="attendance_conflict_open"),
        ),
        migrations.AddConstraint(
            model_name="markconflict",
            constraint=models.UniqueConstraint(
                fields=("pupil", "academic_year", "place"), name="attendance_conflict_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="markconflict",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attendance_markconflictevent" ("academic_year", "chosen_id", "decided_at", "decided_by_id", "first_id", "first_mark", "id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "pupil_id", "second_id", "second_mark", "session", "state") VALUES (NEW."academic_year", NEW."chosen_id", NEW."decided_at", NEW."decided_by_id", NEW."first_id", NEW."first_mark", NEW."id", NEW."on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."pupil_id", NEW."second_id", NEW."second_mark", NEW."session", NEW."state"); RETURN NULL;',
                    hash="ab1cba5c79ecf29f88e2c12faf9d3265fbe29faa",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a3ba3",
                    table="attendance_markconflict",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="markconflict",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "attendance_markconflictevent" ("academic_year", "chosen_id", "decided_at", "decided_by_id", "first_id", "first_mark", "id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "pupil_id", "second_id", "second_mark", "session", "state") VALUES (NEW."academic_year", NEW."chosen_id", NEW."decided_at", NEW."decided_by_id", NEW."first_id", NEW."first_mark", NEW."id", NEW."on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."pupil_id", NEW."second_id", NEW."second_mark", NEW."session", NEW."state"); RETURN NULL;',
                    hash="ac0a0cecf61d38c188bee1d56e02eb1f0a5ba10b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f6d6b",
                    table="attendance_markconflict",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="markconflict",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attendance_markconflictevent" ("academic_year", "chosen_id", "decided_at", "decided_by_id", "first_id", "first_mark", "id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "pupil_id", "second_id", "second_mark", "session", "state") VALUES (OLD."academic_year", OLD."chosen_id", OLD."decided_at", OLD."decided_by_id", OLD."first_id", OLD."first_mark", OLD."id", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."pupil_id", OLD."second_id", OLD."second_mark", OLD."session", OLD."state"); RETURN NULL;',
                    hash="3fd4c6a532096aae3768b57eabb51cf4de11e33c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_683cf",
                    table="attendance_markconflict",
                    when="AFTER",
                ),
            ),
        ),
    ]
