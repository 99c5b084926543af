"""Rows that are gone by a lawful disposal: told apart from rows that somebody removed (docs/adr/0012).

The floor that disposes of records registers a witness, who says of certificates whether they hold. What the ground
knows by itself: a certificate that names fewer than two approvers holds for nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.models import AuditDisposal
from core.sealing.rules import Kind, expand, is_approved

Witness = Callable[[Collection[str]], Collection[str]]
"""Gets certificates' numbers and gives those that hold."""

_witnesses: list[Witness] = []


def register_witness(witness: Witness) -> None:
    """Called by the app that issues certificates, at start-up. Without one no certificate holds."""
    _witnesses.append(witness)


@dataclass(frozen=True)
class Disposals:
    """Which row of which table went under which certificate, and the certificates that hold."""

    certificates: Mapping[str, Mapping[int, str]]
    holding: Collection[str]

    def sort_out(
        self, table: str, gone: Iterable[int], there: Collection[int], disposed: Counter[str]
    ) -> Iterator[tuple[Kind, Sequence[int]]]:
        """What is wrong with rows of one seal that are gone or there; counts the lawful ones in `disposed`."""
        known = self.certificates.get(table, {})
        wrong: dict[Kind, list[int]] = defaultdict(list)
        for one in gone:
            if one not in known:
                wrong[Kind.REMOVED].append(one)
            elif known[one] not in self.holding:
                wrong[Kind.DISPOSED_UNLAWFULLY].append(one)
            else:
                disposed[known[one]] += 1
        wrong[Kind.DISPOSED_AND_THERE] = [one for one in known if one in there]
        return ((kind, ids) for kind, ids in wrong.items() if ids)


def read() -> Disposals:
    """All disposals of the audit tables."""
    certificates: dict[str, dict[int, str]] = defaultdict(dict)
    approved: dict[str, bool] = {}
    for row in AuditDisposal.objects.order_by("pk"):
        certificates[row.table].update(dict.fromkeys(expand(row.ids), row.certificate))
        sound = is_approved(row.proposed_by, row.approved_by)
        approved[row.certificate] = sound and approved.get(row.certificate, True)
    holding = {number for number, sound in approved.items() if sound}
    for witness in _witnesses:
        holding &= set(witness(holding))
    return Disposals(certificates, holding if _witnesses else set())
