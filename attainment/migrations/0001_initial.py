import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("pupils", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Qualification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("key", models.CharField(help_text="Folded name, for matching", max_length=100, unique=True)),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="Of the built-in list; none for others",
                        max_length=40,
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("KS2", "Key Stage 2"), ("KS4", "Key Stage 4")], default="KS4", max_length=3
                    ),
                ),
                ("is_teacher_assessment", models.BooleanField(default=False, help_text="Kept, and not a test")),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("level", "Level"),
                            ("letter", "Letter"),
                            ("double letter", "Double letter"),
                            ("pass, merit, distinction", "Pass, merit, distinction"),
                        ],
                        default="letter",
                        max_length=30,
                        verbose_name="how grades are written",
                    ),
                ),
                ("size", models.DecimalField(decimal_places=2, help_text="1 is one GCSE", max_digits=4, null=True)),
                (
                    "level2_grades",
                    models.CharField(blank=True, help_text="Grades that pass level 2, by blanks", max_length=200),
                ),
                (
                    "is_gcse",
                    models.BooleanField(default=False, help_text="May serve as the English or mathematics GCSE"),
                ),
                (
                    "counts_from",
                    models.PositiveSmallIntegerField(help_text="First assessment year in which it counts", null=True),
                ),
                ("mapped", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="QualificationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(help_text="Folded name, for matching", max_length=100)),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="Of the built-in list; none for others", max_length=40, null=True
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("KS2", "Key Stage 2"), ("KS4", "Key Stage 4")], default="KS4", max_length=3
                    ),
                ),
                ("is_teacher_assessment", models.BooleanField(default=False, help_text="Kept, and not a test")),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("level", "Level"),
                            ("letter", "Letter"),
                            ("double letter", "Double letter"),
                            ("pass, merit, distinction", "Pass, merit, distinction"),
                        ],
                        default="letter",
                        max_length=30,
                        verbose_name="how grades are written",
                    ),
                ),
                ("size", models.DecimalField(decimal_places=2, help_text="1 is one GCSE", max_digits=4, null=True)),
                (
                    "level2_grades",
                    models.CharField(blank=True, help_text="Grades that pass level 2, by blanks", max_length=200),
                ),
                (
                    "is_gcse",
                    models.BooleanField(default=False, help_text="May serve as the English or mathematics GCSE"),
                ),
                (
                    "counts_from",
                    models.PositiveSmallIntegerField(help_text="First assessment year in which it counts", null=True),
                ),
                ("mapped", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessment_year", models.PositiveSmallIntegerField(help_text="2009 is summer 2009")),
                ("stage", models.CharField(choices=[("KS2", "Key Stage 2"), ("KS4", "Key Stage 4")], max_length=3)),
                ("subject", models.CharField(max_length=100)),
                ("subject_key", models.CharField(help_text="Folded subject, for matching", max_length=100)),
                ("grade", models.CharField(max_length=20)),
                ("size", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("level2_pass", models.BooleanField(null=True)),
                ("sat_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ResultEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("assessment_year", models.PositiveSmallIntegerField(help_text="2009 is summer 2009")),
                ("stage", models.CharField(choices=[("KS2", "Key Stage 2"), ("KS4", "Key Stage 4")], max_length=3)),
                ("subject", models.CharField(max_length=100)),
                ("subject_key", models.CharField(help_text="Folded subject, for matching", max_length=100)),
                ("grade", models.CharField(max_length=20)),
                ("size", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("level2_pass", models.BooleanField(null=True)),
                ("sat_on", models.DateField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IndicatorFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10)),
                ("assessment_year", models.PositiveSmallIntegerField()),
                ("basis", models.CharField(max_length=15)),
                ("definition", models.CharField(help_text="Version of the definition that was used", max_length=20)),
                ("as_at", models.DateField()),
                ("numerator", models.PositiveIntegerField()),
                ("denominator", models.PositiveIntegerField()),
                ("review", models.PositiveIntegerField()),
                (
                    "unmatched",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="In the 12-month cohort and year group, without any result of the stage and year",
                    ),
                ),
                (
                    "looked_after",
                    models.PositiveIntegerField(
                        default=0, help_text="All children looked after at any time in the window"
                    ),
                ),
                ("continuous", models.PositiveIntegerField(default=0, help_text="Of them, for all twelve months")),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["code", "assessment_year"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "assessment_year", "basis"), name="attainment_figure_once"),
                    models.CheckConstraint(
                        condition=models.Q(("numerator__lte", models.F("denominator"))),
                        name="attainment_figure_n_within_d",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorPupil",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(choices=[("in", "In"), ("out", "Out"), ("review", "Review")], max_length=6),
                ),
                ("in_denominator", models.BooleanField()),
                ("in_numerator", models.BooleanField()),
                ("reason", models.TextField()),
                ("flags", models.JSONField(default=list)),
                (
                    "figure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pupils",
                        to="attainment.indicatorfigure",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="indicatorpupil",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="indicator_rows", to="pupils.pupil"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="qualification",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attainment_qualificationevent" ("code", "counts_from", "id", "is_gcse", "is_teacher_assessment", "key", "level2_grades", "mapped", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "size", "stage") VALUES (NEW."code", NEW."counts_from", NEW."id", NEW."is_gcse", NEW."is_teacher_assessment", NEW."key", NEW."level2_grades", NEW."mapped", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."scheme", NEW."size", NEW."stage"); RETURN NULL;',
                    hash="ac0c40037813a2bb56e2c7dbdf1fe34570439899",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b20ce",
                    table="attainment_qualification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="qualification",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "attainment_qualificationevent" ("code", "counts_from", "id", "is_gcse", "is_teacher_assessment", "key", "level2_grades", "mapped", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "size", "stage") VALUES (NEW."code", NEW."counts_from", NEW."id", NEW."is_gcse", NEW."is_teacher_assessment", NEW."key", NEW."level2_grades", NEW."mapped", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."scheme", NEW."size", NEW."stage"); RETURN NULL;',
                    hash="cf66201120d0338fce2229423683c09ea3b74613",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_be2d8",
                    table="attainment_qualification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="qualification",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attainment_qualificationevent" ("code", "counts_from", "id", "is_gcse", "is_teacher_assessment", "key", "level2_grades", "mapped", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheme", "size", "stage") VALUES (OLD."code", OLD."counts_from", OLD."id", OLD."is_gcse", OLD."is_teacher_assessment", OLD."key", OLD."level2_grades", OLD."mapped", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."scheme", OLD."size", OLD."stage"); RETURN NULL;',
                    hash="8b8888156b8ee3ae015b879360a431b1b22c9cf7",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_09e9d",
                    table="attainment_qualification",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="qualificationevent",
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
            model_name="qualificationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="attainment.qualification",
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="results", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="qualification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="results", to="attainment.qualification"
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="resultevent",
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
            model_name="resultevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="attainment.result",
            ),
        ),
        migrations.AddField(
            model_name="resultevent",
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
            model_name="resultevent",
            name="qualification",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="attainment.qualification",
            ),
        ),
        migrations.AddField(
            model_name="resultevent",
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
        migrations.AddConstraint(
            model_name="indicatorpupil",
            constraint=models.UniqueConstraint(fields=("figure", "pupil"), name="attainment_figurepupil_once"),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["stage", "assessment_year"], name="attainment_result_year"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(
                fields=("pupil", "assessment_year", "stage", "subject_key", "qualification", "sat_on"),
                name="attainment_result_once",
                nulls_distinct=False,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="result",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "attainment_resultevent" ("assessment_year", "grade", "id", "level2_pass", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "qualification_id", "run_id", "sat_on", "size", "stage", "subject", "subject_key") VALUES (OLD."assessment_year", OLD."grade", OLD."id", OLD."level2_pass", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."pupil_id", OLD."qualification_id", OLD."run_id", OLD."sat_on", OLD."size", OLD."stage", OLD."subject", OLD."subject_key"); RETURN NULL;',
                    hash="b745fdd5b0268711a3c5994ea6dd31656ffe5fd7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2068a",
                    table="attainment_result",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="result",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "attainment_resultevent" ("assessment_year", "grade", "id", "level2_pass", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "qualification_id", "run_id", "sat_on", "size", "stage", "subject", "subject_key") VALUES (OLD."assessment_year", OLD."grade", OLD."id", OLD."level2_pass", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."qualification_id", OLD."run_id", OLD."sat_on", OLD."size", OLD."stage", OLD."subject", OLD."subject_key"); RETURN NULL;',
                    hash="a5743dacf784ff1aea30ef4ea033cdf415ef1596",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e21ea",
                    table="attainment_result",
                    when="AFTER",
                ),
            ),
        ),
    ]
