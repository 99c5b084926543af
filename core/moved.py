"""A row that goes by another address now."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect


class Moved(Http404):
    """Raised where a row is looked for under an old key, for a person who may see it. `url` is where it is.

    A form that was sent to the old address is answered as any address without a row.
    """

    def __init__(self, url: str) -> None:
        super().__init__("The row goes by another address now.")
        self.url = url


class MovedMiddleware:
    """Leads whoever reads an old address to the new one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A redirect that no browser keeps: what is merged tomorrow leads elsewhere."""
        if isinstance(exception, Moved) and request.method in {"GET", "HEAD"}:
            return redirect(exception.url)
        return None
