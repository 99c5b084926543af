from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.audit import track_changes
from core.models.calendars import SEASONS


@track_changes()
class DeadlineSetting(models.Model):
    """How the county changed a deadline rule, for what happens from a day on. Rows are never changed: the last wins."""

    code = models.CharField(max_length=8)
    from_on = models.DateField()
    switched_on = models.BooleanField(default=True)
    offset = models.SmallIntegerField(null=True, help_text="Days, as the rule counts them; empty: as by default")
    reminders = ArrayField(models.PositiveSmallIntegerField(), null=True, help_text="Working days before the due date")
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "set_at", "pk"]

    def __str__(self) -> str:
        return f"{self.code} from {self.from_on}"


@track_changes()
class TermCutOff(models.Model):
    """The last day for the PEP meetings of a term, where the county fixed one."""

    academic_year = models.PositiveSmallIntegerField(help_text="Year it starts: 2026 is 2026/27")
    season = models.CharField(max_length=10, choices=SEASONS)
    on = models.DateField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["academic_year", "on"]
        constraints = [models.UniqueConstraint(fields=["academic_year", "season"], name="core_cut_off_once_a_term")]

    def __str__(self) -> str:
        return f"{self.season} {self.academic_year}: {self.on}"
