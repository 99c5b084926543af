"""How names are compared: without case, accents, apostrophes, hyphens."""

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, so that O’Neil, O'Neil and oneil meet."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", re.sub(r"[’'`\-.]", "", plain.casefold())).strip()


def surname_parts(surname: str) -> frozenset[str]:
    """The folded surname as a whole, and each part of a double one: "Okafor-Bell" meets "Bell"."""
    parts = {fold(part) for part in re.split(r"[\s\-]+", surname)}
    return frozenset(part for part in {*parts, fold(surname)} if len(part) > 1)


def same_surname(person_name: str, child_surname: str) -> bool:
    """Whether the last word of a person's name is a surname of the child, or shares a part with it."""
    last = person_name.rsplit(maxsplit=1)[-1] if person_name.split() else ""
    return bool(surname_parts(last) & surname_parts(child_surname))
