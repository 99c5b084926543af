"""The postcodes at which a child lives or lived, for taking them out of texts that leave; they are shown nowhere."""

from pupils.models import CareEpisode


def known_postcodes(pupil_id: int) -> frozenset[str]:
    """Of home and of every placement, as they were sent."""
    found = CareEpisode.objects.filter(pupil_id=pupil_id).values_list("home_post", "pl_post")
    return frozenset(code for pair in found for code in pair if code)
