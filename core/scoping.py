"""Row-level access, written once. The base class gives nothing; out of scope is 404, seen but not allowed is 403."""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest

from core.roles import Permission
from core.sections import is_limited


class ScopedQuerySet(QuerySet[Any]):
    """Every model that hangs off a child uses this queryset and names its path to the child.

    `scope_through = "pupil"` means: a row is visible when its pupil is. Without a path nothing is visible. To a
    section-limited person a row is visible when the section that its model names (`scope_section`) is open to them for
    its child; rows of a model that names none are not.
    """

    scope_through: ClassVar[str] = ""

    def visible_to(self, user: Any) -> Self:
        if not self.scope_through or isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.can(Permission.SEE_ALL_PUPILS):
            return self
        section = {}
        if is_limited(user):
            section = {"section": getattr(self.model, "scope_section", None)}
            if section["section"] is None:
                return self.none()
        parents = self._scope_parent()._default_manager.visible_to(user, **section)  # type: ignore[attr-defined]
        return self.filter(**{f"{self.scope_through}__in": parents.values("pk")})

    def _scope_parent(self) -> type[Model]:
        model: type[Model] = self.model
        for name in self.scope_through.split("__"):
            field = model._meta.get_field(name)
            assert isinstance(field, Field | models.ForeignObjectRel)
            assert field.related_model is not None and not isinstance(field.related_model, str)
            model = field.related_model
        return model


def require(request: HttpRequest, permission: Permission) -> None:
    """Function views: refuse with 403 a person whose role lacks `permission`."""
    if not request.user.can(permission):  # type: ignore[union-attr]
        raise PermissionDenied("Your role does not include this page.")
