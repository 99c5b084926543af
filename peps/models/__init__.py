from peps.models.documents import PEPDocument
from peps.models.forms import FormApproval, FormComment, FormVersion
from peps.models.links import ContributorLink
from peps.models.meetings import Invitee, Meeting
from peps.models.pep import PEP, Addendum, PEPSection, PEPStep, PEPVersion, SignOff
from peps.models.prints import PEPPrint
from peps.models.quality import QualityCheck
from peps.models.reminders import ReminderSent
from peps.models.targets import Target

__all__ = [
    "PEP",
    "Addendum",
    "ContributorLink",
    "FormApproval",
    "FormComment",
    "FormVersion",
    "Invitee",
    "Meeting",
    "PEPDocument",
    "PEPPrint",
    "PEPSection",
    "PEPStep",
    "PEPVersion",
    "QualityCheck",
    "ReminderSent",
    "SignOff",
    "Target",
]
