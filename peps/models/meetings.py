from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import InviteeQuerySet, MeetingQuerySet


@track_changes()
class Meeting(models.Model):
    """A PEP meeting: planned, moved (a new row takes its place) or held."""

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        ONLINE = "online", "Online"
        MIXED = "mixed", "Some online"

    class Combined(models.TextChoices):
        ALONE = "", "By itself"
        LAC_REVIEW = "lac_review", "With the care review"
        EHCP_REVIEW = "ehcp_review", "With the EHCP annual review"
        ALL = "all", "With both reviews"

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    venue = models.CharField(max_length=200, blank=True)
    link = models.URLField("link to join", max_length=500, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    chair = models.CharField(max_length=120, blank=True)
    interpreter = models.CharField(max_length=60, blank=True, help_text="Language of the interpreter who is needed")
    combined = models.CharField(max_length=20, choices=Combined.choices, blank=True)
    papers_sent_on = models.DateField(null=True)
    moved_because = models.CharField(max_length=300, blank=True)
    moved_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="moved_from")
    child_attended = models.CharField(
        max_length=10, blank=True, choices=[("all", "All of it"), ("part", "Part of it"), ("no", "No")]
    )
    child_absent_because = models.CharField(max_length=300, blank=True)
    next_on = models.DateField(null=True, help_text="The next PEP meeting, set in this one")
    arranged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_because = models.CharField(max_length=300, blank=True)

    scope_section = Section.PEPS
    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["pep"],
                condition=models.Q(moved_to=None, cancelled_at=None),
                name="peps_meeting_one_standing",
            )
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk} of PEP {self.pep_id}"

    @property
    def stands(self) -> bool:
        """Neither moved nor cancelled."""
        return self.moved_to_id is None and self.cancelled_at is None


@track_changes()
class Invitee(models.Model):
    """Somebody who was asked to a meeting: what they answered, and whether they came."""

    class Response(models.TextChoices):
        NONE = "", "No answer yet"
        COMING = "coming", "Coming"
        NOT_COMING = "not_coming", "Not coming"

    class Attendance(models.TextChoices):
        UNKNOWN = "", "Not recorded"
        CAME = "came", "Came"
        APOLOGIES = "apologies", "Sent apologies"
        CONTRIBUTED = "contributed", "Sent a contribution"
        ABSENT = "absent", "Did not come"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitees")
    role = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(null=True)
    response = models.CharField(max_length=20, choices=Response.choices, blank=True)
    attendance = models.CharField(max_length=20, choices=Attendance.choices, blank=True)
    cancel_told_at = models.DateTimeField(null=True)

    scope_section = Section.PEPS
    objects = InviteeQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]

    def __str__(self) -> str:
        return f"invitee {self.pk} of meeting {self.meeting_id}"
