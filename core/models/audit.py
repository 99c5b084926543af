import pgtrigger
from django.db import models
from django.utils import timezone

from core.audit import ACCESS_LABELS, Access


class AccessEvent(models.Model):
    """One look at the data: who, when, what row, what screen, from where. Append-only.

    `user_id` is a plain number without a foreign key: an account may go, the log of its looks may not change.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=20, choices=[(a.value, ACCESS_LABELS[a]) for a in Access])
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    screen = models.CharField(max_length=100, blank=True)
    ip = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="core_access_subject"),
            models.Index(fields=["user_id", "-at"], name="core_access_user"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the access log is append-only';",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id or ''}".strip()
