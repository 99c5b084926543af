"""What is held of a child's Personal Education Plans, in words (core.subject_access)."""

from core.recipients import EVERYBODY
from core.roles import Permission
from core.subject_access import RecordPart, Words, register
from peps.models import PEP

register(
    RecordPart(
        key="pep",
        label="Personal Education Plan",
        model=PEP,
        order=70,
        permission=Permission.SEE_PEPS,
        to=EVERYBODY,
        on=lambda row: row.held_on or row.due_on,
        fields=(
            Words(name="season", label="Term", words=lambda row: row.term_label),
            Words(name="state", label="State"),
            Words(name="held_on", label="Meeting held"),
            Words(name="due_on", label="Was due"),
            Words(name="due_because", label="Why then"),
        ),
    ),
)
