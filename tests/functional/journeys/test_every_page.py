"""Every page in the browser, for somebody who sees all and for those whose pages differ: axe, and a phone's width."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from attainment.models import Qualification
from attendance.models import MarkConflict
from core.access_reviews.services import open_review
from core.models import AccessReview, Calendar, Cover, FeedRun, User
from core.roles import Role
from core.sections import Section
from incentives.models import GcseScheme
from peps.models import PEP, FormVersion
from peps.services import form_versions
from pledge.models import Commitment
from provision.models import Exclusion
from pupils.models import ChildMerge, Delegation, EmergencyAccess, Pupil
from reports.models import ReportRun
from retention.models import DisposalCertificate, DisposalProposal, RetentionHold
from rights.models import (
    Consent,
    ConsentPurpose,
    PrivacyNotice,
    ProcessingActivity,
    RecordPrint,
    SubjectRequest,
)
from schools.models import School, SchoolMembership
from tests import factories as make
from tests.access import retention_rows
from tests.access.matrix import FOREIGN, MATRIX, OWN
from tests.access.world import rights_of
from tests.functional.journeys.county import NOW, TODAY, person

pytestmark = pytest.mark.browser

PHONE: Any = {"width": 390, "height": 800}
NARROW = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "meta-viewport"]
"""What a narrow window may break (but for colours); whatever else axe looks at is the same page as in a wide one."""
# Downloads, answers to scripts, and what django-allauth shows to nobody here.
NO_PAGE = re.compile(
    r"export|csv|pdf$|xlsx|:meeting_file$|:template$|:problems$|:internal$|:changes$|:(request_)?progress$|:document$|:figures$"
    r"|^health$|^components$|^robots$|^security_txt$"
)
# Whose pages have other parts than those of the Virtual School Head, who sees nearly all.
OTHERS: dict[Role, tuple[str, ...]] = {
    Role.ADVISER: ("pupils:list", "peps:list", "peps:mine", "peps:queue"),
    Role.IRO: ("pupils:list", "pupils:detail", "pupils:care", "pledge:list", "pledge:child", "peps:child"),
    Role.DESIGNATED_TEACHER: (
        "pupils:list", "pupils:detail", "pupils:timeline", "attendance:child", "peps:list", "peps:mine", "peps:child",
        "peps:record_meeting", "provision:new", "schools:list", "schools:detail", "attendance:completeness",
        "delegations:list", "delegations:new", "delegations:change",
    ),
    Role.SOCIAL_WORKER: ("pupils:list", "pupils:detail"),
    Role.DATA_OFFICER: ("pupils:list", "pupils:detail", "pupils:care", "reports:list", "reports:run"),
    Role.FINANCE_OFFICER: ("incentives:list", "incentives:scheme"),
    Role.BOARD_READER: ("reports:list", "reports:run", "reports:read"),
    Role.SCHOOL_COLLEAGUE: ("home", "pupils:detail", "pupils:timeline", "peps:child"),
    Role.SYSTEM_ADMIN: (
        "feeds:list", "feeds:new", *(n for n in MATRIX if n.startswith("accounts:")),
    ),
}  # fmt: skip


class County:
    """Rows of the small county in the person's scope, in the shape that the access matrix asks for."""

    def __init__(self, role: Role, which: str) -> None:
        self.role, self.user, self.which = role, person(role), which

    @cached_property
    def users(self) -> dict[Role, User]:
        return {role: person(role) for role in Role}

    def _first(self, rows: Any) -> Any:
        found = rows.first()
        assert found is not None, f"the county has no {rows.model.__name__} for {self.role}"
        return found

    @cached_property
    def pupil(self) -> Pupil:
        seen = Pupil.objects.visible_to(self.user, Section.PEPS)
        mine = seen.looked_after(on=TODAY).filter(effective_registers__isnull=False)
        return self._first(mine.order_by("-scheme_letters", "child_id"))

    @cached_property
    def school(self) -> School:
        return self._first(School.objects.visible_to(self.user).filter(memberships__isnull=False).order_by("pk"))

    @cached_property
    def membership(self) -> SchoolMembership:
        of_school = School.objects.visible_to(self.user).filter(memberships__isnull=False).order_by("pk")[:1]
        return self._first(SchoolMembership.objects.filter(school__in=of_school) or SchoolMembership.objects.all())

    @cached_property
    def due_pep(self) -> PEP:
        pep: PEP = self._first(PEP.objects.visible_to(self.user).filter(state__in=["planned", "open"]))
        pep.targets.all().delete()
        pep.targets.create(
            number=1, kind="academic", need="Reads slowly", outcome="read 60 words a minute", why="To follow lessons",
            how=[{"what": "Paired reading"}], measure="Words a minute", measure_to="60", owner_name="Helen Lowe",
            due_on=TODAY,
        )  # fmt: skip
        return pep

    @cached_property
    def held_pep(self) -> PEP:
        return self._first(PEP.objects.visible_to(self.user).filter(state="meeting_held"))

    @cached_property
    def exclusion(self) -> Exclusion:
        return self._first(Exclusion.objects.visible_to(self.user))

    @cached_property
    def delegation(self) -> Delegation:
        return self._first(Delegation.objects.visible_to(self.user))

    @cached_property
    def emergency(self) -> EmergencyAccess:
        officer = self.users[Role.IRO]
        row: EmergencyAccess = make.EmergencyAccessFactory(pupil=self.pupil, user=officer, opened_at=NOW)
        return row

    @cached_property
    def cover(self) -> Cover:
        row: Cover = make.CoverFactory(covering=self.users[Role.SOCIAL_WORKER], made_by=self.user, from_on=TODAY)
        return row

    @cached_property
    def conflict(self) -> MarkConflict:
        return self._first(MarkConflict.objects.filter(state="open"))

    @cached_property
    def commitment(self) -> Commitment:
        return self._first(Commitment.objects.all())

    @cached_property
    def qualification(self) -> Qualification:
        return self._first(Qualification.objects.order_by("mapped"))

    @cached_property
    def scheme(self) -> GcseScheme:
        return self._first(GcseScheme.objects.all())

    @cached_property
    def delivery(self) -> FeedRun:
        return self._first(FeedRun.objects.visible_to(self.user).filter(problems__isnull=False))

    @cached_property
    def review(self) -> AccessReview:
        return AccessReview.objects.first() or open_review(actor=self.user, now=timezone.now())

    @cached_property
    def report(self) -> ReportRun:
        return self._first(ReportRun.objects.filter(state="issued" if self.which == OWN else "draft"))

    @cached_property
    def hold(self) -> RetentionHold:
        return retention_rows.hold_of(self.pupil, self.user, TODAY, NOW)

    @cached_property
    def disposal(self) -> DisposalProposal:
        return retention_rows.proposal_of(self.pupil, self.users[Role.DATA_OFFICER], NOW)

    @cached_property
    def certificate(self) -> DisposalCertificate:
        return retention_rows.certificate(self.users[Role.DATA_OFFICER], NOW)

    @cached_property
    def request(self) -> SubjectRequest:
        """A request whose record is gathered."""
        return rights_of(self.pupil, self.user)["request"]  # type: ignore[no-any-return]

    @cached_property
    def record_print(self) -> RecordPrint:
        return rights_of(self.pupil, self.user)["record_print"]  # type: ignore[no-any-return]

    @cached_property
    def own(self) -> "County":
        return self

    @cached_property
    def double(self) -> Pupil:
        return self._first(Pupil.objects.visible_to(self.user).exclude(pk=self.pupil.pk))

    @cached_property
    def merge(self) -> ChildMerge:
        return ChildMerge.objects.create(
            kept=self.pupil, old_pk=0, old_child_id="OLD1", reason="One child", made_by=self.user, made_at=NOW,
            given_up_rows=[
                {"model": "peps.PEP", "pk": 1, "fate": "dropped", "why": "the same", "values": {"state": "due"}}
            ],
        )  # fmt: skip

    @cached_property
    def consent(self) -> Consent:
        row: Consent = make.ConsentFactory(pupil=self.pupil, recorded_by=self.user, on=TODAY)
        return row

    @cached_property
    def purpose(self) -> ConsentPurpose:
        return self._first(ConsentPurpose.objects.all())

    @cached_property
    def notice(self) -> PrivacyNotice:
        made = make.ApprovedNoticeFactory if self.which == OWN else make.PrivacyNoticeFactory
        row: PrivacyNotice = made(author=self.user, version=99)
        return row

    @cached_property
    def activity(self) -> ProcessingActivity:
        row: ProcessingActivity = make.ProcessingActivityFactory(changed_by=self.user)
        return row

    @cached_property
    def draft(self) -> FormVersion:
        version: FormVersion = form_versions.draft(actor=self.users[Role.VSH])
        version.comments.create(group="iros", on=TODAY, comment="Shorter, please", recorded_by=self.users[Role.VSH])
        return version

    @cached_property
    def calendar(self) -> Calendar:
        return self._first(Calendar.objects.all())


def pages() -> Iterator[Any]:
    """(role, page, which row): the own row, or where only the foreign one opens the page (a draft report), that one."""
    for role in Role:
        for name, entry in MATRIX.items():
            which = next((w for w in (OWN, FOREIGN) if entry.get.of(role, w) == 200), None)
            if which and not NO_PAGE.search(name) and (role is Role.VSH or name in OTHERS[role]):
                yield pytest.param(role, name, which, id=f"{role}-{name}")


@pytest.mark.parametrize(("role", "name", "which"), list(pages()))
def test_every_page(
    role: Role, name: str, which: str, look: Callable[[Role, str], Page], check_page: Callable[..., None]
) -> None:
    county: Any = County(role, which)
    path = reverse(name, kwargs=MATRIX[name].kwargs(county, county))
    page = look(role, path)
    check_page(page, rules=None if role is Role.VSH else NARROW)
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path} is {wide} pixels too wide on a phone"
    if role is Role.VSH:
        check_page(page, rules=NARROW[1:])
