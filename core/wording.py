"""Dates, figures and numbers as pages and documents word them; registered as template filters by `ui`."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from core.figures import NOT_APPLICABLE, Figure


def local_date(value: date | datetime) -> date:
    """The London date of a moment, or the date itself."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def when(value: date | datetime | None, empty: str = "") -> str:
    """A date as "Tue 24 Nov 2026"; `empty` for None."""
    return f"{local_date(value):%a %-d %b %Y}" if value else empty


def when_long(value: date | datetime | None, empty: str = "") -> str:
    """A date as "Tuesday 24 November 2026"."""
    return f"{local_date(value):%A %-d %B %Y}" if value else empty


def short_date(value: date | datetime | None, empty: str = "") -> str:
    """A date without its weekday: "24 Nov 2026"; for tables and dates of birth."""
    return f"{local_date(value):%-d %b %Y}" if value else empty


def moment(value: datetime | None, empty: str = "") -> str:
    """A moment in London as "Tue 24 Nov 2026, 09:14"."""
    if not value:
        return empty
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%a %-d %b %Y, %H:%M}"


def iso(value: date | datetime | None) -> str:
    """For datetime attributes of <time>."""
    return value.isoformat() if value else ""


MONTHS_FROM = 60
MOST_MONTHS = 24
"""From so many days on people think in months, from so many months on in years."""


def relative_words(value: date, today: date) -> str:
    """How far a date is from today: "today", "in 3 days", "4 days ago", from 60 days on "in about 10 months"."""
    days = (value - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    if abs(days) >= MONTHS_FROM:
        months = round(abs(days) / 30.44)
        span = f"{months} months" if months < MOST_MONTHS else f"{round(abs(days) / 365.25)} years"
        return f"in about {span}" if days > 0 else f"about {span} ago"
    return f"in {days:,} days" if days > 0 else f"{-days:,} days ago"


def relative(value: date | datetime | None, today: date | None = None) -> str:
    """`{{ due_on|relative }}`: days from today in words; another day may be given as today."""
    if not value:
        return ""
    return relative_words(local_date(value), today or timezone.localdate())


def school_days(days: int | None, unit: str = "school day") -> str:
    """A signed number of school (or working) days: 3 -> "in 3 school days", -1 -> "1 school day ago"."""
    if days is None:
        return ""
    if days == 0:
        return "today"
    amount = f"{abs(days):,} {unit}{'' if abs(days) == 1 else 's'}"
    return f"in {amount}" if days > 0 else f"{amount} ago"


def figure(value: Figure | Sequence[int] | int | None, denominator: int | None = None) -> str:
    """ "1 of 3 (33.3%)"; takes a Figure, a pair, or `{{ n|figure:d }}`; "n/a" for 0 of 0 and None."""
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, Figure):
        return value.text()
    if isinstance(value, int) or denominator is not None:
        return Figure(int(value), int(denominator or 0)).text()  # type: ignore[arg-type]
    return Figure(int(value[0]), int(value[1])).text()


def percent_of(value: int, denominator: int) -> str:
    """ "33.3%" of n and d, "n/a" for 0 of 0."""
    return Figure(int(value), int(denominator)).percent_label()


def thousands(value: int | None) -> str:
    """A whole number with commas: 1012 -> "1,012"."""
    return NOT_APPLICABLE if value is None else f"{value:,}"


def signed(value: int | Decimal | None) -> str:
    """A change with its sign: 6 -> "+6", -3 -> "-3" with a real minus, 0 -> "no change"."""
    if value is None:
        return ""
    if value == 0:
        return "no change"
    return f"+{value:,}" if value > 0 else f"\N{MINUS SIGN}{abs(value):,}"


def and_list(words: Sequence[str]) -> str:
    """ "2008, 2009 and 2010"; one word as it is."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def count_of(number: int, noun: str) -> str:
    """`{{ 3|count_of:"child,children" }}` -> "3 children"; with one form an s is added."""
    singular, _, plural = noun.partition(",")
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


# In this order: the later names stand in the texts of the earlier ones as well.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("Chrom", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_DEVICES = (("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "an Android device"), ("CrOS", "a Chromebook"),
            ("Windows", "Windows"), ("Mac OS X", "a Mac"), ("Linux", "Linux"))  # fmt: skip


def browser_in_words(user_agent: str) -> str:
    """What a browser says of itself as people know it: "Edge on Windows", "an unknown browser"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    device = next((name for mark, name in _DEVICES if mark in user_agent), "")
    if browser and device:
        return f"{browser} on {device}"
    return browser or (f"a browser on {device}" if device else "an unknown browser")
