from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from core.audit import track_changes
from core.db.ranges import DateRange, Int8Range
from core.models import Calendar
from schools import rules
from schools.querysets import SchoolMembershipQuerySet, SchoolQuerySet


@track_changes()
class School(models.Model):
    """A school or setting of the register (GIAS). A school that converts becomes a new row, linked by SchoolLink."""

    urn = models.CharField("URN", max_length=6, unique=True)
    laestab = models.CharField("DfE number", max_length=7, blank=True, db_index=True)
    la_code = models.CharField(max_length=3, blank=True)
    la_name = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=150)
    kind = models.CharField("type of school", max_length=80, blank=True)
    phase = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=40, blank=True)
    is_open = models.BooleanField(default=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    low_age = models.PositiveSmallIntegerField(null=True)
    high_age = models.PositiveSmallIntegerField(null=True)
    gender = models.CharField(max_length=20, blank=True)
    ofsted_rating = models.CharField(max_length=60, blank=True)
    ofsted_on = models.DateField(null=True)
    head_name = models.CharField(max_length=120, blank=True)
    street = models.CharField(max_length=150, blank=True)
    town = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    website = models.CharField(max_length=200, blank=True)
    calendar = models.ForeignKey(
        Calendar,
        null=True,
        on_delete=models.SET_NULL,
        related_name="schools",
        help_text="Own term dates; without them the county's hold",
    )

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "urn"]

    def __str__(self) -> str:
        return self.name

    @property
    def phase_words(self) -> str:
        """The phase as people say it: the register has "Not applicable" for special schools and units."""
        return rules.phase_words(self.phase, self.kind)


@track_changes()
class SchoolLink(models.Model):
    """What a school became or was, in the register's word ("Successor", ...). The other side may be unknown."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="links")
    linked_urn = models.CharField(max_length=6)
    linked_name = models.CharField(max_length=150, blank=True)
    link_type = models.CharField(max_length=80)
    established_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "linked_urn", "link_type"], name="schools_link_once")]

    def __str__(self) -> str:
        return f"{self.link_type}: {self.linked_urn}"


@track_changes()
class SchoolMembership(models.Model):
    """A member of a school's staff from a day on (`to_on` is the first day no longer), today the designated teacher."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="school_memberships")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="memberships")
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    objects = SchoolMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gt=models.F("from_on")),
                name="schools_membership_to_after_from",
            ),
            ExclusionConstraint(
                name="schools_membership_no_overlap",
                expressions=[
                    (Int8Range("user_id", "user_id", models.Value("[]")), RangeOperators.OVERLAPS),
                    (Int8Range("school_id", "school_id", models.Value("[]")), RangeOperators.OVERLAPS),
                    (DateRange("from_on", "to_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.school_id} from {self.from_on}"

    @property
    def last_on(self) -> date | None:
        """The last day in the post, as people say it."""
        return self.to_on - timedelta(days=1) if self.to_on else None
