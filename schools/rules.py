"""What the register's words mean: which schools are open, how they are numbered, what a closed school became."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

CLOSED_STATUSES = frozenset({"closed", "de-registered", "pending approval", "proposed to open", "created in error"})


def is_open_status(status: str) -> bool:
    """ "Open" and "Open, but proposed to close" are open; a blank or unknown status counts as open."""
    return status.strip().casefold() not in CLOSED_STATUSES


def laestab_of(la_code: str, establishment: str) -> str:
    """DfE number from authority and establishment ("931", "123" -> "9310123"); blank if it cannot be made (6.3)."""
    la, number = la_code.strip(), establishment.strip().removesuffix(".0")
    found = f"{la}{number.zfill(4)}"
    return found if len(la) == 3 and number and len(found) == 7 and found.isdigit() else ""


def same_text(one: str, other: str) -> bool:
    """Equal but for the kind of apostrophe, which differs from one saving of a file to the next."""
    return _straight(one) == _straight(other)


def _straight(text: str) -> str:
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("`", "'")


@dataclass(frozen=True, slots=True)
class Link:
    """The register's link from one school to another."""

    urn: str
    linked_urn: str
    link_type: str
    established_on: date | None = None

    @property
    def is_successor(self) -> bool:
        """ "Successor", "Successor - merged", "Successor - amalgamated": what the school became."""
        return self.link_type.casefold().startswith("successor")


LINK_TYPE_LENGTH = 80


def parse_links(text: str) -> list[tuple[str, str]]:
    """ "148215 Successor, 148216 Predecessor" -> [("148215", "Successor"), ("148216", "Predecessor")]: a cell of the
    download's list of links; other words are none. A kind of link is cut to LINK_TYPE_LENGTH."""
    found = (re.fullmatch(r"\s*(\d{5,6})\s+(\S.*?)\s*", one) for one in re.split(r",(?=\s*\d{5,6}\s)", text))
    return [(one[1], one[2][:LINK_TYPE_LENGTH]) for one in found if one]


def successors(urn: str, links: Iterable[Link]) -> list[str]:
    """What a school became, by its own links and by the other side's "Predecessor"; none, one, or several (split)."""
    found = {link.linked_urn: None for link in links if link.urn == urn and link.is_successor}
    found |= {
        link.urn: None
        for link in links
        if link.linked_urn == urn and link.link_type.casefold().startswith("predecessor")
    }
    return list(found)
