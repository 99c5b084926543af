from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import PEPDataQuerySet
from peps.rules import quality as rules

GRADES = [(grade.value, label) for grade, label in rules.GRADE_LABELS.items()]


@track_changes()
class QualityCheck(models.Model):
    """One person's grades of a submitted PEP. The second of a PEP is the moderation's."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="quality_checks")
    version = models.PositiveSmallIntegerField(default=1)
    moderation = models.BooleanField(default=False)
    grades = models.JSONField(default=dict, help_text="{criterion: {grade, comment}}")
    proposed = models.JSONField(default=dict, help_text="{criterion: {grade, why}} as the machine found it")
    to_teacher = models.TextField(blank=True)
    to_social_worker = models.TextField(blank=True)
    overall = models.CharField(max_length=10, choices=GRADES)
    overridden_because = models.CharField(max_length=300, blank=True)
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "at"]

    def __str__(self) -> str:
        return f"quality check {self.pk} of PEP {self.pep_id}"
