from django.conf import settings
from django.db import models

from attendance.querysets import RegisterDataQuerySet
from core.audit import track_changes, track_facts
from core.models import FeedRun
from core.sections import Section
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet
from schools.models import School


class Source(models.TextChoices):
    WELFARE_CALL = "welfare-call", "Welfare Call"
    B2B = "b2b", "B2B (school system)"


@track_facts()
class Register(models.Model):
    """A child's marks of one academic year at one school (or 'not stated') from one source.

    `marks` holds one symbol a place: place = 2 x days since 1 September, + 1 for PM; blank where nothing was
    reported. Symbols of two-character codes are private (attendance.rules). See attendance.register.
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="registers")
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="registers")
    academic_year = models.PositiveSmallIntegerField(help_text="Year it starts: 2009 is 2009/10")
    source = models.CharField(max_length=15, choices=Source.choices)
    marks = models.CharField(max_length=732)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    scope_section = Section.ATTENDANCE
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "school", "academic_year", "source"],
                name="attendance_register_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["academic_year", "school"], name="attendance_register_school")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.academic_year} {self.source}"


class MarkNote(models.Model):
    """What came with a mark: the reason, minutes late, a comment, or the text of a code we do not know."""

    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="notes")
    place = models.PositiveSmallIntegerField()
    code_text = models.CharField(max_length=20, blank=True, help_text="An unknown code as it was read")
    reason = models.CharField(max_length=300, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    minutes_late = models.PositiveSmallIntegerField(null=True)

    scope_section = Section.ATTENDANCE
    objects = RegisterDataQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "place"], name="attendance_note_once")]

    def __str__(self) -> str:
        return f"note {self.register_id}/{self.place}"


class MarkCorrection(models.Model):
    """A later file changed a mark: what it was, what it is, which run."""

    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="corrections")
    place = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=1)
    before_text = models.CharField(max_length=300, blank=True, help_text="What came with the earlier mark")
    after = models.CharField(max_length=1)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(auto_now_add=True)

    scope_section = Section.ATTENDANCE
    objects = RegisterDataQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["register", "place"], name="attendance_correction_place")]

    def __str__(self) -> str:
        return f"correction {self.register_id}/{self.place}"


class EffectiveRegister(models.Model):
    """The marks that count for a child in an academic year, chosen from all registers by the written precedence."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="effective_registers")
    academic_year = models.PositiveSmallIntegerField()
    marks = models.CharField(max_length=732)

    scope_section = Section.ATTENDANCE
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pupil", "academic_year"], name="attendance_effective_once")]
        indexes = [models.Index(fields=["academic_year"], name="attendance_effective_year")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.academic_year}"


@track_changes()
class MarkConflict(models.Model):
    """Two registers hold physical marks that differ for one session; a person says which one counts."""

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        RESOLVED = "resolved", "Decided"
        GONE = "gone", "The sources agree now"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="mark_conflicts")
    academic_year = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    on = models.DateField()
    session = models.CharField(max_length=2, choices=[("AM", "AM"), ("PM", "PM")])
    first = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="+")
    first_mark = models.CharField(max_length=1)
    second = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="+")
    second_mark = models.CharField(max_length=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    chosen = models.ForeignKey(Register, null=True, on_delete=models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    scope_section = Section.ATTENDANCE
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pupil", "academic_year", "place"], name="attendance_conflict_once")
        ]
        indexes = [models.Index(fields=["state", "-on"], name="attendance_conflict_open")]

    def __str__(self) -> str:
        return f"conflict {self.pupil_id} {self.on} {self.session}"


class CodeRow(models.Model):
    """The dated code table of attendance.rules, for SQL: filled by migration, never edited by hand."""

    code = models.CharField(max_length=3)
    symbol = models.CharField(max_length=1)
    category = models.CharField(max_length=30)
    meaning = models.CharField(max_length=80)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True, help_text="First day on which it no longer holds")

    class Meta:
        db_table = "attendance_code"
        ordering = ["code", "valid_from"]

    def __str__(self) -> str:
        return self.code


class Mark(models.Model):
    """One row a mark, for analysts and odd queries: a view over the registers (stack.md D.6). Read only.

    `category` is null for `-` and for codes that are not valid on their day.
    """

    pk = models.CompositePrimaryKey("register_id", "place")
    register = models.ForeignKey(Register, on_delete=models.DO_NOTHING, related_name="+")
    place = models.PositiveSmallIntegerField()
    pupil = models.ForeignKey(Pupil, on_delete=models.DO_NOTHING, related_name="+")
    school = models.ForeignKey(School, null=True, on_delete=models.DO_NOTHING, related_name="+")
    academic_year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=15)
    on = models.DateField()
    session = models.CharField(max_length=2)
    symbol = models.CharField(max_length=1)
    code = models.CharField(max_length=20)
    category = models.CharField(max_length=30, null=True)

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "attendance_mark"

    def __str__(self) -> str:
        return f"mark {self.register_id}/{self.place}"
