from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet


@track_changes()
class PEP(models.Model):
    """A Personal Education Plan of one term: when it is due, when the meeting was held. Sections are a later issue."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        HELD = "held", "Meeting held"
        COMPLETE = "complete", "Complete"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="peps")
    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(
        max_length=10, choices=[("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")]
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_on = models.DateField()
    due_because = models.CharField(max_length=200)
    held_on = models.DateField(null=True)

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "academic_year", "season"], name="peps_pep_once_a_term"),
            models.CheckConstraint(
                condition=models.Q(state="due") | models.Q(held_on__isnull=False), name="peps_held_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"PEP {self.pupil_id} {self.season} {self.academic_year}"
