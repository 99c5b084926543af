"""Sign-in: django-allauth, closed to sign-up (accounts are made by the system administrator)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.audit import Access, record_access
from core.models import User


class ClosedAccountAdapter(DefaultAccountAdapter):
    """No self-registration; sign-in, failure, sign-out and a change of password or second step leave an audit row."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: object) -> None:
        super().login(request, user)
        record_access(request, Access.SIGNED_IN)

    def logout(self, request: HttpRequest) -> None:
        record_access(request, Access.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: object) -> None:
        """Which account was tried is kept by its number, never what was typed."""
        super().authentication_failed(request, **credentials)
        tried = User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()
        record_access(request, Access.SIGN_IN_FAILED, subject=tried, detail={"because": "password"})

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The package asks for the words of what it refuses: too many tries never reach `authentication_failed`."""
        if code == "too_many_login_attempts":
            record_access(self.request, Access.SIGN_IN_FAILED, detail={"because": "too many tries"})
        return super().validation_error(code, *args)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """The package tells of each change of password, second step or address here, also where no mail is sent."""
        what = template_prefix.rpartition("/")[2]
        record_access(self.request, Access.CREDENTIALS, user=user, subject=user, detail={"what": what})
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending one's sessions elsewhere is signing out there."""

    def end_sessions(self, sessions: Any) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            record_access(None, Access.SIGNED_OUT, user=ended[0].user, detail={"sessions": len(ended)})


class SecondStepAdapter(DefaultMFAAdapter):
    """A wrong code of somebody whose password was right is a failed sign-in too."""

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "incorrect_code" and self.request is not None and not self.request.user.is_authenticated:
            record_access(self.request, Access.SIGN_IN_FAILED, detail={"because": "code"})
        return super().validation_error(code, *args)
