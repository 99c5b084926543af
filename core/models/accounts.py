from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from core.audit import track_changes
from core.querysets import UserQuerySet
from core.roles import ROLE_LABELS, ROLE_PERMISSIONS, AccountState, InvitationState, Permission, Role


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account; `password=None` makes one that cannot sign in with a password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")


@track_changes(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from `role`; which children they see from relations."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=30, choices=[(r.value, ROLE_LABELS[r]) for r in Role])
    team = models.CharField(max_length=80, blank=True, help_text="Where in the council or school, as people say it")
    is_active = models.BooleanField(default=True)
    leaves_on = models.DateField(
        null=True, help_text="The last day: from the next one on nobody gets in with the account"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="core_user_email_once"),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="core_user_role_known"),
            # A date that comes by itself could lock out the last one: theirs are closed by hand.
            models.CheckConstraint(
                condition=models.Q(leaves_on=None) | ~models.Q(role=Role.SYSTEM_ADMIN.value),
                name="core_user_administrator_stays",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[Role(self.role)]

    @property
    def state(self) -> AccountState:
        """How the account stands (`UserQuerySet.in_state` says the same of rows)."""
        if not self.is_active:
            return AccountState.CLOSED
        came = self.has_usable_password() or self.last_login is not None
        return AccountState.ACTIVE if came else AccountState.WAITING

    def has_left(self, today: date) -> bool:
        """Whether the last day is over. The account is closed the night after it; nobody gets in meanwhile."""
        return self.leaves_on is not None and self.leaves_on < today

    def can(self, permission: Permission) -> bool:
        """True when the person's role includes `permission` (core.roles)."""
        return self.is_active and permission in ROLE_PERMISSIONS[Role(self.role)]


@track_changes(exclude=["token_hash"])
class Invitation(models.Model):
    """A link by which a person chooses the first password of an account; of its token only the hash is kept.

    At most one of an account is open: a later one takes the place of the earlier.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, as hexadecimal digits")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="core_invitation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None), name="core_invitation_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def state(self, now: datetime) -> InvitationState:
        """Whether the link works at a moment, else why not."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.withdrawn_at is not None or not self.user.is_active or self.user.has_left(timezone.localdate(now)):
            return InvitationState.WITHDRAWN
        return InvitationState.OPEN if now < self.expires_at else InvitationState.EXPIRED
