import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("pupils", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GcseSchemeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("assessment_year", models.PositiveSmallIntegerField(help_text="2010 is summer 2010")),
                ("budget", models.DecimalField(decimal_places=2, max_digits=9)),
                ("letters_due_on", models.DateField()),
                ("payments_due_on", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SchemeLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="SchemeLetterEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("sent_on", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GcseScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessment_year", models.PositiveSmallIntegerField(help_text="2010 is summer 2010", unique=True)),
                ("budget", models.DecimalField(decimal_places=2, max_digits=9)),
                ("letters_due_on", models.DateField()),
                ("payments_due_on", models.DateField()),
            ],
            options={
                "ordering": ["-assessment_year"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("budget__gt", 0)), name="incentives_scheme_has_money"),
                    models.CheckConstraint(
                        condition=models.Q(("payments_due_on__gt", models.F("letters_due_on"))),
                        name="incentives_scheme_pays_after_telling",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gcsescheme",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "incentives_gcseschemeevent" ("assessment_year", "budget", "id", "letters_due_on", "payments_due_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."assessment_year", NEW."budget", NEW."id", NEW."letters_due_on", NEW."payments_due_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="dce264a52b5b0f7eb2e81a27d12a322647c177d4",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1524f",
                    table="incentives_gcsescheme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gcsescheme",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "incentives_gcseschemeevent" ("assessment_year", "budget", "id", "letters_due_on", "payments_due_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."assessment_year", NEW."budget", NEW."id", NEW."letters_due_on", NEW."payments_due_on", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="ec2d5f519aa7608b25d23f646d81fd24918b4de9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b7028",
                    table="incentives_gcsescheme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gcsescheme",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "incentives_gcseschemeevent" ("assessment_year", "budget", "id", "letters_due_on", "payments_due_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."assessment_year", OLD."budget", OLD."id", OLD."letters_due_on", OLD."payments_due_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="d4da57230a1b8454f80547447244a4f877a6bdfc",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_866f1",
                    table="incentives_gcsescheme",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="gcseschemeevent",
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
            model_name="gcseschemeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="incentives.gcsescheme",
            ),
        ),
        migrations.AddField(
            model_name="schemeletter",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="scheme_letters", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="schemeletter",
            name="scheme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="incentives.gcsescheme"
            ),
        ),
        migrations.AddField(
            model_name="schemeletterevent",
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
            model_name="schemeletterevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="incentives.schemeletter",
            ),
        ),
        migrations.AddField(
            model_name="schemeletterevent",
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
            model_name="schemeletterevent",
            name="scheme",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="incentives.gcsescheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="schemeletter",
            constraint=models.UniqueConstraint(fields=("scheme", "pupil"), name="incentives_letter_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schemeletter",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "incentives_schemeletterevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "scheme_id", "sent_on") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."scheme_id", NEW."sent_on"); RETURN NULL;',
                    hash="fd7d3280d79a000b06073dd00d95119d1f4eb078",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a02c2",
                    table="incentives_schemeletter",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schemeletter",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "incentives_schemeletterevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "scheme_id", "sent_on") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."scheme_id", NEW."sent_on"); RETURN NULL;',
                    hash="0411486b13b18f31db31096b17abbcd61615ffcc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d466d",
                    table="incentives_schemeletter",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schemeletter",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "incentives_schemeletterevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "scheme_id", "sent_on") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."scheme_id", OLD."sent_on"); RETURN NULL;',
                    hash="122b51c37768ea63858a0d8d1c3a20a413190958",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_674d6",
                    table="incentives_schemeletter",
                    when="AFTER",
                ),
            ),
        ),
    ]
