"""Mail of the service by the configured server: plain text, where wanted with a calendar file.

What is said in a mail is the caller's to keep free of children's names. Faults are logged by their kind only.
"""

from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

import structlog
from django.core.mail import EmailMultiAlternatives

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarPart:
    """A calendar file that goes with a mail: as a part that mail programs read, and as a file to open."""

    text: str
    method: str
    filename: str = "meeting.ics"


def send_mail_to(
    address: str, *, subject: str, text: str, reply_to: str = "", calendar: CalendarPart | None = None,
    connection: Any = None,
) -> bool:  # fmt: skip
    """Send one mail; False when the server did not take it, so that the caller can try again.

    `connection` is an open connection of Django's to send many over.
    """
    message = EmailMultiAlternatives(
        subject, text, None, [address], reply_to=[reply_to] if reply_to else None, connection=connection
    )
    if calendar is not None:
        message.attach_alternative(calendar.text, f"text/calendar; method={calendar.method}")
        message.attach(calendar.filename, calendar.text, "text/calendar")
    try:
        return bool(message.send())
    except (OSError, SMTPException) as error:
        logger.error("mail_failed", fault=type(error).__name__)  # noqa: TRY400
        if connection is not None:
            # What is left of a broken conversation must not spoil the next mail.
            connection.close()
        return False
