from core.scoping import ScopedQuerySet


class RegisterDataQuerySet(ScopedQuerySet):
    scope_through = "register__pupil"
