from django.db import models

from core.audit import track_changes
from core.sections import Section
from provision import rules
from pupils.models import Pupil
from pupils.querysets import PupilDataQuerySet
from schools.models import School


@track_changes()
class Exclusion(models.Model):
    """A suspension (once called fixed-term exclusion) or permanent exclusion; its avenue back is a later issue."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="exclusions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="exclusions")
    category = models.CharField(max_length=4, choices=[(c.value, label) for c, label in rules.CATEGORY_LABELS.items()])
    from_on = models.DateField()
    sessions = models.PositiveSmallIntegerField(null=True)

    scope_section = Section.EXCLUSIONS
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "from_on"], name="provision_exclusion_once"),
            models.CheckConstraint(
                condition=models.Q(category=rules.Category.PERMANENT.value, sessions__isnull=True)
                | (
                    ~models.Q(category=rules.Category.PERMANENT.value)
                    & models.Q(sessions__isnull=False, sessions__gt=0)
                ),
                name="provision_sessions_unless_permanent",
            ),
        ]
        indexes = [models.Index(fields=["from_on"], name="provision_exclusion_from")]

    def __str__(self) -> str:
        return f"{self.category} {self.pupil_id} {self.from_on}"

    @property
    def length(self) -> str:
        """ "2.5 days"; "For good" for a permanent exclusion."""
        return rules.days_text(self.sessions) if self.sessions else "For good"

    @property
    def tag(self) -> tuple[str, str]:
        """(word, colour) of what was decided."""
        category = rules.Category(self.category)
        return rules.CATEGORY_LABELS[category], rules.CATEGORY_COLOURS[category]
