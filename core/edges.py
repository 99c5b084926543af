"""What every answer tells the browser, and what machines ask of every site."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import checks
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

Handler = Callable[[HttpRequest], HttpResponse]
WARN_DAYS_BEFORE = 30


class EdgeHeadersMiddleware:
    """Pages stay out of every cache and out of other sites' windows and pages.

    `no-store`: on a shared PC the next person must not get a child's page by going back, and no proxy may keep one.
    It covers each page and not only those of children, so that no new page is forgotten. Static files are served
    before this point and keep their own lifetime.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Permitted-Cross-Domain-Policies"] = "none"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt: no search engine has business here."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """/.well-known/security.txt (RFC 9116): whom to tell of a weakness; 404 where no contact is set."""
    if not settings.SECURITY_CONTACTS:
        raise Http404("No contact is set.")
    lines = [f"Contact: {contact}" for contact in settings.SECURITY_CONTACTS]
    lines.append(f"Expires: {datetime.combine(expires_on(), time(), UTC):%Y-%m-%dT%H:%M:%SZ}")
    lines.append("Preferred-Languages: en")
    lines.append(f"Canonical: {request.build_absolute_uri(request.path)}")
    if settings.SECURITY_POLICY_URL:
        lines.append(f"Policy: {settings.SECURITY_POLICY_URL}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def expires_on() -> date:
    """The day the settings name. ImproperlyConfigured is not raised for a past one: `check --deploy` tells of it."""
    return date.fromisoformat(settings.SECURITY_TXT_EXPIRES)


@checks.register(checks.Tags.security, deploy=True)
def check_security_contact(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """`check --deploy`: somebody can be told of a weakness, and the file that names them has not run out."""
    if not settings.SECURITY_CONTACTS:
        return [checks.Warning("No SECURITY_CONTACT is set: nobody can be told of a weakness.", id="core.W001")]
    wrong = [c for c in settings.SECURITY_CONTACTS if not c.startswith(("mailto:", "https://", "tel:"))]
    if wrong:
        return [
            checks.Warning("SECURITY_CONTACT must be addresses like mailto:security@example.gov.uk", id="core.W002")
        ]
    try:
        left = expires_on() - timezone.localdate()
    except ValueError:
        return [checks.Warning("SECURITY_TXT_EXPIRES must be a day like 2027-06-30.", id="core.W003")]
    if left < timedelta(days=WARN_DAYS_BEFORE):
        return [checks.Warning(f"security.txt runs out in {left.days} days: set SECURITY_TXT_EXPIRES.", id="core.W004")]
    return []
