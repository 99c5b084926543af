from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.audit import track_changes
from core.classification import CLASS_LABELS, DataClass
from rights.processing.rules import BASIS_LABELS, CONDITION_LABELS


@track_changes()
class ProcessingActivity(models.Model):
    """One line of the record of processing activities (UK GDPR, Article 30). Its history is the change history."""

    name = models.CharField("activity", max_length=120, unique=True)
    purpose = models.TextField(max_length=1000)
    lawful_basis = models.CharField(max_length=10, choices=[(b.value, label) for b, label in BASIS_LABELS.items()])
    special_condition = models.CharField(
        "condition for special category data",
        max_length=10,
        choices=[(c.value, label) for c, label in CONDITION_LABELS.items()],
    )
    whose = models.TextField("whose data", max_length=500)
    data = models.TextField("what data", max_length=1000)
    classes = ArrayField(
        models.CharField(max_length=10, choices=[(c.value, CLASS_LABELS[c]) for c in DataClass]),
        verbose_name="classes of data",
    )
    recipients = models.TextField(max_length=1000)
    transfers = models.TextField("transfers out of the United Kingdom", max_length=500)
    retention = models.TextField("how long it is kept", max_length=500)
    security = models.TextField("how it is kept secure", max_length=1000)
    is_current = models.BooleanField("going on", default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_current", "name"]
        verbose_name_plural = "processing activities"

    def __str__(self) -> str:
        return self.name
