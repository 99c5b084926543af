from rights.models.consents import Consent, ConsentPurpose
from rights.models.notices import NoticeGiven, PrivacyNotice
from rights.models.processing import ProcessingActivity

__all__ = ["Consent", "ConsentPurpose", "NoticeGiven", "PrivacyNotice", "ProcessingActivity"]
