"""Columns of the file of people, and the words by which councils call the roles."""

import re
from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from core.feeds.columns import CellError, Column, parse_date
from core.models import User
from core.roles import ROLE_LABELS, Role
from schools.feeds.gias_columns import parse_urn

ROLE_WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.VSH: ("VSH", "Virtual Head", "Head of Virtual School", "Head of the Virtual School",
               "Virtual School Headteacher"),
    Role.ADVISER: ("Adviser", "Advisor", "Education adviser", "Education advisor", "LAC adviser", "LACEA",
                   "LAC education advisor", "Virtual School adviser", "Education support officer", "ESO"),
    Role.IRO: ("IRO", "Reviewing officer", "Independent reviewing officers"),
    Role.DESIGNATED_TEACHER: ("DT", "Designated teacher for LAC", "Designated teacher for looked-after children",
                              "Designated teacher (LAC)", "Des teacher"),
    Role.SOCIAL_WORKER: ("SW", "Childs social worker", "Child's social worker", "Allocated social worker"),
    Role.DATA_OFFICER: ("Data", "DO", "MIU", "MIU officer", "Data analyst", "Management information officer"),
    Role.FINANCE_OFFICER: ("Finance", "FO", "Finance assistant"),
    Role.BOARD_READER: ("Board", "Board member", "KCPG", "CCB", "Corporate parenting board", "Corporate parent"),
    Role.SYSTEM_ADMIN: ("Sysadmin", "System admin", "Systems administrator"),
    Role.SCHOOL_COLLEAGUE: ("Colleague", "Delegate"),
}  # fmt: skip
"""What a role is called in files besides its stored name and its label; case, blanks and punctuation do not matter."""


def _key(words: str) -> str:
    return re.sub(r"[^a-z]", "", words.casefold())


_ROLE_OF = {_key(word): role for role in Role for word in (role.value, ROLE_LABELS[role], *ROLE_WORDS[role])}
_OFFERED = ", ".join(
    label for role, label in ROLE_LABELS.items() if role not in {Role.SYSTEM_ADMIN, Role.SCHOOL_COLLEAGUE}
)


def parse_role(cell: str) -> Role:
    """Raises CellError UNKNOWN_ROLE, or DELEGATED_ROLE for the role that only a designated teacher gives."""
    role = _ROLE_OF.get(_key(cell))
    if role is None:
        raise CellError("UNKNOWN_ROLE", f"{cell[:60]} is no role of the service.", f"Write one of: {_OFFERED}.")
    if role == Role.SCHOOL_COLLEAGUE:
        raise CellError(
            "DELEGATED_ROLE",
            "School colleagues do not come by a file.",
            "Leave the row out: the school's designated teacher delegates children to a colleague.",
        )
    return role


def parse_email(cell: str) -> str:
    """In small letters. Raises CellError BAD_EMAIL."""
    email = cell.removeprefix("mailto:").strip().lower()
    try:
        EmailValidator()(email)
    except ValidationError:
        raise CellError(
            "BAD_EMAIL", f"{cell[:60]} is not an email address.", "Write it like name@example.org."
        ) from None
    if len(email) > 254:
        raise CellError("TOO_LONG", "The address is longer than 254 characters.", "Use a shorter one.")
    return email


def _text(field: str) -> Callable[[str], str]:
    length: int = getattr(User._meta.get_field(field), "max_length", None) or 0

    def parse(cell: str) -> str:
        text = " ".join(cell.split())
        if len(text) > length:
            raise CellError("TOO_LONG", f"The text is longer than {length} characters.", "Shorten it at the source.")
        return text

    return parse


COLUMNS: tuple[Column, ...] = (
    Column(
        name="email", aliases=("Email address", "E-mail address", "Mail", "Work email", "Work email address"),
        required=True, parse=parse_email, identifying=True,
    ),
    Column(
        name="name", aliases=("Full name", "Person", "Staff name", "Display name"), required=True,
        parse=_text("name"), identifying=True,
    ),
    Column(name="role", aliases=("Job role", "Role in the service", "System role"), required=True, parse=parse_role),
    Column(name="school_urn", aliases=("School URN", "URN", "URN of school"), parse=parse_urn),
    Column(name="team", aliases=("Team name", "Service", "Service or team"), parse=_text("team"), lenient=True),
    Column(
        name="from", aliases=("From date", "Date from", "Start", "Start date", "Starts on", "First day", "from_on"),
        parse=parse_date,
    ),
    Column(
        name="to",
        aliases=("To date", "Date to", "End", "End date", "Until", "Leaves on", "Leaving date", "Last day", "to_on"),
        parse=parse_date,
    ),
)  # fmt: skip
TEMPLATE = tuple(column.name for column in COLUMNS)
