from datetime import date

from django.db import models

from core import rules as time_rules
from core.audit import track_changes
from core.sections import Section
from peps import rules
from peps.querysets import PEPQuerySet
from pupils.models import Pupil


@track_changes()
class PEP(models.Model):
    """A Personal Education Plan of one term: when it is due, when the meeting was held. Sections are a later issue."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        HELD = "held", "Meeting held"
        COMPLETE = "complete", "Complete"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="peps")
    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10, choices=[("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")])
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_on = models.DateField()
    due_because = models.CharField(max_length=300)
    held_on = models.DateField(null=True)

    scope_section = Section.PEPS
    objects = PEPQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "academic_year", "season"], name="peps_pep_once_a_term"),
            models.CheckConstraint(
                condition=models.Q(state="due") | models.Q(held_on__isnull=False), name="peps_held_has_a_date"
            ),
        ]
        indexes = [models.Index(fields=["academic_year", "season", "state"], name="peps_pep_term")]

    def __str__(self) -> str:
        return f"PEP {self.pupil_id} {self.season} {self.academic_year}"

    @property
    def term_label(self) -> str:
        """ "Autumn term 2026"."""
        return time_rules.term_label(self.academic_year, time_rules.Season(self.season))

    def status(self, today: date) -> rules.Status:
        return rules.status_of(self.state, self.due_on, today)
