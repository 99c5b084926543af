import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IndicatorTargetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=10)),
                ("assessment_year", models.PositiveSmallIntegerField()),
                ("prediction", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ("target", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                (
                    "stated_outcome",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="An outcome stated elsewhere (the plan's 2008)",
                        max_digits=5,
                        null=True,
                    ),
                ),
                ("awaited_on", models.DateField(blank=True, help_text="When the outcome is due", null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReportDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(choices=[("restricted", "Restricted"), ("public", "Public")], max_length=10),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("issued", "Issued"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("path", models.CharField(help_text="Below the documents folder", max_length=255)),
                ("pages", models.PositiveSmallIntegerField()),
                ("size", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="ReportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("season", models.CharField(max_length=10)),
                ("as_at", models.DateField()),
                ("title", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("issued", "Issued"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("definitions", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict, help_text="Restricted figures by section; no child's name")),
                ("cohorts", models.JSONField(default=dict, help_text="Pupil ids behind each figure")),
                (
                    "frozen_at",
                    models.DateTimeField(
                        help_text="When the snapshot was taken; none while it is being made", null=True
                    ),
                ),
                ("commentary", models.TextField(blank=True)),
                ("decisions_wanted", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("issued_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["-as_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ReportRunEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField()),
                ("season", models.CharField(max_length=10)),
                ("as_at", models.DateField()),
                ("title", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("issued", "Issued"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("definitions", models.JSONField(default=dict)),
                (
                    "frozen_at",
                    models.DateTimeField(
                        help_text="When the snapshot was taken; none while it is being made", null=True
                    ),
                ),
                ("commentary", models.TextField(blank=True)),
                ("decisions_wanted", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("issued_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IndicatorTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10)),
                ("assessment_year", models.PositiveSmallIntegerField()),
                ("prediction", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ("target", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                (
                    "stated_outcome",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="An outcome stated elsewhere (the plan's 2008)",
                        max_digits=5,
                        null=True,
                    ),
                ),
                ("awaited_on", models.DateField(blank=True, help_text="When the outcome is due", null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["code", "assessment_year"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "assessment_year"), name="reports_target_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("prediction__range", (0, 100)), ("prediction__isnull", True), _connector="OR"
                        ),
                        name="reports_prediction_is_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target__range", (0, 100)), ("target__isnull", True), _connector="OR"),
                        name="reports_target_is_percent",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="indicatortarget",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reports_indicatortargetevent" ("assessment_year", "awaited_on", "code", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prediction", "stated_outcome", "target") VALUES (NEW."assessment_year", NEW."awaited_on", NEW."code", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prediction", NEW."stated_outcome", NEW."target"); RETURN NULL;',
                    hash="b3caffcf6672f2cb7e466ca8c7fb1d2441c21263",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_92a22",
                    table="reports_indicatortarget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="indicatortarget",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reports_indicatortargetevent" ("assessment_year", "awaited_on", "code", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prediction", "stated_outcome", "target") VALUES (NEW."assessment_year", NEW."awaited_on", NEW."code", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prediction", NEW."stated_outcome", NEW."target"); RETURN NULL;',
                    hash="627e5794296424df21e5b0000a245a8ff5588337",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8e5c2",
                    table="reports_indicatortarget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="indicatortarget",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reports_indicatortargetevent" ("assessment_year", "awaited_on", "code", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prediction", "stated_outcome", "target") VALUES (OLD."assessment_year", OLD."awaited_on", OLD."code", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prediction", OLD."stated_outcome", OLD."target"); RETURN NULL;',
                    hash="8aa69195b9ab2f5df5f1f26fab620d73e856abee",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ef494",
                    table="reports_indicatortarget",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="indicatortargetevent",
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
            model_name="indicatortargetevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="reports.indicatortarget",
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="issued_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reportdocument",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="reports.reportrun"
            ),
        ),
        migrations.AddField(
            model_name="reportrunevent",
            name="approved_by",
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
            model_name="reportrunevent",
            name="issued_by",
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
            model_name="reportrunevent",
            name="made_by",
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
            model_name="reportrunevent",
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
            model_name="reportrunevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="reports.reportrun",
            ),
        ),
        migrations.AddField(
            model_name="reportrunevent",
            name="withdrawn_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportrun",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.frozen_at IS NOT NULL AND (OLD.academic_year IS DISTINCT FROM NEW.academic_year OR OLD.season IS DISTINCT FROM NEW.season OR OLD.as_at IS DISTINCT FROM NEW.as_at OR OLD.parameters IS DISTINCT FROM NEW.parameters OR OLD.definitions IS DISTINCT FROM NEW.definitions OR OLD.figures IS DISTINCT FROM NEW.figures OR OLD.cohorts IS DISTINCT FROM NEW.cohorts OR OLD.frozen_at IS DISTINCT FROM NEW.frozen_at))",
                    func="RAISE EXCEPTION 'a frozen report never changes: make a new run';",
                    hash="939acf21e2e13a1d9332db522910581089eb535d",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_1f4f9",
                    table="reports_reportrun",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportrun",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reports_reportrunevent" ("academic_year", "approved_at", "approved_by_id", "as_at", "commentary", "decisions_wanted", "definitions", "frozen_at", "id", "issued_at", "issued_by_id", "made_at", "made_by_id", "parameters", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "season", "state", "title", "withdrawn_at", "withdrawn_because", "withdrawn_by_id") VALUES (NEW."academic_year", NEW."approved_at", NEW."approved_by_id", NEW."as_at", NEW."commentary", NEW."decisions_wanted", NEW."definitions", NEW."frozen_at", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."made_at", NEW."made_by_id", NEW."parameters", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."season", NEW."state", NEW."title", NEW."withdrawn_at", NEW."withdrawn_because", NEW."withdrawn_by_id"); RETURN NULL;',
                    hash="af0cbdb662d977e5868ee797065d89fa588ea2a5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b9bc4",
                    table="reports_reportrun",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportrun",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."academic_year" IS DISTINCT FROM (NEW."academic_year") OR OLD."approved_at" IS DISTINCT FROM (NEW."approved_at") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id") OR OLD."as_at" IS DISTINCT FROM (NEW."as_at") OR OLD."commentary" IS DISTINCT FROM (NEW."commentary") OR OLD."decisions_wanted" IS DISTINCT FROM (NEW."decisions_wanted") OR OLD."definitions" IS DISTINCT FROM (NEW."definitions") OR OLD."frozen_at" IS DISTINCT FROM (NEW."frozen_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."parameters" IS DISTINCT FROM (NEW."parameters") OR OLD."season" IS DISTINCT FROM (NEW."season") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_because" IS DISTINCT FROM (NEW."withdrawn_because") OR OLD."withdrawn_by_id" IS DISTINCT FROM (NEW."withdrawn_by_id"))',
                    func='INSERT INTO "reports_reportrunevent" ("academic_year", "approved_at", "approved_by_id", "as_at", "commentary", "decisions_wanted", "definitions", "frozen_at", "id", "issued_at", "issued_by_id", "made_at", "made_by_id", "parameters", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "season", "state", "title", "withdrawn_at", "withdrawn_because", "withdrawn_by_id") VALUES (NEW."academic_year", NEW."approved_at", NEW."approved_by_id", NEW."as_at", NEW."commentary", NEW."decisions_wanted", NEW."definitions", NEW."frozen_at", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."made_at", NEW."made_by_id", NEW."parameters", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."season", NEW."state", NEW."title", NEW."withdrawn_at", NEW."withdrawn_because", NEW."withdrawn_by_id"); RETURN NULL;',
                    hash="65c65d914afa895e74a8756f9bcb4e84c03497d1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c6e3d",
                    table="reports_reportrun",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportrun",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reports_reportrunevent" ("academic_year", "approved_at", "approved_by_id", "as_at", "commentary", "decisions_wanted", "definitions", "frozen_at", "id", "issued_at", "issued_by_id", "made_at", "made_by_id", "parameters", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "season", "state", "title", "withdrawn_at", "withdrawn_because", "withdrawn_by_id") VALUES (OLD."academic_year", OLD."approved_at", OLD."approved_by_id", OLD."as_at", OLD."commentary", OLD."decisions_wanted", OLD."definitions", OLD."frozen_at", OLD."id", OLD."issued_at", OLD."issued_by_id", OLD."made_at", OLD."made_by_id", OLD."parameters", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."season", OLD."state", OLD."title", OLD."withdrawn_at", OLD."withdrawn_because", OLD."withdrawn_by_id"); RETURN NULL;',
                    hash="7c6429b4e2caac8389ce5c90ea07141bc096774d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_62081",
                    table="reports_reportrun",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdocument",
            constraint=models.UniqueConstraint(fields=("run", "audience", "state"), name="reports_document_once"),
        ),
    ]
