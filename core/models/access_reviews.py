from django.conf import settings
from django.db import models

from core.audit import track_changes
from core.querysets import AccessReviewQuerySet
from core.roles import ROLE_LABELS, Role
from core.rules import Season, term_label


@track_changes()
class AccessReview(models.Model):
    """One term's look at who has access: a list frozen when it was opened, and what was decided of each line."""

    academic_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=10, choices=[(s.value, s.value.capitalize()) for s in Season])
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_opened")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reviews_closed"
    )
    closed_at = models.DateTimeField(null=True)

    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["academic_year", "season"], name="core_access_review_once_a_term"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="core_access_review_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Access review, {self.term}"

    @property
    def term(self) -> str:
        return term_label(self.academic_year, Season(self.season))

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@track_changes()
class AccessReviewLine(models.Model):
    """An account as it was when the review was opened, and what was decided of it."""

    class Decision(models.TextChoices):
        OPEN = "", "Not decided"
        CONFIRMED = "confirmed", "Confirmed"
        REMOVED = "removed", "Removed"
        GONE = "gone", "Closed meanwhile"

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="lines")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_lines")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    role = models.CharField(max_length=30, choices=[(r.value, ROLE_LABELS[r]) for r in Role])
    team = models.CharField(max_length=80, blank=True)
    children = models.PositiveIntegerField(null=True, help_text="How many children the person saw; null: every child")
    relations = models.JSONField(default=list, help_text="Why, in words without any child's name")
    last_seen_at = models.DateTimeField(null=True)
    last_login = models.DateTimeField(null=True)
    second_step = models.BooleanField()
    flags = models.JSONField(default=list, help_text="What asks for a closer look (core.access_reviews.rules.Flag)")
    flagged = models.BooleanField(default=False)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="review_decisions"
    )
    decided_at = models.DateTimeField(null=True)

    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="core_access_review_line_once"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at=None)
                | (~models.Q(decision="") & ~models.Q(decided_at=None)),
                name="core_access_review_line_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk} of review {self.review_id}"

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[Role(self.role)]
