import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("pupils", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=6, unique=True)),
                ("theme", models.CharField(max_length=80)),
                ("text", models.CharField(max_length=250)),
                ("from_age", models.PositiveSmallIntegerField(default=0)),
                (
                    "to_age",
                    models.PositiveSmallIntegerField(
                        help_text="The last age it is meant for; empty: no end", null=True
                    ),
                ),
                ("months_in_care", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="CommitmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=6)),
                ("theme", models.CharField(max_length=80)),
                ("text", models.CharField(max_length=250)),
                ("from_age", models.PositiveSmallIntegerField(default=0)),
                (
                    "to_age",
                    models.PositiveSmallIntegerField(
                        help_text="The last age it is meant for; empty: no end", null=True
                    ),
                ),
                ("months_in_care", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CommitmentRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("kept", "Kept"),
                            ("partly", "Partly kept"),
                            ("not_kept", "Not kept"),
                            ("not_due", "Not yet due"),
                            ("not_applicable", "Does not apply"),
                            ("declined", "Child declined"),
                        ],
                        max_length=15,
                    ),
                ),
                ("recorded_on", models.DateField()),
            ],
            options={
                "ordering": ["commitment", "-recorded_on"],
            },
        ),
        migrations.CreateModel(
            name="CommitmentRecordEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("kept", "Kept"),
                            ("partly", "Partly kept"),
                            ("not_kept", "Not kept"),
                            ("not_due", "Not yet due"),
                            ("not_applicable", "Does not apply"),
                            ("declined", "Child declined"),
                        ],
                        max_length=15,
                    ),
                ),
                ("recorded_on", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pledge_commitmentevent" ("code", "from_age", "id", "is_active", "months_in_care", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "theme", "to_age") VALUES (NEW."code", NEW."from_age", NEW."id", NEW."is_active", NEW."months_in_care", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."text", NEW."theme", NEW."to_age"); RETURN NULL;',
                    hash="9698da84ee9be27cfe0987515c4c707b1af1b32a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b9b51",
                    table="pledge_commitment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pledge_commitmentevent" ("code", "from_age", "id", "is_active", "months_in_care", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "theme", "to_age") VALUES (NEW."code", NEW."from_age", NEW."id", NEW."is_active", NEW."months_in_care", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."text", NEW."theme", NEW."to_age"); RETURN NULL;',
                    hash="1547533c7d7587b3f3665b8912ec7265fed16c5d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_edb3f",
                    table="pledge_commitment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pledge_commitmentevent" ("code", "from_age", "id", "is_active", "months_in_care", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "theme", "to_age") VALUES (OLD."code", OLD."from_age", OLD."id", OLD."is_active", OLD."months_in_care", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text", OLD."theme", OLD."to_age"); RETURN NULL;',
                    hash="42878b4a6bf10f720e787d51a1666a0db3502204",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f73bd",
                    table="pledge_commitment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="commitmentevent",
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
            model_name="commitmentevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pledge.commitment",
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecord",
            name="commitment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="records", to="pledge.commitment"
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecord",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="commitment_records", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecord",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecordevent",
            name="commitment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="pledge.commitment",
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecordevent",
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
            model_name="commitmentrecordevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pledge.commitmentrecord",
            ),
        ),
        migrations.AddField(
            model_name="commitmentrecordevent",
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
            model_name="commitmentrecordevent",
            name="recorded_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentrecord",
            constraint=models.UniqueConstraint(
                fields=("pupil", "commitment", "recorded_on"), name="pledge_record_once_a_day"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitmentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pledge_commitmentrecordevent" ("answer", "commitment_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "recorded_by_id", "recorded_on") VALUES (NEW."answer", NEW."commitment_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."recorded_by_id", NEW."recorded_on"); RETURN NULL;',
                    hash="96b92bf47d116a6a40c32520156d845bbc5e04a7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_38241",
                    table="pledge_commitmentrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitmentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pledge_commitmentrecordevent" ("answer", "commitment_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "recorded_by_id", "recorded_on") VALUES (NEW."answer", NEW."commitment_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."recorded_by_id", NEW."recorded_on"); RETURN NULL;',
                    hash="fd10b63d0826b4d63ea3dcdbc23a0d4d5ec375a1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_eb315",
                    table="pledge_commitmentrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="commitmentrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pledge_commitmentrecordevent" ("answer", "commitment_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "recorded_by_id", "recorded_on") VALUES (OLD."answer", OLD."commitment_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."recorded_by_id", OLD."recorded_on"); RETURN NULL;',
                    hash="1a7fe2473320e506738efa451f6c6e77ab6d8166",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7c3b9",
                    table="pledge_commitmentrecord",
                    when="AFTER",
                ),
            ),
        ),
    ]
