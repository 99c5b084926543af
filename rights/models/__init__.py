from rights.models.prints import RecordPrint
from rights.models.requests import RequestEntry, RequestMark, RequestPackage, SubjectRequest

__all__ = ["RecordPrint", "RequestEntry", "RequestMark", "RequestPackage", "SubjectRequest"]
