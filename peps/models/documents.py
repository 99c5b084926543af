from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import PEPDataQuerySet


@track_changes()
class PEPDocument(models.Model):
    """A file that belongs to a PEP: a school report, a piece of work. Its name on the disk tells nothing of a child."""

    class Kind(models.TextChoices):
        REPORT = "report", "School report"
        WORK = "work", "Piece of the child’s work"
        TIMETABLE = "timetable", "Timetable"
        OTHER = "other", "Something else"

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=255, help_text="Below the documents folder")
    scanned = models.BooleanField(help_text="Seen by the virus scanner; false where none was configured")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "added_at"]

    def __str__(self) -> str:
        return f"document {self.pk} of PEP {self.pep_id}"
