import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pupils", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("SUSP", "Suspension"),
                            ("PERM", "Permanent exclusion"),
                            ("LNCH", "Lunchtime suspension"),
                        ],
                        max_length=4,
                    ),
                ),
                ("from_on", models.DateField()),
                ("sessions", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "ordering": ["-from_on"],
            },
        ),
        migrations.CreateModel(
            name="ExclusionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("SUSP", "Suspension"),
                            ("PERM", "Permanent exclusion"),
                            ("LNCH", "Lunchtime suspension"),
                        ],
                        max_length=4,
                    ),
                ),
                ("from_on", models.DateField()),
                ("sessions", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="exclusion",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="exclusions", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="exclusionevent",
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
            model_name="exclusionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="provision.exclusion",
            ),
        ),
        migrations.AddField(
            model_name="exclusionevent",
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
            model_name="exclusionevent",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="schools.school",
            ),
        ),
        migrations.AddIndex(
            model_name="exclusion",
            index=models.Index(fields=["from_on"], name="provision_exclusion_from"),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.UniqueConstraint(fields=("pupil", "from_on"), name="provision_exclusion_once"),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category", "PERM"), ("sessions__isnull", True)),
                    models.Q(
                        models.Q(("category", "PERM"), _negated=True), ("sessions__gt", 0), ("sessions__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="provision_sessions_unless_permanent",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exclusion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "provision_exclusionevent" ("category", "from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "school_id", "sessions") VALUES (NEW."category", NEW."from_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."school_id", NEW."sessions"); RETURN NULL;',
                    hash="9b563c7548bdbbf1c8684a9002dac480ecb5a5d3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_74e02",
                    table="provision_exclusion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exclusion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "provision_exclusionevent" ("category", "from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "school_id", "sessions") VALUES (NEW."category", NEW."from_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."school_id", NEW."sessions"); RETURN NULL;',
                    hash="66fe8c9196b8d6fa874caabb582a4ccb2b8a9537",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_95cde",
                    table="provision_exclusion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exclusion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "provision_exclusionevent" ("category", "from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "school_id", "sessions") VALUES (OLD."category", OLD."from_on", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."school_id", OLD."sessions"); RETURN NULL;',
                    hash="f4722c4ed068c7c05117b9ee62547627821f1ea0",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8c687",
                    table="provision_exclusion",
                    when="AFTER",
                ),
            ),
        ),
    ]
