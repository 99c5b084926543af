from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core import rules as time_rules
from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps import rules
from peps.models.forms import FormVersion
from peps.querysets import PEPDataQuerySet, PEPQuerySet
from peps.rules import form as form_rules
from peps.rules import workflow
from pupils.models import Pupil


def _choices(labels: Any) -> list[tuple[str, str]]:
    return [(key.value, label) for key, label in labels.items()]


@track_changes()
class PEP(models.Model):
    """A Personal Education Plan of one term. What people write is in its sections, targets and meetings."""

    State = workflow.State

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="peps")
    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10, choices=[("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")])
    state = models.CharField(
        max_length=20, choices=_choices(workflow.STATE_LABELS), default=workflow.State.PLANNED.value
    )
    due_on = models.DateField()
    due_because = models.CharField(max_length=300)
    held_on = models.DateField(null=True)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, related_name="peps")
    phase = models.CharField(max_length=20, choices=_choices(form_rules.PHASE_LABELS), blank=True)
    circumstances = ArrayField(
        models.CharField(max_length=20, choices=_choices(form_rules.CIRCUMSTANCE_LABELS)), default=list, blank=True
    )
    circumstances_said = models.BooleanField(
        default=False, help_text="A person said phase and circumstances: what the roll tells changes them no more"
    )
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    scope_section = Section.PEPS
    objects = PEPQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "academic_year", "season"], name="peps_pep_once_a_term"),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "open", "not_required"]) | models.Q(held_on__isnull=False),
                name="peps_held_has_a_date",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in workflow.State]), name="peps_pep_state_known"
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

    @property
    def waits_for_meeting(self) -> bool:
        """No meeting was held yet, and one is still meant to be."""
        return self.state in workflow.WAITS_FOR_MEETING

    @property
    def form_sections(self) -> list[form_rules.Section]:
        """The sections of its form for the child's phase and circumstances; none before it was opened with a form."""
        if self.form is None or not self.phase:
            return []
        given = [form_rules.Circumstance(c) for c in self.circumstances]
        return self.form.form.sections_for(form_rules.Phase(self.phase), given)


@track_changes(exclude=["answers", "revision", "changed_at"])
class PEPSection(models.Model):
    """What was written in one section; `revision` counts the saves that changed something.

    It is saved while somebody types: the history keeps what was submitted (PEPVersion), not every pause of a finger.
    """

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="sections")
    code = models.CharField(max_length=2)
    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_as = models.CharField(max_length=20, blank=True, choices=_choices(workflow.CONTRIBUTOR_LABELS))
    changed_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    returned_because = models.TextField(blank=True)

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "code"]
        constraints = [models.UniqueConstraint(fields=["pep", "code"], name="peps_section_once")]

    def __str__(self) -> str:
        return f"section {self.code} of PEP {self.pep_id}"


@track_changes()
class PEPStep(models.Model):
    """A step that a PEP took: from where to where, who, when and why. Never changed."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    sections = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    version = models.PositiveSmallIntegerField(default=1)

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} of PEP {self.pep_id}"

    @property
    def words(self) -> str:
        """What the PEP became: "Submitted"."""
        return workflow.STATE_LABELS[workflow.State(self.target)]


@track_changes()
class PEPVersion(models.Model):
    """What was submitted, frozen: every answer as data; when it was approved, the digest of the PDF made of it."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    pdf_key = models.CharField(max_length=120, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "-number"]
        constraints = [models.UniqueConstraint(fields=["pep", "number"], name="peps_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of PEP {self.pep_id}"


@track_changes()
class SignOff(models.Model):
    """That one of the five agreed to the plan, said so to somebody, or declined."""

    class Method(models.TextChoices):
        IN_SYSTEM = "in_system", "Signed in the system"
        VERBAL = "verbal", "Said so; recorded by somebody else"
        DECLINED = "declined", "Declined"

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="sign_offs")
    party = models.CharField(max_length=20, choices=_choices(workflow.CONTRIBUTOR_LABELS))
    name = models.CharField(max_length=120)
    method = models.CharField(max_length=10, choices=Method.choices)
    on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "pk"]
        constraints = [models.UniqueConstraint(fields=["pep", "party"], name="peps_sign_off_once")]

    def __str__(self) -> str:
        return f"{self.party} of PEP {self.pep_id}"


@track_changes()
class Addendum(models.Model):
    """A correction or note after the plan was locked; the plan itself stays as it was."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="addenda")
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "at"]

    def __str__(self) -> str:
        return f"addendum {self.pk} to PEP {self.pep_id}"
