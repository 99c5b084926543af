"""The page of a fault, with the reason where it is one that a person can act on."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader

from core.feeds.store import NO_ROOM

INSUFFICIENT_STORAGE = 507


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. A full disk is told as such: an upload meets it while the request is still being read, before
    any view of ours runs."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OSError) and fault.errno in NO_ROOM:
        return HttpResponse(loader.get_template("507.html").render(), status=INSUFFICIENT_STORAGE)
    return HttpResponse(loader.get_template("500.html").render(), status=500)
