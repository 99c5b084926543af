"""Jobs of the roll."""

from urllib.parse import urljoin

from celery import shared_task
from django.conf import settings
from django.urls import reverse

from core.account_access import mail_person, service_url
from core.models import User
from core.roles import ROLE_PERMISSIONS, Permission


@shared_task(name="pupils.tell_heads_of_emergency")
def tell_heads_of_emergency(*, access_id: int) -> int:
    """Mail to everybody who reviews emergency openings; returns how many were sent.

    Who opened one, and when: nothing of the child and nothing that was typed (practice.md 9.4: link and login). Without
    a mail server, or if it fails, the line on the reviewers' home page remains, until it is reviewed.
    """
    from pupils.models import EmergencyAccess

    access = EmergencyAccess.objects.select_related("user").get(pk=access_id)
    reviewers = [role.value for role, allowed in ROLE_PERMISSIONS.items() if Permission.SEE_AUDIT in allowed]
    link = urljoin(service_url(), reverse("pupils:emergency_review", args=[access.pk]))
    sent = 0
    for head in User.objects.filter(role__in=reviewers, is_active=True).order_by("pk"):
        context = {"user": head, "access": access, "link": link, "council": settings.COUNCIL_NAME}
        sent += mail_person(head, "A record was opened in an emergency", "pupils/email/emergency.txt", context)
    return sent
