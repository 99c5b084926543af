"""Records that are due, and how three people bring one to its end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.models import User
from pupils.models import Pupil
from retention import services
from retention.execution import execute
from retention.models import DisposalCertificate, DisposalProposal
from tests.factories import EpisodeFactory, PupilFactory

TODAY = date(2026, 11, 23)
BORN = date(1950, 3, 4)


def old_record(**fields: Any) -> Pupil:
    """A record that is due since 2025: in care until 1968."""
    fields.setdefault("dob", BORN)
    pupil: Pupil = PupilFactory(**fields)
    EpisodeFactory(pupil=pupil, decom=date(1960, 1, 12), dec=date(1968, 3, 4), rec="E7")
    return pupil


@dataclass
class People:
    proposer: User
    head: User
    adviser: User


def proposal_for(pupil: Pupil) -> DisposalProposal:
    services.open_due(today=TODAY)
    found: DisposalProposal = DisposalProposal.objects.open().get(subject_id=pupil.pk, kind="child")
    return found


def approved(pupil: Pupil, people: People) -> DisposalProposal:
    """Proposed by one, approved by two others; not carried out."""
    proposal = services.propose(proposal=proposal_for(pupil), actor=people.proposer, today=TODAY)
    services.approve(proposal=proposal, actor=people.adviser, today=TODAY)
    return services.approve(proposal=proposal, actor=people.head, today=TODAY)


def disposed(pupil: Pupil, people: People) -> DisposalCertificate:
    certificate = execute(proposal_id=approved(pupil, people).pk, today=TODAY)
    assert certificate is not None
    return certificate
