from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import PEPDataQuerySet


@track_changes()
class ReminderSent(models.Model):
    """That somebody was told of a deadline of a PEP by mail: once for each deadline, kind of word and person."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="reminders")
    code = models.CharField(max_length=8)
    due_on = models.DateField()
    kind = models.CharField(max_length=40, help_text="reminder-5, late, late-5-vsh (core/deadlines/reminders.py)")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "sent_at"]
        constraints = [
            models.UniqueConstraint(fields=["pep", "code", "due_on", "kind", "user"], name="peps_reminder_once")
        ]
        indexes = [models.Index(fields=["user", "sent_at"], name="peps_reminder_day")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.code}, PEP {self.pep_id}"
