import pgtrigger
from django.conf import settings
from django.db import models

from core.audit import track_changes
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet
from rights.consents.rules import ANSWER_LABELS, GIVER_LABELS, HOW_LABELS
from rights.models.notices import PrivacyNotice


@track_changes()
class ConsentPurpose(models.Model):
    """What somebody is asked to consent to. The list is the council's own; one that is in use is never removed."""

    name = models.CharField(max_length=80, unique=True)
    about = models.CharField(max_length=200, blank=True)
    needs_detail = models.BooleanField("name what exactly", default=False, help_text="Which partner, which trip")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@track_changes()
class Consent(models.Model):
    """An answer to one question, as it was given. Nothing is overwritten: a withdrawal is a row of its own.

    The database lets no column change but the child's, which a merge of two records changes (pupils.duplicates).
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="consents")
    purpose = models.ForeignKey(ConsentPurpose, on_delete=models.PROTECT, related_name="consents")
    detail = models.CharField("what exactly", max_length=120, blank=True)
    answer = models.CharField(max_length=10, choices=[(a.value, label) for a, label in ANSWER_LABELS.items()])
    given_by = models.CharField(max_length=20, choices=[(g.value, label) for g, label in GIVER_LABELS.items()])
    giver_name = models.CharField("their name", max_length=80, blank=True)
    on = models.DateField()
    how = models.CharField(max_length=10, choices=[(h.value, label) for h, label in HOW_LABELS.items()])
    until = models.DateField(null=True, help_text="The last day on which it holds; empty: until withdrawn")
    notice = models.ForeignKey(PrivacyNotice, null=True, on_delete=models.PROTECT, related_name="consents")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["pupil", "purpose"], name="rights_consent_purpose")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(answer="given", until__gte=models.F("on")),
                name="rights_consent_until_after_on",
            )
        ]
        triggers = [pgtrigger.ReadOnly(name="nothing_is_overwritten", exclude=["pupil"])]

    def __str__(self) -> str:
        return f"{self.answer} {self.purpose_id} of {self.pupil_id} on {self.on}"

    @property
    def what(self) -> str:
        """ "Sharing with a partner: Westmarch Mentors"."""
        return f"{self.purpose.name}: {self.detail}" if self.detail else self.purpose.name
