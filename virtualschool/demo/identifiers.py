"""Identifiers with right check characters for invented children."""

from pupils.rules.identifiers import UPN_ALPHABET, upn_check_letter


def make_upn(la: int, establishment: int, year: int, serial: int, *, temporary: bool = False) -> str:
    """A UPN with the right check letter; `year` of issue, `serial` 1 to 999 (temporary: 1 to 99)."""
    last = f"{serial % 100:02d}{UPN_ALPHABET[serial % 23]}" if temporary else f"{serial % 1000:03d}"
    body = f"{la:03d}{establishment:04d}{year % 100:02d}{last}"
    return upn_check_letter(body) + body


def make_uln(number: int) -> str | None:
    """The ULN whose first nine digits are `number`, or None where these digits have no check digit (remainder 0)."""
    digits = f"{number:09d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return None if remainder == 0 or digits[0] == "0" else digits + str(10 - remainder)


class UpnOffice:
    """Gives out UPNs so that no two children have the same one; `after` keeps two offices apart."""

    def __init__(self, after: int = 0) -> None:
        self._after = after
        self._last: dict[tuple[int, int, int, bool], int] = {}

    def issue(self, la: int, establishment: int, year: int, *, temporary: bool = False) -> str:
        """The next free UPN of a school and year."""
        key = (la, establishment, year % 100, temporary)
        self._last[key] = self._last.get(key, self._after) + 1
        return make_upn(la, establishment, year, self._last[key], temporary=temporary)
