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
            name="PEP",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField()),
                (
                    "season",
                    models.CharField(
                        choices=[("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "Due"), ("held", "Meeting held"), ("complete", "Complete")],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("due_because", models.CharField(max_length=300)),
                ("held_on", models.DateField(null=True)),
            ],
            options={
                "ordering": ["-due_on"],
            },
        ),
        migrations.CreateModel(
            name="PEPEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField()),
                (
                    "season",
                    models.CharField(
                        choices=[("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "Due"), ("held", "Meeting held"), ("complete", "Complete")],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("due_because", models.CharField(max_length=300)),
                ("held_on", models.DateField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="pep",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="peps", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="pepevent",
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
            model_name="pepevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="peps.pep",
            ),
        ),
        migrations.AddField(
            model_name="pepevent",
            name="pupil",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="pupils.pupil",
            ),
        ),
        migrations.AddIndex(
            model_name="pep",
            index=models.Index(fields=["academic_year", "season", "state"], name="peps_pep_term"),
        ),
        migrations.AddConstraint(
            model_name="pep",
            constraint=models.UniqueConstraint(
                fields=("pupil", "academic_year", "season"), name="peps_pep_once_a_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="pep",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "due"), ("held_on__isnull", False), _connector="OR"),
                name="peps_held_has_a_date",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "peps_pepevent" ("academic_year", "due_because", "due_on", "held_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "season", "state") VALUES (NEW."academic_year", NEW."due_because", NEW."due_on", NEW."held_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."season", NEW."state"); RETURN NULL;',
                    hash="8dea98b97fc0f4dcd6754c6e70c2f19e9969e3dc",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_89695",
                    table="peps_pep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pep",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "peps_pepevent" ("academic_year", "due_because", "due_on", "held_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "season", "state") VALUES (NEW."academic_year", NEW."due_because", NEW."due_on", NEW."held_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."season", NEW."state"); RETURN NULL;',
                    hash="2afdd451e8b702446b44cc65bdcdc2593528364c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_76b25",
                    table="peps_pep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pep",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "peps_pepevent" ("academic_year", "due_because", "due_on", "held_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "season", "state") VALUES (OLD."academic_year", OLD."due_because", OLD."due_on", OLD."held_on", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."season", OLD."state"); RETURN NULL;',
                    hash="e8567792832c37e91dfa7992e02a50e37bab2cc3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_33b77",
                    table="peps_pep",
                    when="AFTER",
                ),
            ),
        ),
    ]
