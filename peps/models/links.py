from datetime import datetime

from django.db import models

from core.audit import track_changes
from core.models import User
from core.sections import Section
from peps.models.pep import PEP
from peps.querysets import PEPDataQuerySet
from peps.rules.workflow import CONTRIBUTOR_LABELS, Contributor


@track_changes(exclude=["token_hash"])
class ContributorLink(models.Model):
    """A link by which a child or a carer writes their own section without an account; only its hash is kept."""

    pep = models.ForeignKey(PEP, on_delete=models.CASCADE, related_name="links")
    party = models.CharField(
        max_length=20, choices=[(p.value, CONTRIBUTOR_LABELS[p]) for p in (Contributor.CHILD, Contributor.CARER)]
    )
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, as hexadecimal digits")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    scope_section = Section.PEPS
    objects = PEPDataQuerySet.as_manager()

    class Meta:
        ordering = ["pep", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["pep", "party"],
                condition=models.Q(finished_at=None, withdrawn_at=None),
                name="peps_link_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"link {self.pk} of PEP {self.pep_id}"

    def works(self, now: datetime) -> bool:
        """Not finished, not withdrawn, not run out."""
        return self.finished_at is None and self.withdrawn_at is None and now < self.expires_at
