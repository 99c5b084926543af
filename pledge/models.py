from django.conf import settings
from django.db import models

from core.audit import track_changes
from pledge import rules
from pledge.querysets import CommitmentRecordQuerySet
from pupils.models import Pupil


@track_changes()
class Commitment(models.Model):
    """One promise of the Pledge, and from what age and time in care it applies."""

    code = models.CharField(max_length=6, unique=True)
    theme = models.CharField(max_length=80)
    text = models.CharField(max_length=250)
    from_age = models.PositiveSmallIntegerField(default=0)
    to_age = models.PositiveSmallIntegerField(null=True, help_text="The last age it is meant for; empty: no end")
    months_in_care = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def terms(self) -> rules.Terms:
        return rules.Terms(from_age=self.from_age, to_age=self.to_age, months_in_care=self.months_in_care)

    @property
    def meant_for(self) -> str:
        """For whom, in words; empty for every child."""
        parts = []
        if self.to_age is not None:
            parts.append(f"ages {self.from_age} to {self.to_age}")
        elif self.from_age:
            parts.append(f"from age {self.from_age}")
        if self.months_in_care:
            parts.append(f"after {self.months_in_care} months in care")
        return ", ".join(parts)


@track_changes()
class CommitmentRecord(models.Model):
    """What the IRO recorded of a commitment for a child; the newest one of a commitment is where it stands."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="commitment_records")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="records")
    answer = models.CharField(max_length=15, choices=[(a.value, label) for a, label in rules.ANSWER_LABELS.items()])
    recorded_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CommitmentRecordQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "-recorded_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "commitment", "recorded_on"], name="pledge_record_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.pupil_id} {self.recorded_on}"
