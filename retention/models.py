"""Periods that were set, holds, proposals with their approvals, certificates.

A hold belongs to the child and goes with the record. Proposals and certificates outlive it: they know the record by a
plain number, never by a foreign key, because everything with a foreign key to a child is destroyed (retention.reach).
"""

from django.conf import settings
from django.db import models

from core.audit import append_only, track_changes
from core.roles import ROLE_LABELS, Role
from pupils.models import Pupil
from retention.querysets import DecidersQuerySet, HoldQuerySet, ProposalQuerySet
from retention.rules import HOLD_LABELS, OPEN_STATES, RULES, STATE_LABELS, HoldKind, ProposalState, RecordClass

CLASS_CHOICES = [(one.value, rule.label) for one, rule in RULES.items()]


@track_changes()
class RetentionPeriod(models.Model):
    """A period set for a class, with its reason. The newest row of a class counts; none is changed or deleted."""

    record_class = models.CharField(max_length=20, choices=CLASS_CHOICES)
    years = models.PositiveSmallIntegerField(null=True, help_text="None is for ever")
    is_copy = models.BooleanField(default=False, help_text="Social care's system holds the master file")
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = DecidersQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "-pk"]
        triggers = [append_only("periods are set anew, never changed")]

    def __str__(self) -> str:
        return f"{self.record_class}: {self.years}"

    @property
    def class_label(self) -> str:
        return RULES[RecordClass(self.record_class)].label


@track_changes()
class RetentionHold(models.Model):
    """Why a child's record must not be disposed of, from a day on, until somebody releases it."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="retention_holds")
    kind = models.CharField(max_length=20, choices=[(kind.value, HOLD_LABELS[kind]) for kind in HoldKind])
    reason = models.TextField(max_length=1000)
    from_on = models.DateField()
    review_on = models.DateField(help_text="When somebody asks again whether it still holds")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_because = models.CharField(max_length=500, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["review_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True, released_by__isnull=True)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
                name="retention_hold_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.pupil_id}"


@track_changes(exclude=["closed_because"])
class DisposalProposal(models.Model):
    """A record, or a file as received, that is due: found, proposed, approved by two, destroyed; or declined.

    `subject_id` is the number of the child (or of the stored file), `subject_key` a keyed hash of the child id.
    """

    class Kind(models.TextChoices):
        CHILD = "child", "A child's record"
        FILE = "file", "A file as received"

    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.CHILD)
    subject_id = models.BigIntegerField()
    subject_key = models.CharField(max_length=64, blank=True)
    record_class = models.CharField(max_length=20, choices=CLASS_CHOICES)
    trigger_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, STATE_LABELS[state]) for state in ProposalState],
        default=ProposalState.DUE.value,
    )
    opened_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=500, blank=True)
    again_on = models.DateField(null=True, help_text="When a declined record is looked at again")
    files_left = models.JSONField(default=list, help_text="Files that are to be deleted after the commit")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(state__in=[state.value for state in OPEN_STATES]),
                name="retention_one_open_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_by__isnull=False) | models.Q(state__in=["due", "declined", "lapsed"]),
                name="retention_proposed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} ({self.state})"

    @property
    def class_label(self) -> str:
        return RULES[RecordClass(self.record_class)].label


@track_changes()
class DisposalApproval(models.Model):
    """One person approved one proposal, in this role. Never changed, never taken back: a proposal is declined."""

    proposal = models.ForeignKey(DisposalProposal, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=[(r.value, ROLE_LABELS[r]) for r in Role])
    at = models.DateTimeField()

    objects = DecidersQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "approver"], name="retention_approves_once")]
        triggers = [append_only("approvals are append-only")]

    def __str__(self) -> str:
        return f"approval of {self.proposal_id} by {self.approver_id}"


@track_changes()
class DisposalCertificate(models.Model):
    """What was destroyed, when, by whose decision. Append-only; it names no child.

    `destroyed_sha256` is over the list of every row and file with its own sha256; the list itself is not kept.
    """

    number = models.CharField(max_length=20, unique=True)
    proposal = models.OneToOneField(DisposalProposal, on_delete=models.PROTECT, related_name="certificate")
    kind = models.CharField(max_length=5, choices=DisposalProposal.Kind.choices)
    subject_id = models.BigIntegerField()
    subject_key = models.CharField(max_length=64, blank=True, db_index=True)
    record_class = models.CharField(max_length=20, choices=CLASS_CHOICES)
    basis = models.TextField()
    trigger_on = models.DateField()
    due_on = models.DateField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    counts = models.JSONField(default=dict, help_text="Rows by table")
    audit_counts = models.JSONField(default=dict, help_text="Rows of the audit trail by table")
    files = models.PositiveIntegerField(default=0)
    destroyed_sha256 = models.CharField(max_length=64)

    objects = DecidersQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        triggers = [append_only("certificates are append-only")]

    def __str__(self) -> str:
        return self.number

    @property
    def class_label(self) -> str:
        return RULES[RecordClass(self.record_class)].label

    @property
    def rows(self) -> int:
        """Rows destroyed in all, those of the audit trail included."""
        return sum(self.counts.values()) + sum(self.audit_counts.values())
