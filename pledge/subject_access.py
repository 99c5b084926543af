"""What is held of the Pledge for a child, in words (core.subject_access)."""

from core.recipients import CARE_CIRCLE
from core.roles import Permission
from core.subject_access import RecordPart, Words, register
from pledge.models import CommitmentRecord

register(
    RecordPart(
        key="pledge",
        label="The Pledge",
        model=CommitmentRecord,
        order=90,
        permission=Permission.SEE_PLEDGE,
        related=("commitment", "recorded_by"),
        to=CARE_CIRCLE,
        on=lambda row: row.recorded_on,
        fields=(
            Words(name="commitment", label="Promise", words=lambda row: row.commitment.text),
            Words(name="answer", label="What the review found"),
            Words(name="recorded_on", label="Recorded"),
            Words(name="recorded_by", label="Recorded by"),
        ),
    ),
)
