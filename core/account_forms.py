"""The sign-in package's forms with our labels and messages; named in the settings ACCOUNT_FORMS and MFA_FORMS."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms

from core.forms import prepare


class _OurWords:
    """Puts `labels` and `hints` on the package's fields and prepares messages before anything is checked."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            if name in self.fields:
                self.fields[name].label = label
        for name, hint in self.hints.items():
            if name in self.fields:
                self.fields[name].help_text = hint
        prepare(self)  # type: ignore[arg-type]


class LoginForm(_OurWords, account.LoginForm):
    labels = {"login": "Email address", "password": "Password"}


class ChangePasswordForm(_OurWords, account.ChangePasswordForm):
    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class SetPasswordForm(_OurWords, account.SetPasswordForm):
    labels = {"password1": "New password", "password2": "New password again"}


class ResetPasswordForm(_OurWords, account.ResetPasswordForm):
    labels = {"email": "Email address"}


class ResetPasswordKeyForm(_OurWords, account.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password again"}


class ReauthenticateForm(_OurWords, account.ReauthenticateForm):
    labels = {"password": "Password"}


class AuthenticateForm(_OurWords, mfa.AuthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "Six figures from the app, or a recovery code"}


class MfaReauthenticateForm(_OurWords, mfa.ReauthenticateForm):
    labels = {"code": "Code"}
    hints = {"code": "Six figures from the app, or a recovery code"}


class ActivateForm(_OurWords, totp.ActivateTOTPForm):
    labels = {"code": "Code from the app"}
    hints = {"code": "Six figures"}
