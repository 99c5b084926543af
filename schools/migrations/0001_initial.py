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
    ]

    operations = [
        migrations.CreateModel(
            name="School",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("urn", models.CharField(max_length=6, unique=True, verbose_name="URN")),
                ("laestab", models.CharField(blank=True, db_index=True, max_length=7, verbose_name="DfE number")),
                ("la_code", models.CharField(blank=True, max_length=3)),
                ("la_name", models.CharField(blank=True, max_length=60)),
                ("name", models.CharField(max_length=150)),
                ("kind", models.CharField(blank=True, max_length=80, verbose_name="type of school")),
                ("phase", models.CharField(blank=True, max_length=40)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("is_open", models.BooleanField(default=True)),
                ("opened_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("low_age", models.PositiveSmallIntegerField(null=True)),
                ("high_age", models.PositiveSmallIntegerField(null=True)),
                ("gender", models.CharField(blank=True, max_length=20)),
                ("ofsted_rating", models.CharField(blank=True, max_length=60)),
                ("ofsted_on", models.DateField(null=True)),
                ("head_name", models.CharField(blank=True, max_length=120)),
                ("street", models.CharField(blank=True, max_length=150)),
                ("town", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                ("telephone", models.CharField(blank=True, max_length=30)),
                ("website", models.CharField(blank=True, max_length=200)),
                (
                    "calendar",
                    models.ForeignKey(
                        help_text="Own term dates; without them the county's hold",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="schools",
                        to="core.calendar",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "urn"],
            },
        ),
        migrations.CreateModel(
            name="SchoolEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("urn", models.CharField(max_length=6, verbose_name="URN")),
                ("laestab", models.CharField(blank=True, max_length=7, verbose_name="DfE number")),
                ("la_code", models.CharField(blank=True, max_length=3)),
                ("la_name", models.CharField(blank=True, max_length=60)),
                ("name", models.CharField(max_length=150)),
                ("kind", models.CharField(blank=True, max_length=80, verbose_name="type of school")),
                ("phase", models.CharField(blank=True, max_length=40)),
                ("status", models.CharField(blank=True, max_length=40)),
                ("is_open", models.BooleanField(default=True)),
                ("opened_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("low_age", models.PositiveSmallIntegerField(null=True)),
                ("high_age", models.PositiveSmallIntegerField(null=True)),
                ("gender", models.CharField(blank=True, max_length=20)),
                ("ofsted_rating", models.CharField(blank=True, max_length=60)),
                ("ofsted_on", models.DateField(null=True)),
                ("head_name", models.CharField(blank=True, max_length=120)),
                ("street", models.CharField(blank=True, max_length=150)),
                ("town", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=10)),
                ("telephone", models.CharField(blank=True, max_length=30)),
                ("website", models.CharField(blank=True, max_length=200)),
                (
                    "calendar",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="Own term dates; without them the county's hold",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.calendar",
                    ),
                ),
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
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SchoolLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("linked_urn", models.CharField(max_length=6)),
                ("linked_name", models.CharField(blank=True, max_length=150)),
                ("link_type", models.CharField(max_length=80)),
                ("established_on", models.DateField(null=True)),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchoolLinkEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("linked_urn", models.CharField(max_length=6)),
                ("linked_name", models.CharField(blank=True, max_length=150)),
                ("link_type", models.CharField(max_length=80)),
                ("established_on", models.DateField(null=True)),
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
                        to="schools.schoollink",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SchoolMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="schools.school"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="school_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchoolMembershipEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                        to="schools.schoolmembership",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="schools.school",
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
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="school",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoolevent" ("calendar_id", "closed_on", "gender", "head_name", "high_age", "id", "is_open", "kind", "la_code", "la_name", "laestab", "low_age", "name", "ofsted_on", "ofsted_rating", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "postcode", "status", "street", "telephone", "town", "urn", "website") VALUES (NEW."calendar_id", NEW."closed_on", NEW."gender", NEW."head_name", NEW."high_age", NEW."id", NEW."is_open", NEW."kind", NEW."la_code", NEW."la_name", NEW."laestab", NEW."low_age", NEW."name", NEW."ofsted_on", NEW."ofsted_rating", NEW."opened_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phase", NEW."postcode", NEW."status", NEW."street", NEW."telephone", NEW."town", NEW."urn", NEW."website"); RETURN NULL;',
                    hash="b933998d7b2164072e36ef46315f4fb21681351c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_65445",
                    table="schools_school",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="school",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "schools_schoolevent" ("calendar_id", "closed_on", "gender", "head_name", "high_age", "id", "is_open", "kind", "la_code", "la_name", "laestab", "low_age", "name", "ofsted_on", "ofsted_rating", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "postcode", "status", "street", "telephone", "town", "urn", "website") VALUES (NEW."calendar_id", NEW."closed_on", NEW."gender", NEW."head_name", NEW."high_age", NEW."id", NEW."is_open", NEW."kind", NEW."la_code", NEW."la_name", NEW."laestab", NEW."low_age", NEW."name", NEW."ofsted_on", NEW."ofsted_rating", NEW."opened_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phase", NEW."postcode", NEW."status", NEW."street", NEW."telephone", NEW."town", NEW."urn", NEW."website"); RETURN NULL;',
                    hash="5bc6724f5430e060ab301bf993d6d06561928119",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_792e7",
                    table="schools_school",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="school",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoolevent" ("calendar_id", "closed_on", "gender", "head_name", "high_age", "id", "is_open", "kind", "la_code", "la_name", "laestab", "low_age", "name", "ofsted_on", "ofsted_rating", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "postcode", "status", "street", "telephone", "town", "urn", "website") VALUES (OLD."calendar_id", OLD."closed_on", OLD."gender", OLD."head_name", OLD."high_age", OLD."id", OLD."is_open", OLD."kind", OLD."la_code", OLD."la_name", OLD."laestab", OLD."low_age", OLD."name", OLD."ofsted_on", OLD."ofsted_rating", OLD."opened_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phase", OLD."postcode", OLD."status", OLD."street", OLD."telephone", OLD."town", OLD."urn", OLD."website"); RETURN NULL;',
                    hash="ad64cbf214e7c3f92740d27917313339da3a23e9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1ffa2",
                    table="schools_school",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="schoollink",
            constraint=models.UniqueConstraint(fields=("school", "linked_urn", "link_type"), name="schools_link_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoollink",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoollinkevent" ("established_on", "id", "link_type", "linked_name", "linked_urn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id") VALUES (NEW."established_on", NEW."id", NEW."link_type", NEW."linked_name", NEW."linked_urn", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."school_id"); RETURN NULL;',
                    hash="8244f765fc4b57f121b55acabd044a7aa11d0de1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ff421",
                    table="schools_schoollink",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoollink",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "schools_schoollinkevent" ("established_on", "id", "link_type", "linked_name", "linked_urn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id") VALUES (NEW."established_on", NEW."id", NEW."link_type", NEW."linked_name", NEW."linked_urn", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."school_id"); RETURN NULL;',
                    hash="3e977ee441307de1f6bf5db04ff594d57c8c1fa5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_df73d",
                    table="schools_schoollink",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoollink",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoollinkevent" ("established_on", "id", "link_type", "linked_name", "linked_urn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id") VALUES (OLD."established_on", OLD."id", OLD."link_type", OLD."linked_name", OLD."linked_urn", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."school_id"); RETURN NULL;',
                    hash="ca6d18c7f632cf5d251b53391f6c14c7d8ea8029",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_391b5",
                    table="schools_schoollink",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_on__isnull", True), ("to_on__gt", models.F("from_on")), _connector="OR"),
                name="schools_membership_to_after_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolmembership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (core.db.ranges.Int8Range("user_id", "user_id", models.Value("[]")), "&&"),
                    (core.db.ranges.Int8Range("school_id", "school_id", models.Value("[]")), "&&"),
                    (core.db.ranges.DateRange("from_on", "to_on", models.Value("[)")), "&&"),
                ],
                name="schools_membership_no_overlap",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoolmembershipevent" ("from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "to_on", "user_id") VALUES (NEW."from_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."school_id", NEW."to_on", NEW."user_id"); RETURN NULL;',
                    hash="efe7f408279a68da5d625596bf61be6ae5f91ce1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3d80b",
                    table="schools_schoolmembership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "schools_schoolmembershipevent" ("from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "to_on", "user_id") VALUES (NEW."from_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."school_id", NEW."to_on", NEW."user_id"); RETURN NULL;',
                    hash="850b7ed9f8b57bbc65764eadf1e0f4252b422e3a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0a52d",
                    table="schools_schoolmembership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schoolmembership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "schools_schoolmembershipevent" ("from_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "to_on", "user_id") VALUES (OLD."from_on", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."school_id", OLD."to_on", OLD."user_id"); RETURN NULL;',
                    hash="8d7c060f81b6dad45436296df81c07848415b94c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9b137",
                    table="schools_schoolmembership",
                    when="AFTER",
                ),
            ),
        ),
    ]
