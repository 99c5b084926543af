"""The GCSE scheme: opened by the head, letters by the Virtual School, totals without names for finance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from incentives import services
from incentives.indicators import funnel
from incentives.models import GcseScheme, SchemeLetter
from pupils.models import YearGroup
from tests.factories import MembershipFactory, UserFactory, looked_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
YEAR_11 = date(2011, 3, 4)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-23T09:00:00Z")


@pytest.fixture
def head():
    return UserFactory()


@pytest.fixture
def scheme(head):
    return open_for(2027, head)


def open_for(year, actor, **changes):
    values = {
        "assessment_year": year,
        "budget": Decimal(10_000),
        "letters_due_on": date(year - 1, 12, 31),
        "payments_due_on": date(year, 9, 30),
    }
    return services.open_scheme(**(values | changes), today=TODAY, actor=actor)


def tell(scheme, actor, *pupils, sent_on=TODAY):
    return services.record_letters(scheme=scheme, pupils=pupils, sent_on=sent_on, today=TODAY, actor=actor)


class TestOpening:
    def test_the_head_opens_it_once(self, head, scheme):
        with pytest.raises(ValidationError, match="open already"):
            open_for(2027, head)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"assessment_year": 2030}, "this summer or the next"),
            ({"budget": Decimal(0)}, "more than nothing"),
            ({"payments_due_on": date(2026, 12, 31)}, "Payments come after the letters"),
            ({"payments_due_on": date(2027, 7, 31)}, "Results come in August 2027"),
        ],
    )
    def test_refused_in_words(self, head, changes, message):
        with pytest.raises(ValidationError, match=message):
            open_for(2027, head, **changes)

    @pytest.mark.parametrize("role", [Role.ADVISER, Role.FINANCE_OFFICER, Role.IRO])
    def test_nobody_else_opens_it(self, role):
        with pytest.raises(PermissionDenied):
            open_for(2027, UserFactory(role=role.value))

    def test_in_the_browser(self, client, head):
        client.force_login(head)
        url = reverse("incentives:new")
        assert "10000" in client.get(url).content.decode()
        data = {
            "assessment_year": "2027", "budget": "9500.50",
            "letters_due_on_0": "31", "letters_due_on_1": "12", "letters_due_on_2": "2026",
            "payments_due_on_0": "30", "payments_due_on_1": "9", "payments_due_on_2": "2027",
        }  # fmt: skip
        assert "is open" in client.post(url, data, follow=True).content.decode()
        assert GcseScheme.objects.get().budget == Decimal("9500.50")
        assert "open already" in client.post(url, data).content.decode()


class TestFunnel:
    def test_whom_it_is_meant_for(self, scheme):
        eleven = looked_after(dob=YEAR_11)
        kept_down = looked_after(dob=date(2010, 3, 4))
        YearGroup.objects.create(pupil=kept_down, academic_year=2026, nc_year=11)
        looked_after(dob=date(2012, 3, 4))
        gone = looked_after(dob=YEAR_11)
        gone.episodes.update(dec=TODAY)
        assert set(funnel(scheme, today=TODAY).cohort) == {eleven.pk, kept_down.pk}

    def test_the_next_summer_is_year_10(self, head):
        child = looked_after(dob=date(2012, 3, 4))
        assert funnel(open_for(2028, head), today=TODAY).cohort == [child.pk]

    def test_told_of_all(self, head, scheme):
        told, untold = looked_after(dob=YEAR_11), looked_after(dob=YEAR_11)
        assert tell(scheme, head, told) == 1
        assert tell(scheme, head, told) == 0
        steps = funnel(scheme, today=TODAY)
        assert steps.informed.text() == "1 of 2 (50.0%)"
        assert steps.not_told == [untold.pk]

    def test_letters_go_to_the_group_only(self, head, scheme):
        with pytest.raises(ValidationError, match="not in the year group"):
            tell(scheme, head, looked_after(dob=date(2013, 3, 4)))
        with pytest.raises(ValidationError, match="at least one"):
            tell(scheme, head)
        with pytest.raises(ValidationError, match="must have been sent"):
            tell(scheme, head, looked_after(dob=YEAR_11), sent_on=TODAY + timedelta(days=1))
        with pytest.raises(PermissionDenied):
            tell(scheme, UserFactory(role=Role.FINANCE_OFFICER.value), looked_after(dob=YEAR_11))
        assert not SchemeLetter.objects.exists()


class TestPages:
    def test_finance_sees_totals_and_no_name(self, client, scheme):
        child = looked_after(dob=YEAR_11, surname="Hartleydene")
        client.force_login(UserFactory(role=Role.FINANCE_OFFICER.value))
        assert "0 of 1 (0.0%)" in client.get("/").content.decode()
        for url in (reverse("incentives:list"), reverse("incentives:scheme", args=[2027])):
            page = client.get(url).content.decode()
            assert "10,000" in page
            assert "Hartleydene" not in page
        assert client.get(reverse("incentives:not_told_csv", args=[2027])).status_code == 403
        assert client.get(reverse("incentives:child", args=[child.pk])).status_code == 403
        assert client.post(reverse("incentives:scheme", args=[2027]), {"pupils": [child.pk]}).status_code == 403

    def test_letters_are_recorded_from_the_gap_list(self, client, head, scheme):
        first, second = looked_after(dob=YEAR_11), looked_after(dob=YEAR_11)
        client.force_login(head)
        url = reverse("incentives:scheme", args=[2027])
        assert client.get(url + "?all=1").content.decode().count(" checked") == 2
        day = {"sent_on_0": "20", "sent_on_1": "11", "sent_on_2": "2026"}
        assert "Choose at least one young person" in client.post(url, day).content.decode()
        page = client.post(url, day | {"pupils": [first.pk]}, follow=True)
        assert "1 letter is recorded." in page.content.decode()
        assert [e.pupil for e, _ in page.context["people"]] == [second]
        assert client.get(reverse("incentives:not_told_csv", args=[2027])).status_code == 200
        assert AccessEvent.objects.filter(action="exported").get().detail["rows"] == 1

    def test_a_young_persons_own_page(self, client, head, scheme):
        child = looked_after(dob=YEAR_11)
        client.force_login(UserFactory(role=Role.ADVISER.value))
        url = reverse("incentives:child", args=[child.pk])
        assert "Not told yet" in client.get(url).content.decode()
        page = client.post(url, {"sent_on_0": "20", "sent_on_1": "11", "sent_on_2": "2026"}, follow=True)
        assert "The letter is recorded." in page.content.decode()
        assert "Told of the GCSE scheme" in client.get(reverse("pupils:timeline", args=[child.pk])).content.decode()

    def test_other_years_are_told_why_not(self, client, head):
        client.force_login(head)
        page = client.get(reverse("incentives:child", args=[looked_after(dob=date(2016, 1, 1)).pk]))
        assert "Not in Year 10 or 11" in page.content.decode()

    def test_who_may_not(self, client, scheme):
        membership = MembershipFactory()
        child = looked_after(dob=YEAR_11, school=membership.school)
        client.force_login(membership.user)
        for url in (
            reverse("incentives:list"),
            reverse("incentives:new"),
            reverse("incentives:scheme", args=[2027]),
            reverse("incentives:child", args=[child.pk]),
        ):
            assert client.get(url).status_code == 403
        assert "GCSE" not in client.get(reverse("pupils:detail", args=[child.pk])).content.decode()
        assert not SchemeLetter.objects.visible_to(membership.user).exists()

    def test_an_unknown_summer_is_404(self, client, head):
        client.force_login(head)
        assert client.get(reverse("incentives:scheme", args=[2031])).status_code == 404

    def test_the_head_is_told_to_open_one(self, client, head):
        client.force_login(head)
        assert "GCSE scheme of summer 2027 to open" in [n.text for n in client.get("/").context["needs"]]
