from functools import cached_property

from django.db import models

from core.audit import track_changes
from core.models import User
from peps.rules.form import Form, read_form


@track_changes()
class FormVersion(models.Model):
    """A version of the PEP form. In force it is never edited: PEPs keep the version they began with."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONSULTATION = "consultation", "In consultation"
        AGREED = "agreed", "Agreed"
        IN_FORCE = "in_force", "In force"
        RETIRED = "retired", "Retired"
        GIVEN_UP = "given_up", "Given up"

    number = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=120)
    changes = models.TextField(blank=True, help_text="What is new against the version before")
    definition = models.JSONField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    in_force_from = models.DateField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="in_force"), name="peps_form_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @cached_property
    def form(self) -> Form:
        """The sections and fields (rules/form.py); FormFaulty when the definition cannot be used."""
        return read_form(self.definition)


@track_changes()
class FormComment(models.Model):
    """What a group said of a draft, and what was decided."""

    class Group(models.TextChoices):
        TEACHERS = "teachers", "Designated teachers"
        CHILDREN = "children", "Children in Care Council"
        SOCIAL_WORKERS = "social_workers", "Social workers"
        IROS = "iros", "Independent reviewing officers"
        CARERS = "carers", "Carers"
        OTHERS = "others", "Others"

    form = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="comments")
    group = models.CharField(max_length=20, choices=Group.choices)
    on = models.DateField()
    comment = models.TextField()
    outcome = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["form", "on", "pk"]

    def __str__(self) -> str:
        return f"comment {self.pk} on version {self.form_id}"


@track_changes()
class FormApproval(models.Model):
    """That a body agreed to a version."""

    class Body(models.TextChoices):
        KCPG = "kcpg", "Corporate parenting group"
        CCB = "ccb", "Children in care board"
        CICC = "cicc", "Children in Care Council"

    form = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="approvals")
    body = models.CharField(max_length=10, choices=Body.choices)
    on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["form", "body"]
        constraints = [models.UniqueConstraint(fields=["form", "body"], name="peps_form_approval_once")]

    def __str__(self) -> str:
        return f"{self.body} to version {self.form_id}"
