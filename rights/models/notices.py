import pgtrigger
from django.conf import settings
from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet
from rights.notices.querysets import PrivacyNoticeQuerySet
from rights.notices.rules import AUDIENCE_LABELS, GIVEN_HOW_LABELS, Audience


@track_changes()
class PrivacyNotice(models.Model):
    """What one audience is told of how the Virtual School uses data. Once approved a version never changes.

    A version holds from its day until the next approved version of its audience begins.
    """

    audience = models.CharField(max_length=20, choices=[(a.value, AUDIENCE_LABELS[a]) for a in Audience])
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    text = models.TextField(help_text="Paragraphs, an empty line between them")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    in_force_from = models.DateField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = PrivacyNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["audience", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["audience", "version"], name="rights_notice_once"),
            models.UniqueConstraint(
                fields=["audience"], condition=models.Q(approved_at=None), name="rights_notice_one_draft"
            ),
            models.UniqueConstraint(fields=["audience", "in_force_from"], name="rights_notice_one_a_day"),
            models.CheckConstraint(
                condition=models.Q(approved_at=None, approved_by=None, in_force_from=None)
                | models.Q(approved_at__isnull=False, approved_by__isnull=False, in_force_from__isnull=False),
                name="rights_notice_approved_from_a_day",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="never_changes",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.approved_at IS NOT NULL"),
                func="RAISE EXCEPTION 'a privacy notice never changes once it is approved: write a new version';",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()}, version {self.version}"

    @property
    def is_draft(self) -> bool:
        return self.approved_at is None


@track_changes()
class NoticeGiven(models.Model):
    """A version of a notice was given, read out or sent to a child or to somebody who cares for them."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="notices_given")
    notice = models.ForeignKey(PrivacyNotice, on_delete=models.PROTECT, related_name="given")
    on = models.DateField()
    how = models.CharField(max_length=10, choices=[(h.value, label) for h, label in GIVEN_HOW_LABELS.items()])
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"notice {self.notice_id} to {self.pupil_id} on {self.on}"
