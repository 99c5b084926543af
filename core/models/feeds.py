from django.conf import settings
from django.db import models

from core.audit import track_changes
from core.querysets import FeedRunQuerySet


class StoredFile(models.Model):
    """A file as it came, kept once by its content."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


@track_changes()
class FeedRun(models.Model):
    """One delivery of files: received, checked, confirmed, applied. The receipt of what happened."""

    class Status(models.TextChoices):
        RECEIVED = "received", "Waiting to be checked"
        CHECKING = "checking", "Being checked"
        READY = "ready", "Ready to apply"
        REFUSED = "refused", "Refused"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNCHANGED = "unchanged", "Nothing to change"
        CANCELLED = "cancelled", "Put aside"
        FAILED = "failed", "Stopped by a fault"

    kind = models.CharField(max_length=30)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RECEIVED)
    options = models.JSONField(default=dict)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="feeds_received"
    )
    received_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="feeds_applied"
    )
    applied_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    difference = models.JSONField(default=dict)
    problem_counts = models.JSONField(default=dict)

    objects = FeedRunQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"Run {self.pk} ({self.kind})"


class FeedRunFile(models.Model):
    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class FeedChange(models.Model):
    """One entry that the delivery changes, adds or takes out, as its last check found it."""

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="changes")
    subject = models.CharField(
        max_length=100, help_text="A child id, UPN, URN or the email address of a member of staff; never a name"
    )
    what = models.TextField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"change of run {self.run_id}"


class FeedProblem(models.Model):
    """One thing wrong in a file, at its row and column, with the value read and what to do."""

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="problems")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    file = models.CharField(max_length=255, blank=True)
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    message = models.TextField()
    advice = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "severity", "code"], name="core_problem_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.file} {self.row or ''}".strip()
