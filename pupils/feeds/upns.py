"""Reading a UPN from a file, and giving UPNs to children when several change hands at once."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from core.feeds.base import Problems
from pupils import rules
from pupils.models import Pupil

_LOOSE = re.compile(r"^[A-Z][0-9]{11}[0-9A-Z]$")
_CODES = {
    rules.UpnProblem.SHAPE: "UPN_SHAPE",
    rules.UpnProblem.CHECK_LETTER: "UPN_CHECK_LETTER",
    rules.UpnProblem.UNKNOWN_LA: "UPN_UNKNOWN_LA",
}


@dataclass(frozen=True, slots=True)
class ReadUpn:
    """A UPN cell: the UPN to store (None: unusable), or why there is none; and the warning, if it earns one."""

    upn: str | None = None
    unknown_reason: str | None = None
    code: str = ""
    message: str = ""
    advice: str = ""


def read_upn(cell: str) -> ReadUpn:
    """A wrong check letter or an odd letter warns and is kept as sent; a cell that is no UPN at all is left out."""
    if rules.is_upn_unknown_code(cell):
        return ReadUpn(unknown_reason=rules.normalise_upn(cell))
    check = rules.check_upn(cell)
    if check.problem is None:
        return ReadUpn(check.value)
    usable = check.has_shape or bool(_LOOSE.match(check.value))
    advice = (
        "It was kept as sent, unless there is a right one here."
        if usable
        else "It was left out; the rest of the row was used."
    )
    return ReadUpn(check.value if usable else None, None, _CODES[check.problem], check.message, advice)


def free_upns(changing: Mapping[int, str], wanted: Collection[str]) -> None:
    """Blank the UPN of children who give theirs up to another child of the same file, before it is given.

    `changing` maps pupil pk to the UPN the child will have; `wanted` are all UPNs about to be stored.
    """
    holders = Pupil.objects.filter(upn__in=set(wanted) - {""}, pk__in=list(changing)).values_list("pk", "upn")
    giving = [pk for pk, upn in holders if changing[pk] != upn]
    if giving:
        Pupil.objects.filter(pk__in=giving).update(upn="")


KEPT = {
    "upn": (
        "KEPT_VALID_UPN",
        "UPN",
        "not a right UPN",
        "Ask the school which UPN is right, and correct it at the source.",
    ),
    "uln": (
        "KEPT_VALID_ULN",
        "ULN",
        "not a right ULN",
        "Ask the school which ULN is right, and correct it at the source.",
    ),
    "sex": ("KEPT_KNOWN_SEX", "sex", "not known", "Fill it in at the source."),
}


def tell_kept(problems: Problems, fact: str, *, child: str, stored: str, given: str, where: Mapping[str, Any]) -> None:
    """Warn that a good value stayed and the bad one of the file was not used."""
    code, name, fault, advice = KEPT[fact]
    problems.warn(
        code,
        f"The {name} of child {child} is {stored} here; {given} in the file is {fault} and was not used.",
        advice=advice,
        **where,
    )
