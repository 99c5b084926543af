from django.db import models

from core.audit import track_changes

SEASONS = [("autumn", "Autumn"), ("spring", "Spring"), ("summer", "Summer")]


@track_changes()
class Calendar(models.Model):
    """School terms as a group of schools keeps them. The county's own is the default of every school."""

    name = models.CharField(max_length=100, unique=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="core_calendar_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name


@track_changes()
class Term(models.Model):
    """Half a season: "Term 1" is the first half of autumn. Both days are school days (unless closed)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="terms")
    academic_year = models.PositiveSmallIntegerField(help_text="Year it starts: 2009 is 2009/10")
    season = models.CharField(max_length=10, choices=SEASONS)
    half = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["calendar", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "academic_year", "season", "half"], name="core_term_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="core_term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.academic_year}/{(self.academic_year + 1) % 100:02d}"


@track_changes()
class ClosureDay(models.Model):
    """A day inside a term without sessions: staff training, polling, snow."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField()
    reason = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="core_closure_once")]

    def __str__(self) -> str:
        return f"{self.on}: {self.reason}"
