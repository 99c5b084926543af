"""A fault leaves its kind and place in the log, never its text."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from core.roles import Role
from tests.conftest import PASSWORD
from virtualschool.urls import urlpatterns as real

SECRET = "B801200005001 of Alex Example"


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError(SECRET)


urlpatterns = [path("broken/", broken, name="broken"), *real]


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the product's own handler writes, into memory."""
    handler = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    buffer = StringIO()
    before = handler.setStream(buffer)
    yield buffer
    handler.setStream(before)


@pytest.mark.urls(__name__)
def test_a_fault_of_a_page_is_logged_without_its_text(make_user, log: StringIO) -> None:
    client = Client(raise_request_exception=False)
    client.login(email=make_user(Role.VSH).email, password=PASSWORD)
    assert client.get("/broken/").status_code == 500
    text = log.getvalue()
    assert SECRET not in text
    assert "Alex" not in text
    lines = [json.loads(line) for line in text.splitlines() if line]
    faults = [line for line in lines if line.get("fault") == "ValueError"]
    assert faults
    assert any("broken" in frame for frame in faults[0]["frames"])


def test_a_link_that_sets_a_password_and_what_was_searched_for_stay_out_of_the_log(make_user, log: StringIO) -> None:
    for name in ("django_structlog", "django.request"):
        logging.getLogger(name).setLevel("INFO")
    client = Client()
    client.get("/account/password/reset/key/4-d1cqkz-SECRETKEY/?q=Ashdown")
    client.force_login(make_user(Role.VSH))
    client.get("/nowhere/?q=Ashdown")
    text = log.getvalue()
    assert "/account/password/reset/key/..." in text
    assert "/nowhere/" in text
    assert "SECRETKEY" not in text
    assert "Ashdown" not in text
