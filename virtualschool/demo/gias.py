"""Writes schools/gias.csv in the layout of the GIAS download, and schools/links.csv in that of its links file."""

import csv
from datetime import date
from io import StringIO
from random import Random

from virtualschool.demo.schools import HOME_LA, LA_NAMES, School, all_schools, school_by_urn

_SEN = tuple(f"SEN{i} (name)" for i in range(1, 14))
HEADINGS = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (name)", "EstablishmentStatus (name)", "ReasonEstablishmentOpened (name)", "OpenDate",
    "ReasonEstablishmentClosed (name)", "CloseDate", "PhaseOfEducation (name)", "StatutoryLowAge", "StatutoryHighAge",
    "Boarders (name)", "NurseryProvision (name)", "OfficialSixthForm (name)", "Gender (name)",
    "ReligiousCharacter (name)", "ReligiousEthos (name)", "Diocese (name)", "AdmissionsPolicy (name)",
    "SchoolCapacity", "SpecialClasses (name)", "CensusDate", "NumberOfPupils", "NumberOfBoys", "NumberOfGirls",
    "PercentageFSM", "TrustSchoolFlag (name)", "Trusts (name)", "SchoolSponsorFlag (name)", "SchoolSponsors (name)",
    "FederationFlag (name)", "Federations (name)", "UKPRN", "FEHEIdentifier", "FurtherEducationType (name)",
    "OfstedLastInsp", "LastChangedDate", "Street", "Locality", "Address3", "Town", "County (name)", "Postcode",
    "SchoolWebsite", "TelephoneNum", "HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle",
    "BSOInspectorateName (name)", "InspectorateReport", "DateOfLastInspectionVisit", "NextInspectionVisit",
    "TeenMoth (name)", "TeenMothPlaces", "CCF (name)", "SENPRU (name)", "EBD (name)", "PlacesPRU", "FTProv (name)",
    "EdByOther (name)", "Section41Approved (name)", *_SEN, "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll", "ResourcedProvisionCapacity", "SenUnitOnRoll", "SenUnitCapacity", "GOR (name)",
    "DistrictAdministrative (name)", "AdministrativeWard (name)", "ParliamentaryConstituency (name)",
    "UrbanRural (name)", "GSSLACode (name)", "Easting", "Northing", "MSOA (name)", "LSOA (name)",
    "InspectorateName (name)", "SENStat", "SENNoStat", "PropsName", "OfstedRating (name)", "RSCRegion (name)",
    "Country (name)", "UPRN", "SiteName", "QABName (name)", "EstablishmentAccredited (name)", "QABReport", "CHNumber",
    "MSOA (code)", "LSOA (code)", "FSM", "Linked establishments",
)  # fmt: skip
# GIAS writes these columns without quotes
_BARE = frozenset(("URN", "StatutoryLowAge", "StatutoryHighAge", "SchoolCapacity", "UKPRN", "Easting", "Northing"))
_NOT_APPLICABLE = (
    "ReasonEstablishmentOpened (name)", "AdmissionsPolicy (name)", "Diocese (name)", "TrustSchoolFlag (name)",
    "SchoolSponsorFlag (name)", "FurtherEducationType (name)", "BSOInspectorateName (name)", "TeenMoth (name)",
    "CCF (name)", "SENPRU (name)", "EBD (name)", "EdByOther (name)", "Section41Approved (name)",
    "TypeOfResourcedProvision (name)", "QABName (name)", "EstablishmentAccredited (name)", "SpecialClasses (name)",
)  # fmt: skip
_GROUPS = {
    "Academy converter": "Academies", "Free schools": "Free Schools", "Community special school": "Special schools",
    "Further education": "Colleges",
}  # fmt: skip
_PHASES = {
    "primary": "Primary", "secondary": "Secondary", "all-through": "All-through", "special": "Not applicable",
    "pru": "Not applicable", "college": "16 plus",
}  # fmt: skip
_STREETS = (
    "School Lane", "Church Street", "Mill Road", "Station Road", "The Avenue", "Park Road", "Chapel Lane", "High Street",
    "Long Meadow", "Bishop’s Walk", "Green Lane", "Orchard Way",
)  # fmt: skip


def gias_date(day: date | None) -> str:
    """dd-mm-yyyy, or blank."""
    return day.strftime("%d-%m-%Y") if day else ""


def _status(school: School) -> str:
    if school.close_on:
        return "Closed"
    return "Open, but proposed to close" if school.proposed_to_close else "Open"


def _linked(school: School) -> str:
    if school.successor:
        return f"{school.successor} Successor"
    before = [other for other in all_schools() if other.successor == school.urn]
    return f"{before[0].urn} Predecessor" if before else "Does not have links"


def _faith(school: School) -> str:
    if "Catholic" in school.name:
        return "Roman Catholic"
    return "Church of England" if "Church of England" in school.name or "Bishop" in school.name else "Does not apply"


def _school_row(school: School, rng: Random) -> dict[str, str]:
    pupils = int(school.capacity * rng.uniform(0.8, 1.02))
    girls = pupils if "Girls" in school.name else int(pupils * rng.uniform(0.46, 0.54))
    title, first, last = school.head
    row = {
        "URN": str(school.urn), "LA (code)": str(school.la), "LA (name)": LA_NAMES[school.la],
        "EstablishmentNumber": f"{school.estab:04d}", "EstablishmentName": school.name,
        "TypeOfEstablishment (name)": school.type_name,
        "EstablishmentTypeGroup (name)": _GROUPS.get(school.type_name, "Local authority maintained schools"),
        "EstablishmentStatus (name)": _status(school), "OpenDate": gias_date(school.open_on),
        "ReasonEstablishmentClosed (name)": school.why_closed, "CloseDate": gias_date(school.close_on),
        "PhaseOfEducation (name)": _PHASES[school.kind], "StatutoryLowAge": str(school.low),
        "StatutoryHighAge": str(school.high), "Boarders (name)": "No boarders",
        "NurseryProvision (name)": "Has Nursery Classes" if school.low == 3 else "No Nursery Classes",
        "OfficialSixthForm (name)": "Has a sixth form" if school.sixth_form else "Does not have a sixth form",
        "Gender (name)": "Girls" if "Girls" in school.name else "Mixed", "ReligiousCharacter (name)": _faith(school),
        "ReligiousEthos (name)": "Does not apply", "SchoolCapacity": str(school.capacity), "CensusDate": "15-01-2026",
        "NumberOfPupils": str(pupils), "NumberOfBoys": str(pupils - girls), "NumberOfGirls": str(girls),
        "PercentageFSM": f"{rng.uniform(4, 48):.1f}", "FederationFlag (name)": "Not under a federation",
        "UKPRN": str(10990000 + school.urn - 990000), "OfstedLastInsp": f"{rng.randrange(10, 28)}-0{rng.randrange(1, 7)}-2023",
        "LastChangedDate": "01-09-2026", "Street": rng.choice(_STREETS), "Town": school.town.name,
        "County (name)": LA_NAMES[school.la],
        "Postcode": f"{school.town.district} {rng.randrange(1, 10)}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}",
        "SchoolWebsite": f"www.{school.domain}", "TelephoneNum": f"01632960{school.urn % 1000:03d}",
        "HeadTitle (name)": title, "HeadFirstName": first, "HeadLastName": last, "HeadPreferredJobTitle": "Headteacher",
        "GOR (name)": "South East", "DistrictAdministrative (name)": school.town.name,
        "AdministrativeWard (name)": f"{school.town.name} {rng.choice(('North', 'South', 'East', 'West', 'Central'))}",
        "ParliamentaryConstituency (name)": f"{LA_NAMES[school.la]} {'and ' + school.town.name if school.la == HOME_LA else ''}".strip(),
        "UrbanRural (name)": "(England/Wales) Urban city and town", "GSSLACode (name)": f"E10000{school.la}",
        "Easting": str(school.town.easting + rng.randrange(-1500, 1500)),
        "Northing": str(school.town.northing + rng.randrange(-1500, 1500)),
        "OfstedRating (name)": rng.choice(("Good", "Good", "Good", "Outstanding", "Requires improvement")),
        "Country (name)": "", "FSM": str(int(pupils * 0.2)), "Linked establishments": _linked(school),
    }  # fmt: skip
    return dict.fromkeys(_NOT_APPLICABLE, "Not applicable") | row


def gias_csv() -> bytes:
    """The register as the download gives it: Windows-1252, quoted text, bare numbers."""
    rng = Random("westmarch gias")  # noqa: S311 - invented data, not a secret
    lines = [",".join(f'"{heading}"' for heading in HEADINGS)]
    for school in all_schools():
        row = _school_row(school, rng)
        lines.append(",".join(row.get(h, "") if h in _BARE else f'"{row.get(h, "")}"' for h in HEADINGS))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def links_csv() -> bytes:
    """The links of closed schools and their successors, each in both directions, Windows-1252."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"))
    for school in all_schools():
        if school.successor and school.close_on:
            after = school_by_urn(school.successor)
            opened = gias_date(after.open_on or date.fromordinal(school.close_on.toordinal() + 1))
            writer.writerow((school.urn, after.urn, after.name, "Successor", opened))
            writer.writerow((after.urn, school.urn, school.name, "Predecessor", opened))
    return out.getvalue().encode("cp1252")
