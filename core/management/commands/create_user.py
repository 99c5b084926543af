"""create_user EMAIL --name NAME --role ROLE [--password-stdin]: make an account, the first administrator's too.

`create_user EMAIL --fresh-link` prints a new link to choose a password for an account that is there: the way back in
when the only administrator has forgotten the password.
"""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import EmailValidator

from core import account_access, services
from core.management.base import JsonCommand, Refused
from core.models import User
from core.roles import Role


class Command(JsonCommand):
    help = "Make an account and print a link where its person chooses a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="what the person signs in with")
        parser.add_argument("--name", default="", help="first name and surname")
        parser.add_argument("--role", choices=[role.value for role in Role], help="what the person does")
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of standard input"
        )
        how.add_argument(
            "--fresh-link",
            action="store_true",
            help="for an account that is there: print a new link to choose a password",
        )
        parser.add_argument("--base-url", metavar="URL", default="", help="where people reach the service")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        base_url = options["base_url"] or account_access.service_url()
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("--base-url must begin with https:// or http://")
        if options["fresh_link"]:
            return self._fresh_link(options["email"], f"{base_url.rstrip('/')}/")
        try:
            EmailValidator()(options["email"].strip())
        except ValidationError:
            raise ValueError(f"{options['email']} is no email address.") from None
        if not options["name"].strip() or not options["role"]:
            raise ValueError("A new account needs --name and --role.")
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            user = services.add_account(
                email=options["email"], name=options["name"], role=Role(options["role"]), password=password, actor=None
            )
        except ValidationError as refusal:
            raise Refused(_refused(refusal)) from None
        document = _document(user)
        if password is None:
            document["link"] = services.issue_link(user=user, base_url=f"{base_url.rstrip('/')}/", actor=None)
        return document

    def _fresh_link(self, email: str, base_url: str) -> dict[str, Any]:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise ValueError(f"There is no account {email}.")
        try:
            link = services.issue_link(user=user, base_url=base_url, actor=None)
        except ValidationError as refusal:
            raise Refused(_refused(refusal)) from None
        return {**_document(user), "link": link}

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"{document['email']}: {document['role_label']}")
        if link := document.get("link"):
            self.stdout.write(f"Choose a password here, once, within {document['link_days']} days:\n{link}")


def _document(user: User) -> dict[str, Any]:
    return {
        "status": "done",
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "role_label": user.role_label,
        "link_days": account_access.link_days(user),
    }


def _refused(refusal: ValidationError) -> dict[str, Any]:
    return {"status": "refused", "error": " ".join(refusal.messages)}
