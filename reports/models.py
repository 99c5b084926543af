import pgtrigger
from django.conf import settings
from django.db import models

from core.audit import track_changes
from core.rules import Season, term_code, term_label
from reports.querysets import ReportRunQuerySet
from reports.rules import STATE_LABELS, Audience, ReportState, is_final

FROZEN_FIELDS = ("academic_year", "season", "as_at", "parameters", "definitions", "figures", "cohorts", "frozen_at")
STATE_CHOICES = [(state.value, STATE_LABELS[state]) for state in ReportState]


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


@track_changes(exclude=["figures", "cohorts"])  # they never change once frozen, and they are long
class ReportRun(models.Model):
    """A termly report: parameters, definition versions, figures and cohorts frozen as one snapshot.

    Once frozen, the database refuses to change the snapshot: every document and page of the run is made of it.
    """

    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10)
    as_at = models.DateField()
    title = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=STATE_CHOICES, default=ReportState.DRAFT.value)
    parameters = models.JSONField(default=dict)
    definitions = models.JSONField(default=dict)
    figures = models.JSONField(default=dict, help_text="Restricted figures by section; no child's name")
    cohorts = models.JSONField(default=dict, help_text="Pupil ids behind each figure")
    frozen_at = models.DateTimeField(null=True, help_text="When the snapshot was taken; none while it is being made")
    commentary = models.TextField(blank=True)
    decisions_wanted = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-as_at", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.frozen_at IS NOT NULL AND ("
                    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FROZEN_FIELDS)
                    + ")"
                ),
                func="RAISE EXCEPTION 'a frozen report never changes: make a new run';",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display()})"

    @property
    def term(self) -> str:
        """ "2009-autumn"."""
        return term_code(self.academic_year, Season(self.season))

    @property
    def term_label(self) -> str:
        """ "Autumn term 2009"."""
        return term_label(self.academic_year, Season(self.season))

    @property
    def is_frozen(self) -> bool:
        """Whether there is a snapshot to read."""
        return self.frozen_at is not None

    @property
    def is_final(self) -> bool:
        """Approved or issued: its documents carry no watermark."""
        return is_final(self.state)


class ReportDocument(models.Model):
    """A PDF made of a run in one of its states."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="documents")
    audience = models.CharField(max_length=10, choices=[(a.value, a.value.capitalize()) for a in Audience])
    state = models.CharField(max_length=10, choices=STATE_CHOICES)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=255, help_text="Below the documents folder")
    pages = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "audience", "state"], name="reports_document_once")]

    def __str__(self) -> str:
        return f"{self.audience} {self.run_id} ({self.state})"
