"""How letters of the GCSE scheme follow when two records of a child become one: the first letter told the child."""

from incentives.models import SchemeLetter
from pupils.duplicates.handling import Handling, Stays, register

register(
    Handling(
        model=SchemeLetter,
        stays=lambda kept, other: Stays.KEPT if kept.sent_on <= other.sent_on else Stays.OTHER,
        why="the earlier letter stays",
    )
)
