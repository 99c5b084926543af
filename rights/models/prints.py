from django.conf import settings
from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from rights import rules
from rights.querysets import RecordPrintQuerySet


@track_changes()
class RecordPrint(models.Model):
    """A print of a child's record for one recipient: chosen, looked at, then made. Once made it never changes."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="prints")
    recipient = models.CharField(max_length=15, choices=list(rules.RECIPIENT_LABELS.items()))
    recipient_name = models.CharField(max_length=120)
    from_on = models.DateField(null=True, help_text="Rows from this day on; empty: the whole record")
    let_in = models.JSONField(default=dict, help_text="Protected items let in one by one: item -> reason")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = RecordPrintQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What stands on every page of it."""
        return f"Print {self.pk:05d}"
