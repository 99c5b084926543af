"""How the Pledge follows when two records of a child become one: of two answers of a day a person says which stays."""

from pledge.models import CommitmentRecord
from pupils.duplicates.handling import Handling, register

# The same answer on the same day is one answer, whoever wrote it down.
register(Handling(model=CommitmentRecord, same_but=frozenset({"recorded_by"})))
