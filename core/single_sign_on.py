"""Single sign-on by OpenID Connect: the council's own sign-in (Entra ID and the like) in place of our password.

It opens accounts that are here and open, and makes none. The first time, person and account find each other by the
email address that the provider has verified; from then on by the provider's unchanging number for the person. So an
address that was given to somebody else later does not open the account of the one who had it before.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from core.audit import Access, record_access
from core.models import User

PROVIDER_ID = "council"


def offered() -> str:
    """What the button calls the council's sign-in; empty where none is set up."""
    return settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def password_is_off(email: str) -> bool:
    """Whether people of this email domain sign in by single sign-on only (PASSWORD_OFF_DOMAINS)."""
    return bool(offered()) and domain_of(email) in settings.PASSWORD_OFF_DOMAINS


def password_off_words() -> str:
    return f"People with this kind of email address sign in with {offered()}, without a password here"


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Decides whom the provider's answer lets in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the person to their account, or refuse with one page for every reason."""
        if sociallogin.state.get("process") != "login":
            self._refuse(request, "process")
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                self._refuse(request, "closed", sociallogin.user)
            return
        email = self._verified_email(sociallogin)
        user = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
        if user is None:
            self._refuse(request, "no account" if email else "no verified address")
        elif SocialAccount.objects.filter(user=user).exists():
            self._refuse(request, "other person", user)
        else:
            with transaction.atomic():
                sociallogin.connect(request, user)

    @staticmethod
    def _verified_email(sociallogin: SocialLogin) -> str:
        """The address of the answer when the provider says that it is the person's, or vouches for its domain."""
        for address in sociallogin.email_addresses:
            if address.verified is True or domain_of(address.email) in settings.OIDC_EMAIL_DOMAINS:
                return str(address.email)
        return ""

    @staticmethod
    def _refuse(request: HttpRequest, why: str, user: User | None = None) -> None:
        record_access(request, Access.SIGN_IN_FAILED, subject=user, detail={"step": "single sign-on", "why": why})
        raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", {"name": offered()}, status=403))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:
        record_access(request, Access.SIGN_IN_FAILED, detail={"step": "single sign-on", "why": "provider"})

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """That single sign-on was used for the first time is no news to the person."""
