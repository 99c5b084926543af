"""What is held of a child's exclusions, in words (core.subject_access)."""

from core.recipients import EVERYBODY
from core.roles import Permission
from core.subject_access import RecordPart, Words, register
from provision.models import Exclusion

register(
    RecordPart(
        key="exclusion",
        label="Suspension or exclusion",
        model=Exclusion,
        order=60,
        permission=Permission.SEE_PUPILS,
        related=("school",),
        to=EVERYBODY,
        on=lambda row: row.from_on,
        fields=(
            Words(name="category", label="What the school decided"),
            Words(name="from_on", label="From"),
            Words(name="sessions", label="For how long", words=lambda row: row.length),
            Words(name="school", label="School", whereabouts=True),
        ),
    ),
)
