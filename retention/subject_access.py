"""That a record was held from disposal is part of the record."""

from core.roles import Permission
from core.subject_access import About, RecordPart, Words, register
from core.wording import moment
from retention.models import RetentionHold

register(
    RecordPart(
        key="hold",
        label="The record was held from disposal",
        model=RetentionHold,
        order=130,
        permission=Permission.SET_RETENTION,
        related=("placed_by", "released_by"),
        on=lambda row: row.from_on,
        fields=(
            Words(name="kind", label="Because of"),
            # An inquiry or a claim may tell of others, or must not be told of yet.
            Words(name="reason", label="Reason", about=About.CHECK),
            Words(name="from_on", label="From"),
            Words(name="review_on", label="To be asked again on"),
            Words(name="placed_by", label="By"),
            Words(name="released_at", label="Released", words=lambda row: moment(row.released_at)),
            Words(name="released_because", label="Why it was released", about=About.CHECK),
        ),
    ),
)
