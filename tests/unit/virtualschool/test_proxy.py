import pytest
from django.http import HttpRequest, HttpResponse

from virtualschool.proxy import ClientAddressMiddleware


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "10.0.0.2"),
        ("", "10.0.0.2"),
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),  # the first is what the browser claims
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_last_address_is_the_proxys_word(header: str | None, expected: str) -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "10.0.0.2"
    if header is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = header
    seen = []

    def view(asked: HttpRequest) -> HttpResponse:
        seen.append(asked.META["REMOTE_ADDR"])
        return HttpResponse()

    ClientAddressMiddleware(view)(request)
    assert seen == [expected]
