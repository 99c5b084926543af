"""What is masked and shown on request: contact restrictions, health notes, former UPNs of adopted children.

Each look at one kind leaves one audit row. The postcodes of home and placement are shown the same way with the care
episodes (pupils.views.reveal_address).
"""

from enum import StrEnum

from core.roles import Permission
from pupils.models import ProtectedNote


class Shown(StrEnum):
    """What a person may ask to see of a child; the values stand in addresses and in the audit."""

    CONTACT = "contact"
    HEALTH = "health"
    FORMER_UPN = "former-upn"


SHOWN_LABELS: dict[Shown, str] = {
    Shown.CONTACT: "Contact restrictions",
    Shown.HEALTH: "Health notes",
    Shown.FORMER_UPN: "Former UPNs",
}
SHOWN_WHY: dict[Shown, str] = {
    Shown.CONTACT: "Who must not have contact, or must not learn where the child lives or goes to school.",
    Shown.HEALTH: "What school staff and carers need to know of the child's health, from those who may say it.",
    Shown.FORMER_UPN: "Care ended by adoption: a UPN from before would lead from the old name to the new one.",
}
PERMISSION_TO_SEE: dict[Shown, Permission] = {
    Shown.CONTACT: Permission.SEE_PROTECTED_NOTES,
    Shown.HEALTH: Permission.SEE_PROTECTED_NOTES,
    Shown.FORMER_UPN: Permission.SEE_ADOPTED_UPNS,
}
KIND_OF: dict[Shown, ProtectedNote.Kind] = {
    Shown.CONTACT: ProtectedNote.Kind.CONTACT,
    Shown.HEALTH: ProtectedNote.Kind.HEALTH,
}
"""Kinds that are notes, which people record; the others come with the files."""
