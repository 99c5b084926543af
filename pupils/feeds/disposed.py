"""Rows of children whose record was disposed of: they would bring back what was lawfully destroyed (docs/adr/0012)."""

DISPOSED_ADVICE = (
    "Nothing was loaded. Take the child out of the file at its source. If the record is needed again after all, ask "
    "the Virtual School Head."
)


def disposed_message(certificate: str) -> str:
    return f"This child's record was disposed of under certificate {certificate}."
