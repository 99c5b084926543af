from django.conf import settings
from django.db import models
from django.db.models import Q

from core.audit import track_changes
from pupils.models import Pupil
from rights import rules
from rights.querysets import (
    RequestEntryQuerySet,
    RequestMarkQuerySet,
    RequestPackageQuerySet,
    SubjectRequestQuerySet,
)

# In a fixed order: the constraint stands in a migration.
CLOSED = sorted(state.value for state in rules.CLOSED)


@track_changes(exclude=["gathered_counts"])
class SubjectRequest(models.Model):
    """Somebody asks for everything that is held of a person (UK GDPR, Article 15)."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="subject_requests")
    asked_by = models.CharField(max_length=10, choices=list(rules.ASKER_LABELS.items()))
    asker_name = models.CharField(max_length=120, blank=True, help_text="Empty when the person asks themselves")
    authority = models.CharField(max_length=300, blank=True, help_text="Why somebody else may ask for the person")
    channel = models.CharField(max_length=10, choices=list(rules.CHANNEL_LABELS.items()))
    received_on = models.DateField()
    asked_for = models.TextField(max_length=1000, help_text="What they ask for, in their words")
    confirmed_on = models.DateField(null=True, help_text="When identity was confirmed: the clock starts")
    confirmed_how = models.CharField(max_length=200, blank=True)
    extended_on = models.DateField(null=True, help_text="When the person was told of two further months")
    extended_because = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=10, choices=list(rules.STATE_LABELS.items()), default=rules.State.RECEIVED.value
    )
    gathered_at = models.DateTimeField(null=True)
    gathered_counts = models.JSONField(default=dict, help_text="Rows of each part when the record was gathered")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True, help_text="Sent, refused or withdrawn on")
    sent_how = models.CharField(max_length=200, blank=True)
    refusal_ground = models.CharField(max_length=20, blank=True, choices=list(rules.REFUSAL_LABELS.items()))
    closed_because = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by=rules.Asker.PERSON.value) | (~Q(asker_name="") & ~Q(authority="")),
                name="rights_request_authority_recorded",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True) | Q(confirmed_on__gte=models.F("received_on")),
                name="rights_request_confirmed_after_received",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CLOSED, closed_on__isnull=False)
                | (~Q(state__in=CLOSED) & Q(closed_on__isnull=True)),
                name="rights_request_closed_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What letters and the board's list call it: no name."""
        return f"SAR-{self.pk:04d}"

    @property
    def is_closed(self) -> bool:
        return rules.State(self.state) in rules.CLOSED


class RequestEntry(models.Model):
    """A row of the record as it stood when it was gathered. Frozen: the export is made of these, not of the tables."""

    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    chapter = models.CharField(max_length=20, help_text='School year "2014/15", "undated" or an annex')
    part = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    on = models.DateField(null=True)
    row_key = models.CharField(max_length=60, help_text="Row and piece it was made of")
    gathered_facts = models.JSONField(help_text="Name, label, text, of whom it tells, whether protected")
    needs_look = models.BooleanField(default=False, help_text="Holds free words that somebody must read")
    has_others = models.BooleanField(default=False, help_text="Holds what tells of other people")

    objects = RequestEntryQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="rights_entry_once"),
        ]

    def __str__(self) -> str:
        return f"entry {self.request_id}/{self.position}"


@track_changes()
class RequestMark(models.Model):
    """What a person decided of an entry, or of one field of it: disclose, or remove on a ground."""

    class Decision(models.TextChoices):
        DISCLOSE = "disclose", "Disclose"
        REMOVE = "remove", "Remove"

    # Entries have no history of their own: with the request a disposal finds the history of the marks.
    request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(RequestEntry, on_delete=models.CASCADE, related_name="marks")
    field = models.CharField(max_length=40, blank=True, help_text="Empty: the whole entry")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    ground = models.CharField(max_length=20, blank=True, choices=list(rules.GROUND_LABELS.items()))
    note = models.CharField(max_length=300, blank=True, help_text="For the file, never printed")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects = RequestMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "field"], name="rights_mark_once"),
            models.CheckConstraint(
                condition=Q(decision="disclose", ground="") | (Q(decision="remove") & ~Q(ground="")),
                name="rights_mark_ground_when_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.entry_id} {self.field}".strip()


class RequestPackage(models.Model):
    """The ZIP made for a request. `fingerprint` is that of the entries and decisions it was made of."""

    request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="package")
    fingerprint = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=255, help_text="Below the documents folder")
    size = models.PositiveBigIntegerField()
    pages = models.PositiveIntegerField()
    entries = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    objects = RequestPackageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"package {self.request_id}"
