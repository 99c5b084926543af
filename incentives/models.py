from django.db import models

from core.audit import track_changes
from incentives.querysets import SchemeLetterQuerySet
from pupils.models import Pupil


@track_changes()
class GcseScheme(models.Model):
    """The GCSE incentive scheme of a summer: who it is for and the money. Tariff and claims are a later issue."""

    assessment_year = models.PositiveSmallIntegerField(unique=True, help_text="2010 is summer 2010")
    budget = models.DecimalField(max_digits=9, decimal_places=2)
    letters_due_on = models.DateField()
    payments_due_on = models.DateField()

    class Meta:
        ordering = ["-assessment_year"]
        constraints = [
            models.CheckConstraint(condition=models.Q(budget__gt=0), name="incentives_scheme_has_money"),
            models.CheckConstraint(
                condition=models.Q(payments_due_on__gt=models.F("letters_due_on")),
                name="incentives_scheme_pays_after_telling",
            ),
        ]

    def __str__(self) -> str:
        return f"GCSE incentives {self.assessment_year}"


@track_changes()
class SchemeLetter(models.Model):
    """A young person was told of the scheme: the first step of the funnel (100% informed)."""

    scheme = models.ForeignKey(GcseScheme, on_delete=models.CASCADE, related_name="letters")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="scheme_letters")
    sent_on = models.DateField()

    objects = SchemeLetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "pupil"], name="incentives_letter_once")]

    def __str__(self) -> str:
        return f"letter {self.scheme_id}/{self.pupil_id}"
