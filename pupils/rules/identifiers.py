"""How children, schools and addresses are numbered, and how such numbers are read from files."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

UPN_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_SHAPE = re.compile(rf"^[{UPN_ALPHABET}][0-9]{{11}}[0-9{UPN_ALPHABET}]$")

UPN_UNKNOWN_REASONS = {
    "UN1": "Not of school age and no UPN given yet",
    "UN2": "Never attended a maintained school in England",
    "UN3": "Educated outside England",
    "UN4": "Newly looked after, UPN not known yet",
    "UN5": "Sources disagree on the UPN",
}


def _ranges(*bounds: tuple[int, int]) -> frozenset[int]:
    return frozenset(n for first, last in bounds for n in range(first, last + 1))


DEMO_LA = 990
LA_NUMBERS = _ranges(
    (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384),
    (390, 394), (420, 420), (800, 803), (805, 808), (810, 813), (815, 816), (820, 823),
    (825, 826), (830, 831), (835, 841), (845, 846), (850, 852), (855, 857), (860, 861),
    (865, 896), (908, 909), (916, 916), (919, 919), (921, 921), (925, 926), (928, 929),
    (931, 931), (933, 933), (935, 938), (940, 943),
    (DEMO_LA, DEMO_LA),
)  # fmt: skip
"""Authority numbers of England past and present, and the invented county of the demo."""


def is_known_la(number: str | int) -> bool:
    """Whether three digits are one of England's authorities, past or present (6.1: warn, never refuse)."""
    return str(number).isdigit() and int(number) in LA_NUMBERS


def _compact(text: str) -> str:
    """Upper case without any blanks (no-break blanks too) and without Excel's leading apostrophe."""
    return "".join(text.split()).lstrip("'\u2019").upper()


# ---------------------------------------------------------------- UPN


class UpnProblem(StrEnum):
    """What is wrong with a UPN; the first two make it invalid, the last one is only a warning."""

    SHAPE = "upn-shape"
    CHECK_LETTER = "upn-check-letter"
    UNKNOWN_LA = "upn-unknown-la"


@dataclass(frozen=True, slots=True)
class UpnCheck:
    """A UPN as read. `is_valid` means right shape and check letter; an unknown LA does not change it."""

    value: str
    has_shape: bool
    is_valid: bool
    is_temporary: bool
    problem: UpnProblem | None
    message: str


def normalise_upn(text: str) -> str:
    """Without blanks and in upper case; nothing else is changed (6.1)."""
    return _compact(text)


def is_upn_unknown_code(text: str) -> bool:
    """UN1 to UN5, which the 903 gives in place of a UPN and which is never stored as one (6.5)."""
    return _compact(text) in UPN_UNKNOWN_REASONS


def upn_check_letter(rest: str) -> str:
    """The first letter that belongs before these twelve characters (6.1). ValueError on a wrong character."""
    if len(rest) != 12:
        raise ValueError("Twelve characters follow the check letter of a UPN.")
    total = 0
    for weight, character in enumerate(rest, start=2):
        total += weight * (int(character) if character.isdigit() else UPN_ALPHABET.index(character))
    return UPN_ALPHABET[total % 23]


def is_temporary_upn(upn: str) -> bool:
    """A temporary UPN ends in a letter; it gives way to a permanent one."""
    return len(upn) == 13 and upn[-1].isalpha()


def check_upn(text: str) -> UpnCheck:
    """Normalise and check a UPN (6.1). The message says what to do and never repeats the number.

    A wrong check letter is an error when typed by hand and a warning on import; the caller decides.
    """
    upn = normalise_upn(text)
    if not _UPN_SHAPE.match(upn):
        message = (
            "A UPN has 13 characters: a letter, then 12 digits (the last may be a letter); "
            "I, O and S are not used. Check it with the school."
        )
        return UpnCheck(upn, False, False, False, UpnProblem.SHAPE, message)
    temporary = is_temporary_upn(upn)
    if upn_check_letter(upn[1:]) != upn[0]:
        message = "The check letter does not fit the rest of this UPN: something is mistyped. Ask the school."
        return UpnCheck(upn, True, False, temporary, UpnProblem.CHECK_LETTER, message)
    if not is_known_la(upn[1:4]):
        message = f"No authority in England is known to us as {upn[1:4]}. Check the UPN with the school."
        return UpnCheck(upn, True, True, temporary, UpnProblem.UNKNOWN_LA, message)
    return UpnCheck(upn, True, True, temporary, None, "")


# ---------------------------------------------------------------- ULN, schools, children, places


def _digits(text: str, length: int) -> str | None:
    compact = re.sub(r"\.0+$", "", _compact(text))
    return compact if len(compact) == length and compact.isascii() and compact.isdigit() else None


def normalise_uln(text: str) -> str | None:
    """Ten digits, or None."""
    return _digits(text, 10)


def is_valid_uln(text: str) -> bool:
    """Ten digits, the first not 0, with weights 10 to 1 summing to 10 modulo 11 (6.2)."""
    uln = normalise_uln(text)
    if uln is None or uln[0] == "0":
        return False
    return sum(weight * int(digit) for weight, digit in zip(range(10, 0, -1), uln, strict=True)) % 11 == 10


def normalise_urn(text: str) -> str | None:
    """A school's URN: six digits, or None (6.3). Ofsted's placement URNs (SC...) are not these."""
    return _digits(text, 6)


_LAESTAB = re.compile(r"^(\d{3})[/\-]?(\d{4})(?:\.0+)?$", re.ASCII)


def normalise_laestab(text: str) -> str | None:
    """ "938/4000", "938 4000", "9384000.0" -> "9384000"; None when it is not seven digits (6.3)."""
    match = _LAESTAB.match(_compact(text))
    return match[1] + match[2] if match else None


def split_laestab(laestab: str) -> tuple[str, str]:
    """ "9384000" -> ("938", "4000"): authority and establishment."""
    return laestab[:3], laestab[3:]


CHILD_ID_LENGTH = 20


def normalise_child_id(text: str) -> str | None:
    """The care system's number for a child as text, trimmed and in upper case (6.4).

    None when it is empty or longer than 20 characters. Leading zeros stay: it is never a number.
    """
    child_id = " ".join(text.split()).lstrip("'\u2019").upper()
    return child_id if 0 < len(child_id) <= CHILD_ID_LENGTH else None


_POSTCODE = re.compile(r"^(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$")


def normalise_postcode(text: str) -> str | None:
    """ "aa94aa" -> "AA9 4AA"; None when the shape is not a postcode's, half of it is missing for instance."""
    match = _POSTCODE.match(_compact(text))
    return f"{match[1]} {match[2]}" if match else None


# ---------------------------------------------------------------- sex and SEND


class Sex(StrEnum):
    """SSDA903 coding since 2024-25; U is not recorded or not known."""

    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "U"


_SEX_WORDS = {
    "1": Sex.MALE, "M": Sex.MALE, "MALE": Sex.MALE, "BOY": Sex.MALE, "A)": Sex.MALE,
    "2": Sex.FEMALE, "F": Sex.FEMALE, "FEMALE": Sex.FEMALE, "GIRL": Sex.FEMALE, "B)": Sex.FEMALE,
    "0": Sex.UNKNOWN, "9": Sex.UNKNOWN, "U": Sex.UNKNOWN, "UNKNOWN": Sex.UNKNOWN, "NOTSTATED": Sex.UNKNOWN,
    "NOTKNOWN": Sex.UNKNOWN, "NOTRECORDED": Sex.UNKNOWN, "INDETERMINATE": Sex.UNKNOWN, "NEITHER": Sex.UNKNOWN,
    "C)": Sex.UNKNOWN, "D)": Sex.UNKNOWN,
}  # fmt: skip


def normalise_sex(text: str) -> Sex | None:
    """1/2 (to 2023-24), M/F/U, words, or a lettered choice such as "b) Female"; None when none of these."""
    compact = re.sub(r"\.0$", "", _compact(text))
    return _SEX_WORDS.get(compact) or _SEX_WORDS.get(compact[:2] if compact[1:2] == ")" else "")


class Send(StrEnum):
    """Special educational needs as the school census has them; statements gave way to plans by 2018."""

    NONE = "N"
    SUPPORT = "K"
    PLAN = "E"
    STATEMENT = "S"


SEND_LABELS = {
    Send.NONE: "No special educational need",
    Send.SUPPORT: "SEN support",
    Send.PLAN: "Education, health and care plan",
    Send.STATEMENT: "Statement of special educational needs",
}


SUPPORT_BEGAN_ON = date(2014, 9, 1)
"""The SEND code of practice of 2014 put SEN support in the place of School Action and School Action Plus."""


def send_support_label(on: date) -> str:
    """What code K was called on a day."""
    return SEND_LABELS[Send.SUPPORT] if on >= SUPPORT_BEGAN_ON else "School Action or School Action Plus"


def normalise_send(text: str) -> Send | None:
    """N, K, E or S, in either case or with a label behind it ("K - SEN support"); None otherwise."""
    match = re.match(r"^\s*([NKES])(?![A-Za-z])", text, re.IGNORECASE)
    return Send(match[1].upper()) if match else None
