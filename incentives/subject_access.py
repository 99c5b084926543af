"""What is held of a young person in the GCSE scheme, in words (core.subject_access)."""

from core.recipients import CARE_CIRCLE, Recipient
from core.roles import Permission
from core.subject_access import RecordPart, Words, register
from incentives.models import SchemeLetter

register(
    RecordPart(
        key="scheme-letter",
        label="Letter about the GCSE scheme",
        model=SchemeLetter,
        order=80,
        permission=Permission.SEE_MONEY,
        related=("scheme",),
        to=CARE_CIRCLE | {Recipient.CARER},
        on=lambda row: row.sent_on,
        fields=(
            Words(name="scheme", label="Scheme", words=lambda row: f"Summer {row.scheme.assessment_year}"),
            Words(name="sent_on", label="Sent"),
        ),
    ),
)
