from django.conf import settings
from django.db import models

from core.audit import track_changes


@track_changes()
class IndicatorTarget(models.Model):
    """What was foretold and what is aimed at, for an indicator and year, as the plan states them (percentages)."""

    code = models.CharField(max_length=10)
    assessment_year = models.PositiveSmallIntegerField()
    prediction = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    stated_outcome = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="An outcome stated elsewhere (the plan's 2008)",
    )
    awaited_on = models.DateField(null=True, blank=True, help_text="When the outcome is due")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code", "assessment_year"]
        constraints = [
            models.UniqueConstraint(fields=["code", "assessment_year"], name="reports_target_once"),
            models.CheckConstraint(
                condition=models.Q(prediction__range=(0, 100)) | models.Q(prediction__isnull=True),
                name="reports_prediction_is_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(target__range=(0, 100)) | models.Q(target__isnull=True),
                name="reports_target_is_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.assessment_year}"


@track_changes()
class ReportRun(models.Model):
    """A termly report: parameters, definition versions, figures and cohorts frozen as one snapshot."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        ISSUED = "issued", "Issued"
        WITHDRAWN = "withdrawn", "Withdrawn"

    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10)
    as_at = models.DateField()
    title = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    parameters = models.JSONField(default=dict)
    definitions = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, help_text="Restricted figures by section; no child's name")
    cohorts = models.JSONField(default=dict, help_text="Pupil ids behind each figure")
    commentary = models.TextField(blank=True)
    decisions_wanted = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-as_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"


class ReportDocument(models.Model):
    """A PDF made of a run in one of its states."""

    class Audience(models.TextChoices):
        RESTRICTED = "restricted", "Restricted"
        PUBLIC = "public", "Public"

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="documents")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    state = models.CharField(max_length=10, choices=ReportRun.State.choices)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=255, help_text="Below the documents folder")
    pages = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "audience", "state"], name="reports_document_once")
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.run_id} ({self.state})"
