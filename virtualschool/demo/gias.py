"""Writes schools/gias.csv in the layout of the GIAS download, and schools/links.csv in that of its links file."""

import csv
from datetime import date
from functools import cache
from io import StringIO
from random import Random

from virtualschool.demo.names import read_list
from virtualschool.demo.schools import HOME_LA, LA_NAMES, School, all_schools, school_by_urn

_GROUPS = {
    "Academy converter": "Academies", "Free schools": "Free Schools", "Community special school": "Special schools",
    "Further education": "Colleges",
}  # fmt: skip
_PHASES = {
    "primary": "Primary", "secondary": "Secondary", "all-through": "All-through", "special": "Not applicable",
    "pru": "Not applicable", "college": "16 plus",
}  # fmt: skip
_STREETS = (
    "School Lane", "Church Street", "Mill Road", "Station Road", "The Avenue", "Park Road", "Chapel Lane",
    "High Street", "Long Meadow", "Bishop\u2019s Walk", "Green Lane", "Orchard Way",
)  # fmt: skip


@cache
def headings() -> dict[str, list[str]]:
    """The columns, those written without quotes (bare), and those that say Not applicable."""
    return read_list("gias_headings.txt")


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


def _school_cells(school: School) -> dict[str, str]:
    title, first, last = school.head
    return {
        "URN": str(school.urn),
        "LA (code)": str(school.la),
        "LA (name)": LA_NAMES[school.la],
        "EstablishmentNumber": f"{school.estab:04d}",
        "EstablishmentName": school.name,
        "TypeOfEstablishment (name)": school.type_name,
        "EstablishmentTypeGroup (name)": _GROUPS.get(school.type_name, "Local authority maintained schools"),
        "EstablishmentStatus (name)": _status(school),
        "OpenDate": gias_date(school.open_on),
        "ReasonEstablishmentClosed (name)": school.why_closed,
        "CloseDate": gias_date(school.close_on),
        "PhaseOfEducation (name)": _PHASES[school.kind],
        "StatutoryLowAge": str(school.low),
        "StatutoryHighAge": str(school.high),
        "Boarders (name)": "No boarders",
        "NurseryProvision (name)": "Has Nursery Classes" if school.low == 3 else "No Nursery Classes",
        "OfficialSixthForm (name)": "Has a sixth form" if school.sixth_form else "Does not have a sixth form",
        "Gender (name)": "Girls" if "Girls" in school.name else "Mixed",
        "ReligiousCharacter (name)": _faith(school),
        "ReligiousEthos (name)": "Does not apply",
        "FederationFlag (name)": "Not under a federation",
        "UKPRN": str(10990000 + school.urn - 990000),
        "LastChangedDate": "01-09-2026",
        "HeadTitle (name)": title,
        "HeadFirstName": first,
        "HeadLastName": last,
        "HeadPreferredJobTitle": "Headteacher",
        "Linked establishments": _linked(school),
    }


def _site_cells(school: School, rng: Random) -> dict[str, str]:
    where = school.town
    unit = f"{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}"
    constituency = f"Westmarch and {where.name}" if school.la == HOME_LA else LA_NAMES[school.la]
    return {
        "Street": rng.choice(_STREETS),
        "Town": where.name,
        "County (name)": LA_NAMES[school.la],
        "Postcode": f"{where.district} {rng.randrange(1, 10)}{unit}",
        "SchoolWebsite": f"www.{school.domain}",
        "TelephoneNum": f"01632960{school.urn % 1000:03d}",
        "GOR (name)": "South East",
        "DistrictAdministrative (name)": where.name,
        "AdministrativeWard (name)": f"{where.name} {rng.choice(('North', 'South', 'East', 'West', 'Central'))}",
        "ParliamentaryConstituency (name)": constituency,
        "UrbanRural (name)": "(England/Wales) Urban city and town",
        "GSSLACode (name)": f"E10000{school.la}",
        "Easting": str(where.easting + rng.randrange(-1500, 1500)),
        "Northing": str(where.northing + rng.randrange(-1500, 1500)),
    }


def _pupil_cells(school: School, rng: Random) -> dict[str, str]:
    pupils = int(school.capacity * rng.uniform(0.8, 1.02))
    girls = pupils if "Girls" in school.name else int(pupils * rng.uniform(0.46, 0.54))
    return {
        "SchoolCapacity": str(school.capacity),
        "CensusDate": "15-01-2026",
        "NumberOfPupils": str(pupils),
        "NumberOfBoys": str(pupils - girls),
        "NumberOfGirls": str(girls),
        "PercentageFSM": f"{rng.uniform(4, 48):.1f}",
        "FSM": str(int(pupils * 0.2)),
        "OfstedLastInsp": f"{rng.randrange(10, 28)}-0{rng.randrange(1, 7)}-2023",
        "OfstedRating (name)": rng.choice(("Good", "Good", "Good", "Outstanding", "Requires improvement")),
    }


def gias_csv() -> bytes:
    """The register as the download gives it: Windows-1252, quoted text, bare numbers."""
    rng = Random("westmarch gias")  # noqa: S311 - invented data, not a secret
    columns, bare = headings()["headings"], frozenset(headings()["bare"])
    lines = [",".join(f'"{heading}"' for heading in columns)]
    for school in all_schools():
        row = dict.fromkeys(headings()["not applicable"], "Not applicable")
        row |= _school_cells(school) | _site_cells(school, rng) | _pupil_cells(school, rng)
        lines.append(",".join(row.get(h, "") if h in bare else f'"{row.get(h, "")}"' for h in columns))
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
