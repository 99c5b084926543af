from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from core.audit import track_changes
from core.db.ranges import DateRange, Int8Range
from core.querysets import CoverQuerySet


@track_changes()
class Cover(models.Model):
    """Somebody stands in for an absent colleague of the same role; `to_on` is the first day no longer.

    What the covering person sees by it is derived on the day (pupils.relations): nothing is copied, so nothing is
    left over when it ends.
    """

    class Reason(models.TextChoices):
        LEAVE = "leave", "Annual leave"
        SICKNESS = "sickness", "Sickness"
        FAMILY = "family", "Parental or family leave"
        TRAINING = "training", "Training or other duties"
        VACANCY = "vacancy", "The post is vacant"
        OTHER = "other", "Another reason"

    absent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covered_by")
    covering = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covers")
    from_on = models.DateField()
    to_on = models.DateField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="Ended before its time")

    objects = CoverQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(to_on__gt=models.F("from_on")), name="core_cover_to_after_from"),
            models.CheckConstraint(
                condition=models.Q(to_on__lte=models.F("from_on") + timedelta(days=366)),
                name="core_cover_at_most_a_year",
            ),
            models.CheckConstraint(condition=~models.Q(absent=models.F("covering")), name="core_cover_two_people"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="core_cover_end_by_somebody",
            ),
            ExclusionConstraint(
                name="core_cover_once",
                expressions=[
                    (Int8Range("absent_id", "absent_id", models.Value("[]")), RangeOperators.OVERLAPS),
                    (Int8Range("covering_id", "covering_id", models.Value("[]")), RangeOperators.OVERLAPS),
                    (DateRange("from_on", "to_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.covering_id} for {self.absent_id} from {self.from_on}"

    @property
    def last_on(self) -> date:
        """The last day of the cover, as people say it."""
        return self.to_on - timedelta(days=1)
