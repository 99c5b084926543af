from decimal import Decimal

from django.db import models

from attainment.querysets import IndicatorFigureQuerySet
from attainment.rules import GradeScheme, QualificationSpec, Stage
from attainment.rules.collection import STANDING_COLOURS, STANDING_LABELS, Standing
from core.audit import track_changes, track_facts
from core.figures import Figure
from core.models import FeedRun, User
from core.rules import KEY_STAGE_LABELS, KeyStage, Season, term_label
from core.sections import Section
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet

GRADE_ORDER = ("A*", "A", "B", "C", "P", "M", "D", "D*")
STAGE_CHOICES = [(stage.value, KEY_STAGE_LABELS[KeyStage(stage)]) for stage in Stage]


@track_changes()
class Qualification(models.Model):
    """A qualification and what it is worth: sizes and level-2 rules are data, mended by the data officer.

    One that a file brought and nobody mapped has `mapped=False`, counts nothing and is listed.
    """

    name = models.CharField(max_length=100, unique=True)
    key = models.CharField(max_length=100, unique=True, help_text="Folded name, for matching")
    code = models.CharField(
        max_length=40, unique=True, null=True, blank=True, help_text="Of the built-in list; none for others"
    )
    stage = models.CharField(max_length=3, choices=STAGE_CHOICES, default=Stage.KS4.value)
    is_teacher_assessment = models.BooleanField(default=False, help_text="Kept, and not a test")
    scheme = models.CharField(
        "how grades are written",
        max_length=30,
        choices=[(s.value, s.value.capitalize()) for s in GradeScheme],
        default=GradeScheme.LETTER.value,
    )
    size = models.DecimalField(max_digits=4, decimal_places=2, null=True, help_text="1 is one GCSE")
    level2_grades = models.CharField(max_length=200, blank=True, help_text="Grades that pass level 2, by blanks")
    is_gcse = models.BooleanField(default=False, help_text="May serve as the English or mathematics GCSE")
    counts_from = models.PositiveSmallIntegerField(null=True, help_text="First assessment year in which it counts")
    mapped = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def size_words(self) -> str:
        """The size without idle noughts: "0.5", "4"; empty when not known."""
        return "" if self.size is None else f"{self.size.normalize():f}"

    @property
    def level2_words(self) -> str:
        """The grades that pass, best first as schools write them; empty when none does."""
        grades = self.level2_grades.split()
        return " ".join([g for g in GRADE_ORDER if g in grades] + [g for g in grades if g not in GRADE_ORDER])

    @property
    def spec(self) -> QualificationSpec | None:
        """In the shape the rules read; None while nobody has mapped it."""
        if not self.mapped:
            return None
        return QualificationSpec(
            code=self.code or self.key,
            name=self.name,
            size=self.size or Decimal(0),
            scheme=GradeScheme(self.scheme),
            pass_grades=frozenset(self.level2_grades.split()),
            is_gcse=self.is_gcse,
            counts_from=self.counts_from,
            stage=Stage(self.stage),
        )


@track_facts()
class Result(models.Model):
    """One result as sent; a later one of the same child, year, stage, subject, qualification and sitting
    replaces it.
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="results")
    assessment_year = models.PositiveSmallIntegerField(help_text="2009 is summer 2009")
    stage = models.CharField(max_length=3, choices=STAGE_CHOICES)
    subject = models.CharField(max_length=100)
    subject_key = models.CharField(max_length=100, help_text="Folded subject, for matching")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="results")
    grade = models.CharField(max_length=20)
    size = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    level2_pass = models.BooleanField(null=True)
    sat_on = models.DateField(null=True)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    scope_section = Section.ATTAINMENT
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "assessment_year", "stage", "subject_key", "qualification", "sat_on"],
                name="attainment_result_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["stage", "assessment_year"], name="attainment_result_year")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.subject} {self.assessment_year}"


class IndicatorFigure(models.Model):
    """A computed indicator of a year: the latest computation of its definition version, with its children."""

    code = models.CharField(max_length=10)
    assessment_year = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=15)
    definition = models.CharField(max_length=20, help_text="Version of the definition that was used")
    as_at = models.DateField()
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    review = models.PositiveIntegerField()
    unmatched = models.PositiveIntegerField(
        default=0, help_text="In the 12-month cohort and year group, without any result of the stage and year"
    )
    looked_after = models.PositiveIntegerField(
        default=0, help_text="All children looked after at any time in the window"
    )
    continuous = models.PositiveIntegerField(default=0, help_text="Of them, for all twelve months")
    computed_at = models.DateTimeField()

    objects = IndicatorFigureQuerySet.as_manager()

    class Meta:
        ordering = ["code", "assessment_year"]
        constraints = [
            models.UniqueConstraint(fields=["code", "assessment_year", "basis"], name="attainment_figure_once"),
            models.CheckConstraint(
                condition=models.Q(numerator__lte=models.F("denominator")),
                name="attainment_figure_n_within_d",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.assessment_year} ({self.basis})"

    @property
    def figure(self) -> Figure:
        """As it is printed: "15 of 45 (33.3%)"."""
        return Figure(self.numerator, self.denominator)


class IndicatorPupil(models.Model):
    """Why a child counts or not in a figure: one sentence, and flags for what to look at."""

    figure = models.ForeignKey(IndicatorFigure, on_delete=models.CASCADE, related_name="pupils")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="indicator_rows")
    status = models.CharField(max_length=6, choices=[("in", "In"), ("out", "Out"), ("review", "Review")])
    in_denominator = models.BooleanField()
    in_numerator = models.BooleanField()
    reason = models.TextField()
    flags = models.JSONField(default=list)

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["figure", "pupil"], name="attainment_figurepupil_once")]

    def __str__(self) -> str:
        return f"{self.figure_id}/{self.pupil_id}: {self.status}"


@track_changes()
class TermAssessment(models.Model):
    """How a child stood in one subject at the end of a term, as the school said in the termly collection."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="term_assessments")
    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10, choices=[(s.value, s.value.capitalize()) for s in Season])
    subject = models.CharField(max_length=100)
    subject_key = models.CharField(max_length=100, help_text="Folded subject: one row a subject and term")
    working_at = models.CharField(max_length=40, help_text="Grade, standard or level the child works at")
    target = models.CharField(max_length=40, blank=True, help_text="For the end of the stage")
    standing = models.CharField(max_length=10, choices=[(s.value, label) for s, label in STANDING_LABELS.items()])
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    scope_section = Section.ATTAINMENT
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["pupil", "-academic_year", "season", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "academic_year", "season", "subject_key"], name="attainment_term_subject_once"
            )
        ]
        indexes = [models.Index(fields=["academic_year", "season"], name="attainment_term")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.subject} {self.season} {self.academic_year}"

    @property
    def term_label(self) -> str:
        """ "Autumn term 2026"."""
        return term_label(self.academic_year, Season(self.season))

    @property
    def tag(self) -> tuple[str, str]:
        """(word, colour) of the standing."""
        return STANDING_LABELS[Standing(self.standing)], STANDING_COLOURS[Standing(self.standing)]
