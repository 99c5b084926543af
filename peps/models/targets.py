from datetime import date

from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import PEPDataQuerySet
from peps.rules import targets as rules


@track_changes()
class Target(models.Model):
    """What is to be reached, how, by when and who sees to it; at the next PEP what came of it."""

    class Horizon(models.TextChoices):
        SHORT = "short", "By the next PEP"
        LONG = "long", "Longer"

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="targets")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=[(k.value, label) for k, label in rules.KIND_LABELS.items()])
    horizon = models.CharField(max_length=10, choices=Horizon.choices, default=Horizon.SHORT)
    need = models.TextField()
    outcome = models.TextField()
    why = models.TextField()
    how = models.JSONField(default=list, help_text="[{what, when, where, who, often}]")
    measure = models.CharField(max_length=200)
    measure_from = models.CharField(max_length=60, blank=True)
    measure_to = models.CharField(max_length=60)
    owner_name = models.CharField(max_length=120)
    due_on = models.DateField()
    cost = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    cost_words = models.CharField(max_length=200, blank=True)
    child_view = models.TextField(blank=True)
    from_voice = models.BooleanField(default=False, help_text="Set or changed because of what the child said")
    stepped_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="steps_down")
    result = models.CharField(
        max_length=20, blank=True, choices=[(k.value, label) for k, label in rules.OUTCOME_LABELS.items()]
    )
    evidence = models.TextField(blank=True)
    money_impact = models.TextField(blank=True)
    reviewed_on = models.DateField(null=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pep", "number"], name="peps_target_number_once"),
            models.CheckConstraint(
                condition=models.Q(result="", reviewed_on=None)
                | (~models.Q(result="") & models.Q(reviewed_on__isnull=False)),
                name="peps_target_review_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"target {self.number} of PEP {self.pep_id}"

    @property
    def draft(self) -> rules.Draft:
        """The target as the rules read it."""
        return rules.Draft(
            outcome=self.outcome,
            need=self.need,
            why=self.why,
            measure=self.measure,
            measure_from=self.measure_from,
            measure_to=self.measure_to,
            owner=self.owner_name,
            due_on=self.due_on,
            how=tuple(rules.How(**row) for row in self.how),
            cost=self.cost,
        )

    def is_late(self, today: date) -> bool:
        """Past its day and not reviewed yet."""
        return not self.result and self.due_on < today
