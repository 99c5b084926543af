"""How the pages of one child are read after an emergency opening, and nothing else is.

`pupils.views.visible_pupil` notes on the user of the request which child its page shows; only then does
`Pupil.objects.visible_to` hold that child. A list, a search, a figure, a download never calls it; a page that changes
something is refused by it. So what forgets the emergency shows and changes too little, never too much.
"""

from datetime import datetime
from typing import Any

from django.db.models import Model

_NOTE = "_reading_in_emergency"


def open_access(user: Any, pupil_id: int, now: datetime) -> Any:
    """The person's emergency access to a child that is open at a moment, else None."""
    return user.emergency_accesses.open_at(now).filter(pupil=pupil_id).select_related("pupil").first()


def note_reading(user: Any, access: Any) -> None:
    """From here on, this request reads the child of an emergency access that is open."""
    setattr(user, _NOTE, access)


def reading_access(user: Any) -> Any:
    """The emergency access under which this request reads a child, else None."""
    return getattr(user, _NOTE, None)


def reading_child(user: Any) -> int | None:
    access = reading_access(user)
    return access.pupil_id if access is not None else None


def trace_of(user: Any) -> dict[str, Any]:
    """What each audit row says of a look that an emergency access allowed."""
    access = reading_access(user)
    return {} if access is None else {"relation": "emergency", "access": access.pk}


def child_of(model: type[Model], pk: int) -> int | None:
    """The child that a row hangs off, whoever asks: the page of the row asks for that child first."""
    found: int | None = model._default_manager.filter(pk=pk).values_list("pupil_id", flat=True).first()
    return found
