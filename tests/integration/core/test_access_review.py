"""The termly review of access: frozen when opened, each person decided, closed, exported."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.access_reviews import services
from core.models import AccessEvent, AccessReview, AccessReviewLine, User
from core.roles import Role
from pupils.models import Allocation, Pupil
from tests.factories import (
    AllocationFactory,
    CoverFactory,
    DelegationFactory,
    MembershipFactory,
    SchoolFactory,
    UserFactory,
    looked_after,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(make_user: Any) -> User:
    user: User = make_user(Role.VSH, last_login=NOW)
    return user


@pytest.fixture
def admin(make_user: Any) -> User:
    user: User = make_user(Role.SYSTEM_ADMIN, last_login=NOW)
    return user


def opened(actor: User) -> AccessReview:
    return services.open_review(actor=actor, now=NOW)


def line_of(review: AccessReview, user: User) -> AccessReviewLine:
    return review.lines.get(user=user)


def confirm(review: AccessReview, actor: User, *people: User) -> int:
    ids = review.lines.filter(user__in=people).values_list("pk", flat=True)
    return services.confirm_access(review=review, line_ids=ids, actor=actor, now=NOW)


def test_the_list_says_what_each_person_sees_and_why(head: User, make_user: Any) -> None:
    school = SchoolFactory(name="Alder Brook School")
    child, other = looked_after(school=school), looked_after(school=school)
    iro = make_user(Role.IRO, team="Reviewing", last_login=NOW - timedelta(days=70))
    AllocationFactory(user=iro, pupil=child, kind=Allocation.Kind.IRO)
    AllocationFactory(user=iro, pupil=other, kind=Allocation.Kind.SOCIAL_WORKER)
    teacher = MembershipFactory(school=school).user
    Authenticator.objects.create(user=head, type=Authenticator.Type.TOTP, data={})
    make_user(Role.IRO, is_active=False)
    review = opened(head)
    assert {line.user for line in review.lines.all()} == {head, iro, teacher}
    theirs = line_of(review, iro)
    assert (theirs.team, theirs.children, theirs.relations) == ("Reviewing", 1, ["1 allocated"])
    assert theirs.flags == ["quiet"]
    assert line_of(review, teacher).relations == ["Designated teacher of Alder Brook School", "2 on roll at the school"]
    assert (line_of(review, teacher).children, line_of(review, teacher).flags) == (2, ["never"])
    assert (line_of(review, head).children, line_of(review, head).second_step) == (None, True)


def test_the_numbers_are_those_of_visible_to(head: User, make_user: Any) -> None:
    """A relation that opens children and has no AccessSource is noticed here."""
    school = SchoolFactory()
    children = [looked_after(school=school), looked_after(), looked_after()]
    teacher = MembershipFactory(school=school).user
    MembershipFactory(user=teacher, school__name="Bramley Hill School")
    former = MembershipFactory(school=school, to_on=NOW.date()).user
    worker = make_user(Role.SOCIAL_WORKER)
    for child in children[1:]:
        AllocationFactory(user=worker, pupil=child, kind=Allocation.Kind.SOCIAL_WORKER)
    AllocationFactory(user=worker, pupil=children[0], kind=Allocation.Kind.SOCIAL_WORKER, to_on=NOW.date())
    stand_in = CoverFactory(absent=worker, covering=make_user(Role.SOCIAL_WORKER), from_on=NOW.date()).covering
    colleague = DelegationFactory(pupil=children[0], membership=teacher.school_memberships.get(school=school)).colleague
    people = (teacher, former, worker, stand_in, colleague)
    review = opened(head)
    for user in people:
        assert line_of(review, user).children == Pupil.objects.visible_to(user).count()
    assert [line_of(review, user).children for user in people] == [1, 0, 2, 2, 1]


def test_one_review_a_term_by_those_who_may(head: User, make_user: Any) -> None:
    with pytest.raises(PermissionDenied):
        opened(make_user(Role.DATA_OFFICER))
    opened(head)
    with pytest.raises(ValidationError, match="open"):
        opened(head)
    AccessReview.objects.update(closed_at=NOW, closed_by=head)
    with pytest.raises(ValidationError, match="there already"):
        opened(head)
    assert services.standing(NOW.date()) == (True, [])
    assert services.standing(NOW.date() + timedelta(days=60)) == (False, [])


def test_confirm_remove_close_and_nothing_changes_after(
    head: User, admin: User, make_user: Any, client: Client
) -> None:
    stays, goes, left = make_user(Role.IRO), make_user(Role.IRO), make_user(Role.IRO)
    client.force_login(goes)
    assert client.get("/").status_code == 200
    review = opened(head)
    assert confirm(review, head, stays, admin) == 2
    with pytest.raises(ValidationError, match="not decided"):
        services.close_review(review=review, actor=head, now=NOW)
    services.remove_access(line=line_of(review, goes), actor=head, now=NOW)
    goes.refresh_from_db()
    assert not goes.is_active
    assert client.get("/").status_code == 302
    User.objects.filter(pk=left.pk).update(is_active=False)
    assert confirm(review, admin, head) == 1
    assert services.progress(review) == {"total": 5, "decided": 5, "left": 0, "flagged": 0}
    services.close_review(review=review, actor=admin, now=NOW)
    decisions = dict(review.lines.values_list("user_id", "decision"))
    assert decisions == {
        stays.pk: "confirmed", admin.pk: "confirmed", head.pk: "confirmed", goes.pk: "removed", left.pk: "gone",
    }  # fmt: skip
    assert line_of(review, stays).decided_by == head
    with pytest.raises(ValidationError, match="closed"):
        services.remove_access(line=line_of(review, stays), actor=head, now=NOW)
    with pytest.raises(ValidationError, match="closed"):
        confirm(review, head, stays)
    decided = AccessEvent.objects.filter(subject_type="core.user", detail__review=review.pk)
    assert set(decided.values_list("subject_id", flat=True)) == {stays.pk, admin.pk, head.pk, goes.pk}


def test_nobody_decides_about_themselves_while_somebody_else_can(head: User, admin: User) -> None:
    review = opened(head)
    with pytest.raises(ValidationError, match="own access"):
        confirm(review, head, head, admin)
    assert services.undecided(review).count() == 2
    with pytest.raises(ValidationError, match="own account"):
        services.remove_access(line=line_of(review, head), actor=head, now=NOW)
    with pytest.raises(ValidationError, match="last system administrator"):
        services.remove_access(line=line_of(review, admin), actor=head, now=NOW)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert confirm(review, head, head) == 1


def test_a_line_of_another_review_is_not_decided_by_the_way(head: User, admin: User) -> None:
    review = opened(head)
    foreign = line_of(review, admin)
    other = AccessReview.objects.create(academic_year=2025, season="summer", opened_by=head, opened_at=NOW)
    assert services.confirm_access(review=other, line_ids=[foreign.pk], actor=head, now=NOW) == 0


@pytest.fixture
def site(client: Client, head: User) -> Client:
    client.force_login(head)
    return client


def test_the_pages_from_home_to_the_closed_record(site: Client, head: User, admin: User, make_user: Any) -> None:
    iro = make_user(Role.IRO, name="Tamsin Orchard")
    assert "Review of who has access, not opened yet" in site.get("/").content.decode()
    site.post(reverse("access_reviews:open"))
    review = AccessReview.objects.get()
    assert "People to confirm or remove in the review of access" in site.get("/").content.decode()
    page = reverse("access_reviews:detail", args=[review.pk])
    text = site.get(page).content.decode()
    assert text.index("Tamsin Orchard") < text.index(f"<strong>{head.name}")
    assert "Never signed in" in text
    answer = site.post(
        reverse("access_reviews:confirm", args=[review.pk]),
        {"line": [line_of(review, admin).pk], "back": "?role=system_admin"},
    )
    assert answer["Location"] == f"{page}?role=system_admin"
    answer = site.post(reverse("access_reviews:confirm", args=[review.pk]), {"back": "//elsewhere.example"})
    assert answer["Location"] == page
    site.post(reverse("access_reviews:remove", args=[line_of(review, iro).pk]))
    iro.refresh_from_db()
    assert not iro.is_active
    assert "Removed" in site.get(f"{page}?decision=removed").content.decode()
    assert "Tamsin" not in site.get(f"{page}?decision=waiting").content.decode()
    assert "Tamsin" not in site.get(f"{page}?flag=no_second_step").content.decode()
    assert "Tamsin" in site.get(f"{page}?flag=never").content.decode()
    confirm(review, admin, head)
    site.post(reverse("access_reviews:close", args=[review.pk]))
    assert "Closed" in site.get(reverse("access_reviews:list")).content.decode()
    assert "Tamsin Orchard" in site.get(page).content.decode()


def test_the_download_holds_last_sign_in_and_decision(site: Client, head: User, make_user: Any) -> None:
    make_user(Role.IRO, name="=Tamsin", last_login=NOW - timedelta(days=90))
    review = opened(head)
    answer = site.get(reverse("access_reviews:export_csv", args=[review.pk]))
    text = b"".join(answer.streaming_content).decode()
    assert "Last signed in" in text
    assert "2026-08-25 11:00:00" in text
    assert "'=Tamsin" in text
    sheet = load_workbook(io.BytesIO(site.get(reverse("access_reviews:export_xlsx", args=[review.pk])).content)).active
    assert sheet.max_row == 3
    assert AccessEvent.objects.filter(action="exported", subject_type="core.accessreview").count() == 2


def test_a_system_administrator_reads_numbers_and_no_childs_name(client: Client, admin: User) -> None:
    child = looked_after(surname="Nowhereelse")
    AllocationFactory(pupil=child, kind=Allocation.Kind.IRO)
    review = opened(admin)
    client.force_login(admin)
    page = client.get(reverse("access_reviews:detail", args=[review.pk])).content.decode()
    assert "1 allocated" in page
    assert "Nowhereelse" not in page


def test_opening_and_reading_ask_as_often_for_many_people_as_for_few(site: Client, head: User) -> None:
    def people(number: int) -> None:
        for user in UserFactory.create_batch(number, role=Role.IRO):
            AllocationFactory(user=user, kind=Allocation.Kind.IRO)

    def asked(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    people(3)
    few = asked(lambda: opened(head))
    review = AccessReview.objects.get()
    detail = reverse("access_reviews:detail", args=[review.pk])
    site.get(detail)  # the first page of a session writes down when it was
    few_read = asked(lambda: site.get(detail))
    AccessReviewLine.objects.all().delete()
    review.delete()
    people(300)
    assert asked(lambda: opened(head)) == few
    detail = reverse("access_reviews:detail", args=[AccessReview.objects.get().pk])
    assert asked(lambda: site.get(detail)) == few_read
