from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet
from schools.models import School


@track_changes()
class Exclusion(models.Model):
    """A suspension (once called fixed-term exclusion) or permanent exclusion; its avenue back is a later issue."""

    class Category(models.TextChoices):
        SUSPENSION = "SUSP", "Suspension"
        PERMANENT = "PERM", "Permanent exclusion"
        LUNCHTIME = "LNCH", "Lunchtime suspension"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="exclusions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="exclusions")
    category = models.CharField(max_length=4, choices=Category.choices)
    from_on = models.DateField()
    sessions = models.PositiveSmallIntegerField(null=True)

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on"]
        constraints = [models.UniqueConstraint(fields=["pupil", "from_on"], name="provision_exclusion_once")]

    def __str__(self) -> str:
        return f"{self.category} {self.pupil_id} {self.from_on}"
