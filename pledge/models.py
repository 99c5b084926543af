from django.conf import settings
from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet


@track_changes()
class Commitment(models.Model):
    """One promise of the Pledge, and from what age and time in care it applies."""

    code = models.CharField(max_length=6, unique=True)
    theme = models.CharField(max_length=80)
    text = models.CharField(max_length=250)
    from_age = models.PositiveSmallIntegerField(default=0)
    months_in_care = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@track_changes()
class CommitmentRecord(models.Model):
    """What the IRO recorded of a commitment for a child; the newest one of a commitment is where it stands."""

    class Answer(models.TextChoices):
        KEPT = "kept", "Kept"
        PARTLY = "partly", "Partly kept"
        NOT_KEPT = "not_kept", "Not kept"
        NOT_DUE = "not_due", "Not yet due"
        NOT_APPLICABLE = "not_applicable", "Does not apply"
        DECLINED = "declined", "Child declined"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="commitment_records")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="records")
    answer = models.CharField(max_length=15, choices=Answer.choices)
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "-recorded_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "commitment", "recorded_on"], name="pledge_record_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.pupil_id} {self.recorded_on}"
