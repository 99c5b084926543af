from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.audit import track_changes
from core.models import User
from peps.querysets import PEPPrintQuerySet


@track_changes()
class PEPPrint(models.Model):
    """PDFs of many PEPs in one file for one person: made in the worker, there for a day. The row stays as a trace."""

    class Edition(models.TextChoices):
        ADULT = "adult", "The plan for adults"
        CHILD = "child", "The child’s own edition"

    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=10, choices=Edition.choices, default=Edition.ADULT)
    peps = ArrayField(models.BigIntegerField(), help_text="Keys of the plans that were asked for")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    printed = models.PositiveIntegerField(default=0)
    left_out = ArrayField(models.BigIntegerField(), default=list, help_text="Keys of plans that could not be printed")
    path = models.CharField(max_length=255, blank=True, help_text="Below the documents folder")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    objects = PEPPrintQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"print {self.pk}"

    def is_there(self, now: Any) -> bool:
        """Made, and not expired."""
        return bool(self.path) and self.expires_at is not None and now < self.expires_at
