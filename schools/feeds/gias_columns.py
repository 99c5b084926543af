"""Columns of the register download and of its links file, and the register's columns that are not used."""

import re
from datetime import date
from typing import Any

from core.feeds.columns import CellError, Column, normalise_heading, parse_date, parse_integer
from schools.models import School


def parse_urn(cell: str) -> str:
    compact = cell.replace(" ", "").removesuffix(".0")
    if not re.fullmatch(r"\d{5,6}", compact):
        raise CellError("BAD_URN", f"{cell[:20]} is not a URN.", "A school's URN has six digits.")
    return compact


def _limited(field: str) -> Any:
    length: int = getattr(School._meta.get_field(field), "max_length", None) or 0

    def parse(cell: str) -> str:
        text = " ".join(cell.split())
        if len(text) > length:
            raise CellError("TOO_LONG", f"The text is longer than {length} characters.", "Shorten it at the source.")
        return text

    return parse


def _la_code(cell: str) -> str:
    code = cell.removesuffix(".0")
    if not re.fullmatch(r"\d{3}", code):
        raise CellError("BAD_LA", f"{cell[:20]} is not the number of an authority.", "It has three digits.")
    return code


def _age(cell: str) -> int:
    age = parse_integer(cell)
    if not 0 <= age <= 99:
        raise CellError("BAD_NUMBER", f"{cell} is not an age.", "Write whole years.")
    return age


def _day(cell: str) -> date | None:
    return parse_date(cell)


def _text(field: str, *aliases: str) -> Column:
    return Column(name=field, aliases=aliases, parse=_limited(field), lenient=True)


REGISTER: tuple[Column, ...] = (
    Column(name="URN", required=True, parse=parse_urn),
    Column(
        name="EstablishmentName",
        aliases=("name", "School name", "Establishment name"),
        required=True,
        parse=_limited("name"),
    ),
    Column(name="la_code", aliases=("LA (code)", "LA code"), parse=_la_code, lenient=True),
    _text("la_name", "LA (name)", "LA name", "LA"),
    Column(name="number", aliases=("EstablishmentNumber",)),
    _text("kind", "TypeOfEstablishment (name)", "TypeOfEstablishment", "Type of establishment"),
    _text("phase", "PhaseOfEducation (name)", "PhaseOfEducation", "Phase of education"),
    _text("status", "EstablishmentStatus (name)", "EstablishmentStatus", "Establishment status"),
    Column(name="opened_on", aliases=("OpenDate",), parse=_day, lenient=True),
    Column(name="closed_on", aliases=("CloseDate",), parse=_day, lenient=True),
    Column(name="low_age", aliases=("StatutoryLowAge",), parse=_age, lenient=True),
    Column(name="high_age", aliases=("StatutoryHighAge",), parse=_age, lenient=True),
    _text("gender", "Gender (name)"),
    _text("ofsted_rating", "OfstedRating (name)", "OfstedRating"),
    Column(name="ofsted_on", aliases=("OfstedLastInsp",), parse=_day, lenient=True),
    Column(name="head_title", aliases=("HeadTitle (name)", "HeadTitle")),
    Column(name="head_first", aliases=("HeadFirstName",)),
    Column(name="head_last", aliases=("HeadLastName",)),
    _text("street"),
    _text("town"),
    _text("postcode"),
    _text("telephone", "TelephoneNum", "Phone"),
    _text("website", "SchoolWebsite"),
    Column(name="Linked establishments"),
)
LINKS: tuple[Column, ...] = (
    Column(name="URN", required=True, parse=parse_urn),
    Column(name="LinkURN", required=True, parse=parse_urn),
    Column(name="LinkName"),
    Column(name="LinkType", required=True),
    Column(name="LinkEstablishedDate", parse=_day, lenient=True),
)

# stems of headings (without "(name)" and "(code)") that come with the download and are not used
_NOT_USED = (
    "AccreditationExpiryDate", "Address3", "AdministrativeWard", "AdmissionsPolicy", "BoardingEstablishment",
    "Boarders", "BSOInspectorateName", "CCF", "CensusDate", "CHNumber", "Country", "County",
    "DateOfLastInspectionVisit", "Diocese", "DistrictAdministrative", "Easting", "EBD", "EdByOther",
    "EstablishmentAccredited", "EstablishmentStatus", "EstablishmentTypeGroup", "FederationFlag", "Federations",
    "FEHEIdentifier", "FSM", "FTProv", "FurtherEducationType", "Gender", "GOR", "GSSLACode",
    "HeadPreferredJobTitle", "InspectorateName", "InspectorateReport", "LastChangedDate", "Locality", "LSOA",
    "MSOA", "NextInspectionVisit", "Northing", "NumberOfBoys", "NumberOfGirls", "NumberOfPupils",
    "NurseryProvision", "OfficialSixthForm", "OfstedSpecialMeasures", "ParliamentaryConstituency",
    "PercentageFSM", "PhaseOfEducation", "PlacesPRU", "PreviousEstablishmentNumber", "PreviousLA", "PropsName",
    "QABName", "QABReport", "ReasonEstablishmentClosed", "ReasonEstablishmentOpened", "ReligiousCharacter",
    "ReligiousEthos", "ResourcedProvisionCapacity", "ResourcedProvisionOnRoll", "RSCRegion", "SchoolCapacity",
    "SchoolSponsorFlag", "SchoolSponsors", "Section41Approved", "SenUnitCapacity", "SenUnitOnRoll", "SENNoStat",
    "SENPRU", "SENStat", "SiteName", "SpecialClasses", "TeenMoth", "TeenMothPlaces", "TrustSchoolFlag",
    "Trusts", "TypeOfEstablishment", "TypeOfResourcedProvision", "UKPRN", "UPRN", "UrbanRural",
)  # fmt: skip
_NOT_USED_KEYS = frozenset(normalise_heading(n) for n in _NOT_USED)


def is_registers_own(heading: str) -> bool:
    """A column of the register that this product has no use for: not worth a notice of its own."""
    stem = re.sub(r"\s*\((?:name|code)\)$", "", heading, flags=re.IGNORECASE)
    return normalise_heading(stem) in _NOT_USED_KEYS or bool(re.fullmatch(r"SEN\d+", stem, re.IGNORECASE))
