"""Calendar files of meetings (RFC 5545), as they go by mail (RFC 5546: REQUEST, its updates, CANCEL).

Plain Python. A file says when and where, and whatever summary its caller gives: callers give no name of a child.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FOLD_AT = 75
"""Octets of a line without its line break (RFC 5545, 3.1)."""
PRODUCT = "-//Virtual School//Meetings//EN"


class Method(StrEnum):
    """What the file asks of the calendar that gets it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One meeting for one recipient. `sequence` counts the changes since it was first sent; the `uid` stays."""

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    summary: str
    location: str
    description: str
    organiser: str
    attendee: str = ""


def calendar_file(event: Event, method: Method, *, now: datetime) -> str:
    """The file as text with CRLF line ends. Moments must have a time zone; they are written in UTC."""
    ends_at = event.starts_at + timedelta(minutes=event.minutes)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(ends_at)}",
        f"SUMMARY:{_text(event.summary)}",
        f"LOCATION:{_text(event.location)}",
        f"DESCRIPTION:{_text(event.description)}",
        f"ORGANIZER:mailto:{_address(event.organiser)}",
    ]
    if event.attendee:
        lines.append(f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{_address(event.attendee)}")
    lines += [
        f"STATUS:{'CANCELLED' if method is Method.CANCEL else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{fold(line)}\r\n" for line in lines)


def fold(line: str) -> str:
    """Break a line so that none is longer than FOLD_AT octets; a character is never cut (RFC 5545, 3.1)."""
    parts, part, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > FOLD_AT:
            parts.append(part)
            part, size = " ", 1
        part += character
        size += width
    return "\r\n".join([*parts, part])


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("A moment of a calendar file needs its time zone.")
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11); other control characters have no place in it."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join("".join(c for c in line if c == "\t" or (c >= " " and c != "\x7f")) for line in lines)


def _address(value: str) -> str:
    """An email address as a value: no line break and no quote gets through."""
    return "".join(c for c in value if c > " " and c not in '"<>;:,')
