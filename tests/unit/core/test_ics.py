"""Calendar files hold what RFC 5545 asks for, whatever stands in them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ics import FOLD_AT, Event, Method, calendar_file

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def event(**fields: object) -> Event:
    return Event(
        **{
            "uid": "pep-meeting-7@school.example", "sequence": 0, "starts_at": datetime(2027, 6, 1, 10, tzinfo=LONDON),
            "minutes": 90, "summary": "PEP meeting: S.E., PEP 12", "location": "Room 4; first floor, left",
            "description": "Line one\nLine two", "organiser": "adviser@westmarch.example",
            "attendee": "teacher@school.example",
        }
        | fields  # type: ignore[arg-type]
    )  # fmt: skip


def properties(text: str) -> dict[str, str]:
    """Unfold and unescape, as a calendar program does."""
    found = {}
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        out, characters = "", iter(value)
        for character in characters:
            if character == "\\":
                escaped = next(characters)
                out += "\n" if escaped == "n" else escaped
            else:
                out += character
        found[name.partition(";")[0]] = out
    return found


def test_a_meeting_in_summer_time_is_written_in_utc() -> None:
    found = properties(calendar_file(event(), Method.REQUEST, now=NOW))
    assert (found["DTSTART"], found["DTEND"]) == ("20270601T090000Z", "20270601T103000Z")
    assert (found["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("REQUEST", "CONFIRMED", "0")
    assert found["LOCATION"] == "Room 4; first floor, left"
    assert found["DESCRIPTION"] == "Line one\nLine two"
    assert found["ATTENDEE"] == "mailto:teacher@school.example"


def test_a_cancelled_one_says_so() -> None:
    found = properties(calendar_file(event(sequence=2), Method.CANCEL, now=NOW))
    assert (found["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("CANCEL", "CANCELLED", "2")


@given(st.text(max_size=300), st.text(max_size=200))
def test_no_line_is_too_long_and_nothing_is_lost(location: str, summary: str) -> None:
    text = calendar_file(event(location=location, summary=summary), Method.REQUEST, now=NOW)
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= FOLD_AT for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    plain = location.replace("\r\n", "\n").replace("\r", "\n")
    assert properties(text)["LOCATION"] == "".join(c for c in plain if c in "\t\n" or (c >= " " and c != "\x7f"))


def test_an_address_cannot_smuggle_a_line_in() -> None:
    text = calendar_file(event(attendee="a@b.example\r\nATTENDEE:mailto:c@d.example"), Method.REQUEST, now=NOW)
    assert text.count("\r\nATTENDEE") == 1


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar_file(event(starts_at=datetime(2027, 6, 1, 10)), Method.REQUEST, now=NOW)  # noqa: DTZ001
