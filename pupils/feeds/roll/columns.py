"""Columns of the roll (docs/feeds/roll.md): only child_id is required, one row per school place."""

import re
from datetime import date
from typing import Any

from core import rules as time_rules
from core.feeds.columns import CellError, Column, parse_date
from pupils import rules
from pupils.models import SchoolPlace


def _child(cell: str) -> str:
    child = rules.normalise_child_id(cell)
    if child is None:
        raise CellError("CHILD_TOO_LONG", "A child id has at most 20 characters.", "Correct the child id.")
    return child


def _day(cell: str) -> date | None:
    return parse_date(cell)


def _uln(cell: str) -> str:
    uln = rules.normalise_uln(cell)
    if uln is None:
        raise CellError("BAD_ULN", "A ULN has ten digits; this one was left out.", "Ask the school for the ULN.")
    return uln


def _sex(cell: str) -> str:
    sex = rules.normalise_sex(cell)
    if sex is None:
        raise CellError("UNKNOWN_CODE", f"{cell[:20]} is no code for sex.", "Write 1 or M, 2 or F, or U.")
    return sex.value


def _send(cell: str) -> str:
    send = rules.normalise_send(cell)
    if send is None:
        raise CellError("UNKNOWN_CODE", f"{cell[:20]} is no code for SEND.", "Write N, K, E or S.")
    return send.value


def _authority(cell: str) -> str:
    code = cell.strip()
    if not re.fullmatch(r"[0-9]{3}", code):
        raise CellError("BAD_AUTHORITY", f"{cell[:20]} is no code of an authority.", "Write three digits, as in 938.")
    return code


def _nc_year(cell: str) -> int:
    if cell.casefold() in {"leaver", "left"}:
        raise CellError(
            "NC_YEAR_LEAVER",
            "The school calls this child a leaver; no year group was stored.",
            "If the child has left the school, give the last day on roll in place_to.",
        )
    try:
        return time_rules.parse_nc_year(cell)
    except ValueError as error:
        raise CellError("BAD_NC_YEAR", str(error), "No year group was stored; the rest of the row was used.") from None


def _academic_year(cell: str) -> int:
    try:
        return time_rules.parse_academic_year(cell)
    except ValueError as error:
        raise CellError("BAD_YEAR", str(error), "No year group was stored; the rest of the row was used.") from None


def _urn(cell: str) -> str:
    urn = rules.normalise_urn(cell)
    if urn is None:
        raise CellError("BAD_URN", f"{cell[:20]} is not a URN.", "A school's URN has six digits.")
    return urn


def _laestab(cell: str) -> str:
    laestab = rules.normalise_laestab(cell)
    if laestab is None:
        raise CellError("BAD_LAESTAB", f"{cell[:20]} is not a DfE number.", "Write seven digits, as in 938/4000.")
    return laestab


_KINDS = {"main": "main", "m": "main", "c": "main", "current": "main", "single": "main",
          "dual": "dual", "d": "dual", "s": "dual", "subsidiary": "dual",
          "alternative": "alternative", "a": "alternative", "ap": "alternative", "alternativeprovision": "alternative",
          "pru": "alternative"}  # fmt: skip


def _kind(cell: str) -> str:
    word = re.sub(r"[^a-z]", "", cell.casefold())
    if word not in _KINDS:
        raise CellError("UNKNOWN_CODE", f"{cell[:20]} is no kind of place.", "Write main, dual or alternative.")
    return SchoolPlace.Kind(_KINDS[word]).value


def _name(cell: str) -> str:
    text = " ".join(cell.split())
    if len(text) > 80:
        raise CellError("TOO_LONG", "The name is longer than 80 characters; it was left out.", "Shorten it.")
    return text


def _email(cell: str) -> str:
    return cell.strip().lower()


def _lenient(name: str, parse: Any, *aliases: str) -> Column:
    return Column(name=name, aliases=aliases, parse=parse, lenient=True)


def _named(name: str, *aliases: str) -> Column:
    return Column(name=name, aliases=aliases, parse=_name, lenient=True, identifying=True)


def _strict(name: str, parse: Any, *aliases: str) -> Column:
    return Column(name=name, aliases=aliases, parse=parse)


COLUMNS: tuple[Column, ...] = (
    Column(
        name="child_id",
        aliases=(
            "Child ID", "ChildID", "CHILD", "Child Unique ID", "Client ID", "Mosaic ID", "LCS ID", "LL ID",
            "Person ID", "LAC ID", "Reference",
        ),
        required=True,
        parse=_child,
        identifying=True,
    ),
    Column(name="upn", aliases=("UPN", "Unique Pupil Number", "PupilUPN", "STUD_UPN", "Current UPN"), identifying=True),
    Column(name="former_upns", aliases=("Former UPNs", "FormerUPN", "Former UPN", "Previous UPN", "Old UPN")),
    _lenient("uln", _uln, "ULN", "UniqueLearnerNumber", "Unique Learner Number"),
    _named("surname", "Last name", "LastName", "Family name", "Legal Surname"),
    _named("forename", "First name", "FirstName", "Given name", "Legal Forename"),
    _named("known_as", "Known as", "Preferred name", "Preferred Forename", "Preferred first name"),
    _strict("dob", _day, "DOB", "Date of Birth", "Birth date", "BirthDate"),
    _lenient("sex", _sex, "Sex", "Gender"),
    _lenient("nc_year", _nc_year, "Year group", "NC Year", "NCyearActual", "Year", "Yr", "National Curriculum Year"),
    _lenient("nc_year_in", _academic_year, "NC year in", "Academic year", "School year", "Year group in"),
    _strict("school_urn", _urn, "School URN", "URN"),
    _strict("school_laestab", _laestab, "LAESTAB", "DfE Number", "DfE No", "DfE", "DfES Number", "School Number"),
    _strict("place_from", _day, "Place from", "Entry date", "EntryDate", "Date of admission", "Admission date",
            "On roll from", "School from", "School start date"),
    _strict("place_to", _day, "Place to", "Leaving date", "Date of leaving", "Last day on roll", "On roll to",
            "School to", "School end date"),
    _lenient("place_kind", _kind, "Place kind", "Enrolment", "Enrolment status", "EnrolStatus", "Registration"),
    _lenient("send", _send, "SEND", "SEN", "SEN provision", "SEN status"),
    _lenient("responsible_la", _authority, "Responsible LA", "Responsible authority", "Looked after by"),
    _lenient("adviser_email", _email, "Adviser email", "Adviser", "Education adviser", "Advisor email"),
    _lenient("social_worker_email", _email, "Social worker email", "Social worker", "SW email"),
    _lenient("iro_email", _email, "IRO email", "IRO", "Reviewing officer"),
)  # fmt: skip
TEMPLATE_COLUMNS = tuple(column.name for column in COLUMNS)
