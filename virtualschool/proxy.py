"""Who asks, when a proxy stands in front: the audit trail and the sign-in throttle go by REMOTE_ADDR."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Put the browser's address, which our own proxy has written, where a direct connection would have it.

    Only for TRUST_PROXY=1: without a proxy anybody could write that header. The last entry is the proxy's own word;
    what stands before it came from outside.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)
