from rights.models.consents import Consent, ConsentPurpose
from rights.models.notices import NoticeGiven, PrivacyNotice
from rights.models.prints import RecordPrint
from rights.models.processing import ProcessingActivity
from rights.models.requests import RequestEntry, RequestMark, RequestPackage, SubjectRequest

__all__ = [
    "Consent",
    "ConsentPurpose",
    "NoticeGiven",
    "PrivacyNotice",
    "ProcessingActivity",
    "RecordPrint",
    "RequestEntry",
    "RequestMark",
    "RequestPackage",
    "SubjectRequest",
]
