import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.db.ranges


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerUPN",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("upn", models.CharField(db_index=True, max_length=13, verbose_name="UPN")),
            ],
        ),
        migrations.CreateModel(
            name="PupilEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("child_id", models.CharField(max_length=20, verbose_name="child id")),
                ("upn", models.CharField(blank=True, max_length=13, verbose_name="UPN")),
                ("upn_unknown_reason", models.CharField(blank=True, max_length=3, verbose_name="why there is no UPN")),
                ("uln", models.CharField(blank=True, max_length=10, verbose_name="ULN")),
                ("surname", models.CharField(blank=True, max_length=80)),
                ("forename", models.CharField(blank=True, max_length=80)),
                ("known_as", models.CharField(blank=True, max_length=80)),
                ("sort_name", models.CharField(blank=True, help_text="Folded, for sorting and search", max_length=170)),
                ("dob", models.DateField(null=True, verbose_name="date of birth")),
                (
                    "sex",
                    models.CharField(
                        choices=[("M", "Male"), ("F", "Female"), ("U", "Not known")], default="U", max_length=1
                    ),
                ),
                ("ethnicity", models.CharField(blank=True, max_length=12)),
                (
                    "send",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("N", "No special educational need"),
                            ("K", "SEN support"),
                            ("E", "Education, health and care plan"),
                            ("S", "Statement"),
                        ],
                        max_length=1,
                        verbose_name="SEND",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReturnRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "table",
                    models.CharField(
                        choices=[
                            ("reviews", "Reviews"),
                            ("uasc", "Unaccompanied asylum-seeking child"),
                            ("oc2", "Health and offending (OC2)"),
                            ("previous_permanence", "Previous permanence"),
                            ("missing", "Missing from care"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="What tells two rows of one child apart (a date)", max_length=40
                    ),
                ),
                ("on", models.DateField(null=True)),
                ("data", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ReturnRecordEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "table",
                    models.CharField(
                        choices=[
                            ("reviews", "Reviews"),
                            ("uasc", "Unaccompanied asylum-seeking child"),
                            ("oc2", "Health and offending (OC2)"),
                            ("previous_permanence", "Previous permanence"),
                            ("missing", "Missing from care"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="What tells two rows of one child apart (a date)", max_length=40
                    ),
                ),
                ("on", models.DateField(null=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SchoolPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "Main school"),
                            ("dual", "Dual registration"),
                            ("alternative", "Alternative provision"),
                        ],
                        default="main",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["pupil", "from_on"],
            },
        ),
        migrations.CreateModel(
            name="SchoolPlaceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "Main school"),
                            ("dual", "Dual registration"),
                            ("alternative", "Alternative provision"),
                        ],
                        default="main",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="YearGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("academic_year", models.PositiveSmallIntegerField(help_text="Year it starts: 2008 is 2008/09")),
                ("nc_year", models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="YearGroupEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("academic_year", models.PositiveSmallIntegerField(help_text="Year it starts: 2008 is 2008/09")),
                ("nc_year", models.SmallIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("adviser", "LAC education adviser"),
                            ("social_worker", "Social worker"),
                            ("iro", "Independent reviewing officer"),
                        ],
                        max_length=15,
                    ),
                ),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareEpisode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decom", models.DateField(verbose_name="episode began (DECOM)")),
                ("rne", models.CharField(blank=True, max_length=12, verbose_name="reason for new episode")),
                ("ls", models.CharField(blank=True, max_length=12, verbose_name="legal status")),
                ("cin", models.CharField(blank=True, max_length=12, verbose_name="category of need")),
                ("place", models.CharField(blank=True, max_length=12, verbose_name="placement type")),
                ("place_provider", models.CharField(blank=True, max_length=12, verbose_name="placement provider")),
                ("dec", models.DateField(null=True, verbose_name="episode ceased (DEC)")),
                ("rec", models.CharField(blank=True, max_length=12, verbose_name="reason episode ceased")),
                ("reason_place_change", models.CharField(blank=True, max_length=12)),
                ("home_post", models.CharField(blank=True, max_length=12, verbose_name="home postcode")),
                ("pl_post", models.CharField(blank=True, max_length=12, verbose_name="placement postcode")),
                ("ofsted_urn", models.CharField(blank=True, max_length=12, verbose_name="placement's Ofsted URN")),
                ("run", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun")),
            ],
            options={
                "ordering": ["pupil", "decom"],
            },
        ),
        migrations.CreateModel(
            name="Pupil",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("child_id", models.CharField(max_length=20, unique=True, verbose_name="child id")),
                ("upn", models.CharField(blank=True, db_index=True, max_length=13, verbose_name="UPN")),
                ("upn_unknown_reason", models.CharField(blank=True, max_length=3, verbose_name="why there is no UPN")),
                ("uln", models.CharField(blank=True, max_length=10, verbose_name="ULN")),
                ("surname", models.CharField(blank=True, max_length=80)),
                ("forename", models.CharField(blank=True, max_length=80)),
                ("known_as", models.CharField(blank=True, max_length=80)),
                (
                    "sort_name",
                    models.CharField(
                        blank=True, db_index=True, help_text="Folded, for sorting and search", max_length=170
                    ),
                ),
                ("dob", models.DateField(null=True, verbose_name="date of birth")),
                (
                    "sex",
                    models.CharField(
                        choices=[("M", "Male"), ("F", "Female"), ("U", "Not known")], default="U", max_length=1
                    ),
                ),
                ("ethnicity", models.CharField(blank=True, max_length=12)),
                (
                    "send",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("N", "No special educational need"),
                            ("K", "SEN support"),
                            ("E", "Education, health and care plan"),
                            ("S", "Statement"),
                        ],
                        max_length=1,
                        verbose_name="SEND",
                    ),
                ),
            ],
            options={
                "ordering": ["sort_name", "child_id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("upn", ""), _negated=True), fields=("upn",), name="pupils_pupil_upn_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerUPNEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("upn", models.CharField(max_length=13, verbose_name="UPN")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="pupils.formerupn",
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pupils.pupil",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="formerupn",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="former_upns", to="pupils.pupil"
            ),
        ),
        migrations.CreateModel(
            name="CareEpisodeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("decom", models.DateField(verbose_name="episode began (DECOM)")),
                ("rne", models.CharField(blank=True, max_length=12, verbose_name="reason for new episode")),
                ("ls", models.CharField(blank=True, max_length=12, verbose_name="legal status")),
                ("cin", models.CharField(blank=True, max_length=12, verbose_name="category of need")),
                ("place", models.CharField(blank=True, max_length=12, verbose_name="placement type")),
                ("place_provider", models.CharField(blank=True, max_length=12, verbose_name="placement provider")),
                ("dec", models.DateField(null=True, verbose_name="episode ceased (DEC)")),
                ("rec", models.CharField(blank=True, max_length=12, verbose_name="reason episode ceased")),
                ("reason_place_change", models.CharField(blank=True, max_length=12)),
                ("home_post", models.CharField(blank=True, max_length=12, verbose_name="home postcode")),
                ("pl_post", models.CharField(blank=True, max_length=12, verbose_name="placement postcode")),
                ("ofsted_urn", models.CharField(blank=True, max_length=12, verbose_name="placement's Ofsted URN")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="pupils.careepisode",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.feedrun",
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pupils.pupil",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="careepisode",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="episodes", to="pupils.pupil"
            ),
        ),
        migrations.CreateModel(
            name="AllocationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("adviser", "LAC education adviser"),
                            ("social_worker", "Social worker"),
                            ("iro", "Independent reviewing officer"),
                        ],
                        max_length=15,
                    ),
                ),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="pupils.allocation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pupils.pupil",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="allocation",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="allocations", to="pupils.pupil"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pupil",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_pupilevent" ("child_id", "dob", "ethnicity", "forename", "id", "known_as", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "send", "sex", "sort_name", "surname", "uln", "upn", "upn_unknown_reason") VALUES (NEW."child_id", NEW."dob", NEW."ethnicity", NEW."forename", NEW."id", NEW."known_as", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."send", NEW."sex", NEW."sort_name", NEW."surname", NEW."uln", NEW."upn", NEW."upn_unknown_reason"); RETURN NULL;',
                    hash="025e5b50d4da5690ba026035774545ebde418af9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4dca8",
                    table="pupils_pupil",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pupil",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_pupilevent" ("child_id", "dob", "ethnicity", "forename", "id", "known_as", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "send", "sex", "sort_name", "surname", "uln", "upn", "upn_unknown_reason") VALUES (NEW."child_id", NEW."dob", NEW."ethnicity", NEW."forename", NEW."id", NEW."known_as", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."send", NEW."sex", NEW."sort_name", NEW."surname", NEW."uln", NEW."upn", NEW."upn_unknown_reason"); RETURN NULL;',
                    hash="150a567d68bff36235f64c9b31364208b8186706",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b1c6e",
                    table="pupils_pupil",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pupil",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_pupilevent" ("child_id", "dob", "ethnicity", "forename", "id", "known_as", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "send", "sex", "sort_name", "surname", "uln", "upn", "upn_unknown_reason") VALUES (OLD."child_id", OLD."dob", OLD."ethnicity", OLD."forename", OLD."id", OLD."known_as", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."send", OLD."sex", OLD."sort_name", OLD."surname", OLD."uln", OLD."upn", OLD."upn_unknown_reason"); RETURN NULL;',
                    hash="d7587cffa06dd37516469689b17451463394b5a9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_85af3",
                    table="pupils_pupil",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="pupilevent",
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
            model_name="pupilevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pupils.pupil",
            ),
        ),
        migrations.AddField(
            model_name="returnrecord",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="return_records", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="returnrecord",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="returnrecordevent",
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
            model_name="returnrecordevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pupils.returnrecord",
            ),
        ),
        migrations.AddField(
            model_name="returnrecordevent",
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
            model_name="returnrecordevent",
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
            model_name="schoolplace",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="school_places", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="schoolplace",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="schoolplace",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="places", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="schoolplaceevent",
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
            model_name="schoolplaceevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pupils.schoolplace",
            ),
        ),
        migrations.AddField(
            model_name="schoolplaceevent",
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
            model_name="schoolplaceevent",
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
            model_name="schoolplaceevent",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="schools.school",
            ),
        ),
        migrations.AddField(
            model_name="yeargroup",
            name="pupil",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="year_groups", to="pupils.pupil"
            ),
        ),
        migrations.AddField(
            model_name="yeargroup",
            name="run",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="core.feedrun"),
        ),
        migrations.AddField(
            model_name="yeargroupevent",
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
            model_name="yeargroupevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="pupils.yeargroup",
            ),
        ),
        migrations.AddField(
            model_name="yeargroupevent",
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
            model_name="yeargroupevent",
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
            model_name="formerupn",
            constraint=models.UniqueConstraint(fields=("pupil", "upn"), name="pupils_formerupn_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="formerupn",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_formerupnevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "upn") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."upn"); RETURN NULL;',
                    hash="c1a3cdeefc8562fe7920438e466584ea25362bad",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5685b",
                    table="pupils_formerupn",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="formerupn",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_formerupnevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "upn") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."upn"); RETURN NULL;',
                    hash="af84a0ea6a10bce522c4cdf509e29f495a90ac05",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_22131",
                    table="pupils_formerupn",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="formerupn",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_formerupnevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "upn") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."upn"); RETURN NULL;',
                    hash="33c63d8d70a64bd7d0d703957bb7fb82e67c9662",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d4135",
                    table="pupils_formerupn",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="careepisode",
            index=models.Index(fields=["decom", "dec"], name="pupils_episode_span"),
        ),
        migrations.AddConstraint(
            model_name="careepisode",
            constraint=models.UniqueConstraint(fields=("pupil", "decom"), name="pupils_episode_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careepisode",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_careepisodeevent" ("cin", "dec", "decom", "home_post", "id", "ls", "ofsted_urn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pl_post", "place", "place_provider", "pupil_id", "reason_place_change", "rec", "rne", "run_id") VALUES (OLD."cin", OLD."dec", OLD."decom", OLD."home_post", OLD."id", OLD."ls", OLD."ofsted_urn", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."pl_post", OLD."place", OLD."place_provider", OLD."pupil_id", OLD."reason_place_change", OLD."rec", OLD."rne", OLD."run_id"); RETURN NULL;',
                    hash="9bd71aadc37d73156ce5dd5a640fedff4569f03f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e05ad",
                    table="pupils_careepisode",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careepisode",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_careepisodeevent" ("cin", "dec", "decom", "home_post", "id", "ls", "ofsted_urn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pl_post", "place", "place_provider", "pupil_id", "reason_place_change", "rec", "rne", "run_id") VALUES (OLD."cin", OLD."dec", OLD."decom", OLD."home_post", OLD."id", OLD."ls", OLD."ofsted_urn", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pl_post", OLD."place", OLD."place_provider", OLD."pupil_id", OLD."reason_place_change", OLD."rec", OLD."rne", OLD."run_id"); RETURN NULL;',
                    hash="decbfc553dd3944e9200764460e4618b273e1213",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_54c24",
                    table="pupils_careepisode",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["user", "to_on"], name="pupils_allocation_user"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_on__isnull", True), ("to_on__gt", models.F("from_on")), _connector="OR"),
                name="pupils_allocation_to_after_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "adviser")),
                expressions=[
                    (core.db.ranges.Int8Range("pupil_id", "pupil_id", models.Value("[]")), "&&"),
                    (core.db.ranges.DateRange("from_on", "to_on", models.Value("[)")), "&&"),
                ],
                name="pupils_one_adviser",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "social_worker")),
                expressions=[
                    (core.db.ranges.Int8Range("pupil_id", "pupil_id", models.Value("[]")), "&&"),
                    (core.db.ranges.DateRange("from_on", "to_on", models.Value("[)")), "&&"),
                ],
                name="pupils_one_social_worker",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "iro")),
                expressions=[
                    (core.db.ranges.Int8Range("pupil_id", "pupil_id", models.Value("[]")), "&&"),
                    (core.db.ranges.DateRange("from_on", "to_on", models.Value("[)")), "&&"),
                ],
                name="pupils_one_iro",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_allocationevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "to_on", "user_id") VALUES (NEW."from_on", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."to_on", NEW."user_id"); RETURN NULL;',
                    hash="c49f36dd2ef6689aef98770fd9eadf6b83b206e5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7d18b",
                    table="pupils_allocation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_allocationevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "to_on", "user_id") VALUES (NEW."from_on", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."to_on", NEW."user_id"); RETURN NULL;',
                    hash="c578336dc61be9a1221ba3c444d839e17c63f169",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_882af",
                    table="pupils_allocation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_allocationevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "to_on", "user_id") VALUES (OLD."from_on", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."to_on", OLD."user_id"); RETURN NULL;',
                    hash="94c27ab03cc6c336974120c8d3e2d2205dd393ec",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_510bf",
                    table="pupils_allocation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="returnrecord",
            constraint=models.UniqueConstraint(fields=("pupil", "table", "key"), name="pupils_returnrecord_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="returnrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_returnrecordevent" ("data", "id", "key", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "table") VALUES (OLD."data", OLD."id", OLD."key", OLD."on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."pupil_id", OLD."run_id", OLD."table"); RETURN NULL;',
                    hash="3c13ae4807774cb8eeaf39b7eb71819223e61dfe",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f857b",
                    table="pupils_returnrecord",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="returnrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_returnrecordevent" ("data", "id", "key", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "table") VALUES (OLD."data", OLD."id", OLD."key", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."run_id", OLD."table"); RETURN NULL;',
                    hash="0e43eb7c492c1c78c3af49ea41adb262a5c09e5b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3432e",
                    table="pupils_returnrecord",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="schoolplace",
            index=models.Index(fields=["school", "from_on", "to_on"], name="pupils_place_school"),
        ),
        migrations.AddConstraint(
            model_name="schoolplace",
            constraint=models.UniqueConstraint(fields=("pupil", "school", "from_on"), name="pupils_place_once"),
        ),
        migrations.AddConstraint(
            model_name="schoolplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_on__isnull", True), ("to_on__gt", models.F("from_on")), _connector="OR"),
                name="pupils_place_to_after_from",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolplace",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_schoolplaceevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "school_id", "to_on") VALUES (NEW."from_on", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."run_id", NEW."school_id", NEW."to_on"); RETURN NULL;',
                    hash="8af7d8fbe7421ce07bc888dab3f7a33d3224ce46",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4dd2d",
                    table="pupils_schoolplace",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolplace",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_schoolplaceevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "school_id", "to_on") VALUES (NEW."from_on", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."run_id", NEW."school_id", NEW."to_on"); RETURN NULL;',
                    hash="c235ba7078a3d897d2134781d42400819c6635d5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3c443",
                    table="pupils_schoolplace",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolplace",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_schoolplaceevent" ("from_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id", "school_id", "to_on") VALUES (OLD."from_on", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."run_id", OLD."school_id", OLD."to_on"); RETURN NULL;',
                    hash="076d26ed059a8b2f41f1dcdd76af8cae52f12bbf",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a3770",
                    table="pupils_schoolplace",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="yeargroup",
            constraint=models.UniqueConstraint(fields=("pupil", "academic_year"), name="pupils_yeargroup_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="yeargroup",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_yeargroupevent" ("academic_year", "id", "nc_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id") VALUES (NEW."academic_year", NEW."id", NEW."nc_year", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pupil_id", NEW."run_id"); RETURN NULL;',
                    hash="e853faa9d948594e54a70a15f0cfbc319acdb8cb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6ef0c",
                    table="pupils_yeargroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="yeargroup",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "pupils_yeargroupevent" ("academic_year", "id", "nc_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id") VALUES (NEW."academic_year", NEW."id", NEW."nc_year", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pupil_id", NEW."run_id"); RETURN NULL;',
                    hash="2e970889d667cccddbd55828606fc507bd9e08cc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_08e6e",
                    table="pupils_yeargroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="yeargroup",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pupils_yeargroupevent" ("academic_year", "id", "nc_year", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pupil_id", "run_id") VALUES (OLD."academic_year", OLD."id", OLD."nc_year", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pupil_id", OLD."run_id"); RETURN NULL;',
                    hash="2128a8cdd730cd419b2f9c3776fb97324e4b87e9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_060e5",
                    table="pupils_yeargroup",
                    when="AFTER",
                ),
            ),
        ),
    ]
