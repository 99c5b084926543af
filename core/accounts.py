"""Sign-in: django-allauth, closed to sign-up (accounts are made by the system administrator)."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from core.audit import Access, record_access


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No self-registration; sign-in, failure and sign-out leave an audit row."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: object) -> None:
        super().login(request, user)
        record_access(request, Access.SIGNED_IN)

    def logout(self, request: HttpRequest) -> None:
        record_access(request, Access.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: object) -> None:
        super().authentication_failed(request, **credentials)
        record_access(request, Access.SIGN_IN_FAILED)
