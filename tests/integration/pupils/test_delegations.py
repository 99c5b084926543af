"""Giving, changing and ending delegations: who may, to whom, of which children, until when; and what they open."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import invitations
from core import services as accounts
from core.models import AccessEvent, User
from core.roles import Role
from core.sections import CHOOSABLE, Section, sections_of
from pupils.delegations import services
from pupils.models import Delegation, Pupil
from tests import factories as make

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TODAY = NOW.date()
DOMAIN = "orchardgate.westmarch.example"
LAST = date(2027, 7, 21)


@pytest.fixture(autouse=True)
def on_the_day(db: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def teacher() -> User:
    user: User = make.UserFactory(role="designated_teacher", email=f"teacher@{DOMAIN}", name="Meera Sandhu")
    return user


@pytest.fixture
def school(teacher: User) -> Any:
    return make.MembershipFactory(user=teacher).school


@pytest.fixture
def children(school: Any) -> list[Pupil]:
    return [make.looked_after(school=school) for _ in range(3)]


@pytest.fixture
def give(teacher: User, children: list[Pupil]) -> Any:
    """give(pupils=..., ...): to a new colleague, attendance of the first two children, if nothing else is said."""

    def give(**other: Any) -> list[Delegation]:
        said = {
            "email": f"ivy.larch@{DOMAIN}", "name": "Ivy Larch", "pupils": children[:2],
            "sections": {Section.ATTENDANCE}, "last_on": LAST, "today": TODAY, "actor": teacher,
        }  # fmt: skip
        return services.delegate(**(said | other))

    return give


def seen(user: User, section: Section = Section.BASICS) -> set[int]:
    return set(Pupil.objects.visible_to(user, section).values_list("pk", flat=True))


def refused(give: Any, **said: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        give(**said)
    assert not Delegation.objects.exists()
    assert not User.objects.filter(role="school_colleague").exists()
    return dict(refusal.value.message_dict)


# ---------------------------------------------------------------- giving


def test_a_new_colleague_sees_the_children_in_the_section(give: Any, children: list[Pupil]) -> None:
    made = give()
    colleague = made[0].colleague
    assert (colleague.role, colleague.name, colleague.has_usable_password()) == ("school_colleague", "Ivy Larch", False)
    own = {child.pk for child in children[:2]}
    assert seen(colleague) == seen(colleague, Section.ATTENDANCE) == own
    assert seen(colleague, Section.PEPS) == set()
    assert sections_of(colleague, children[0]) == {Section.BASICS, Section.ATTENDANCE}
    assert sections_of(colleague, children[2]) == frozenset()
    events = AccessEvent.objects.filter(action="decided", subject_type="pupils.pupil", screen="delegated")
    assert {event.subject_id for event in events} == own
    assert events[0].detail["sections"] == ["attendance"]


def test_an_account_that_is_there_is_used_and_several_delegations_add_up(give: Any, children: list[Pupil]) -> None:
    colleague = give()[0].colleague
    other = make.MembershipFactory(
        user__email=f"second@{DOMAIN}",
        school=Delegation.objects.first().school,  # type: ignore[union-attr]
    ).user
    give(email=colleague.email.upper(), name="", actor=other, sections={Section.PEPS}, pupils=children[1:])
    assert User.objects.filter(role="school_colleague").count() == 1
    assert seen(colleague, Section.PEPS) == {child.pk for child in children[1:]}
    assert sections_of(colleague, children[1]) == {Section.BASICS, Section.ATTENDANCE, Section.PEPS}


def test_of_another_school_or_domain_nobody_is_a_colleague(give: Any) -> None:
    assert "must end in" in refused(give, email="ivy@elsewhere.example")["email"][0]
    assert "must end in" in refused(give, email=f"ivy@sub.{DOMAIN}")["email"][0]
    assert "anybody" in refused(give, email="ivy@gmail.com")["email"][0]


def test_a_teacher_with_a_free_address_delegates_nothing(give: Any, teacher: User) -> None:
    User.objects.filter(pk=teacher.pk).update(email="teacher@gmail.com")
    teacher.refresh_from_db()
    assert "anybody" in refused(give, email="ivy@gmail.com")["email"][0]


@pytest.mark.parametrize("what", [{"role": "iro"}, {"role": "designated_teacher"}])
def test_an_account_of_another_role_takes_no_delegation(what: dict[str, Any], give: Any) -> None:
    make.UserFactory(email=f"ivy.larch@{DOMAIN}", **what)
    assert refused(give)["email"] == [services.NOT_THIS_ADDRESS]


def test_a_closed_account_takes_no_delegation(give: Any) -> None:
    colleague = give()[0].colleague
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="Ask the Virtual School"):
        give(sections={Section.PEPS})


def test_a_colleague_of_another_school_of_the_trust_is_none_here(give: Any) -> None:
    """The two schools share a domain; who works with the children of one is no colleague at the other."""
    other = make.MembershipFactory(user__email=f"other@{DOMAIN}")
    far = make.looked_after(school=other.school)
    colleague = give()[0].colleague
    with pytest.raises(ValidationError, match="Ask the Virtual School"):
        give(email=colleague.email, actor=other.user, pupils=[far])


def test_only_children_on_the_roll_of_the_own_school(give: Any, children: list[Pupil]) -> None:
    foreign = make.looked_after(school=make.SchoolFactory())
    assert "children" in refused(give, pupils=[children[0], foreign])
    children[0].school_places.update(to_on=TODAY)
    assert "children" in refused(give)
    assert "children" in refused(give, pupils=[])


def test_a_day_at_most_the_end_of_the_school_year(give: Any) -> None:
    assert "last_on" in refused(give, last_on=TODAY - timedelta(days=1))
    assert "31 August 2027" in refused(give, last_on=date(2027, 9, 1))["last_on"][0]
    assert give(last_on=date(2027, 8, 31))[0].to_on == date(2027, 9, 1)


def test_no_section_and_no_section_that_is_none(give: Any) -> None:
    assert "sections" in refused(give, sections=set())
    assert "sections" in refused(give, sections={Section.BASICS})


def test_twice_the_same_child_to_the_same_colleague_is_a_change(give: Any) -> None:
    give()
    with pytest.raises(ValidationError, match="Change that one"):
        give(sections={Section.PEPS})
    assert Delegation.objects.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DESIGNATED_TEACHER])
def test_nobody_else_delegates(role: Role, give: Any) -> None:
    with pytest.raises(PermissionDenied):
        give(actor=make.UserFactory(role=role.value, email=f"{role.value}@{DOMAIN}"))


# ---------------------------------------------------------------- letting the colleague in


def test_a_teacher_invites_a_colleague_and_nobody_else(give: Any, teacher: User) -> None:
    colleague = give()[0].colleague
    assert "/" in invitations.send_invitation(user=colleague, base_url="https://x.example/", actor=teacher)
    strangers = [
        make.UserFactory(role="school_colleague", email="ivy@elsewhere.example"),
        make.UserFactory(role="iro", email=f"iro@{DOMAIN}"),
    ]
    for stranger in strangers:
        with pytest.raises(PermissionDenied):
            invitations.send_invitation(user=stranger, base_url="https://x.example/", actor=teacher)
    for role, email in ((Role.VSH, f"head@{DOMAIN}"), (Role.SCHOOL_COLLEAGUE, "ivy@other.example")):
        with pytest.raises(PermissionDenied):
            accounts.add_account(email=email, name="X", role=role, actor=teacher)
    with pytest.raises(PermissionDenied):
        accounts.deactivate_account(user=colleague, actor=teacher)


# ---------------------------------------------------------------- changing and ending


def test_the_giver_changes_sections_and_day(give: Any, teacher: User, children: list[Pupil]) -> None:
    row, other = give()
    what: dict[str, Any] = {"sections": {Section.ATTAINMENT, Section.PEPS}, "last_on": TODAY, "today": TODAY}
    services.change_delegation(delegation=row, actor=teacher, **what)
    assert sections_of(row.colleague, children[0]) == {Section.BASICS, Section.ATTAINMENT, Section.PEPS}
    assert sections_of(row.colleague, children[1]) == {Section.BASICS, Section.ATTENDANCE}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert seen(row.colleague) == {children[1].pk}
    second = make.MembershipFactory(school=row.school).user
    with pytest.raises(PermissionDenied):
        services.change_delegation(delegation=other, actor=second, **what)


@pytest.mark.parametrize("who", ["giver", "second teacher", "head"])
def test_who_ends_a_delegation(who: str, give: Any, teacher: User, children: list[Pupil]) -> None:
    row, other = give()
    people = {"giver": lambda: teacher, "second teacher": lambda: make.MembershipFactory(school=row.school).user}
    actor = people.get(who, lambda: make.UserFactory(role="vsh"))()
    services.end_delegation(delegation=row, now=NOW, today=TODAY, actor=actor)
    assert seen(row.colleague) == {children[1].pk}
    with pytest.raises(ValidationError, match="already"):
        services.end_delegation(delegation=row, now=NOW, today=TODAY, actor=actor)
    with pytest.raises(PermissionDenied):
        services.end_delegation(delegation=other, now=NOW, today=TODAY, actor=make.MembershipFactory().user)


def test_after_its_end_the_same_can_be_given_again_on_the_same_day(give: Any, teacher: User) -> None:
    for row in give():
        services.end_delegation(delegation=row, now=NOW, today=TODAY, actor=teacher)
    assert len(give()) == 2


# ---------------------------------------------------------------- what the database refuses


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ({"to_on": TODAY, "from_on": TODAY}, "to_after_from"),
        ({"to_on": TODAY + timedelta(days=400), "from_on": TODAY}, "a_year_at_most"),
        ({"sections": []}, "of_known_sections"),
        ({"sections": ["attendance", "care"]}, "of_known_sections"),
        ({"ended_at": NOW}, "end_by_somebody"),
    ],
)
def test_nonsense_is_refused_by_the_database(said: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make.DelegationFactory(**said)


def test_two_at_a_time_are_refused_by_the_database() -> None:
    row = make.DelegationFactory()
    same = {"pupil": row.pupil, "school": row.school, "given_by": row.given_by, "colleague": row.colleague}
    with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
        make.DelegationFactory(**same, from_on=TODAY)
    with pytest.raises(IntegrityError, match="to_another"), transaction.atomic():
        make.DelegationFactory(**(same | {"colleague": row.given_by}))
    make.DelegationFactory(**(same | {"given_by": make.UserFactory()}))


# ---------------------------------------------------------------- pages


def test_the_pages_of_the_teacher(client: Any, teacher: User, children: list[Pupil], settings: Any) -> None:
    settings.EMAIL_HOST = ""
    client.force_login(teacher)
    data = {
        "email": f"ivy.larch@{DOMAIN}", "name": "", "children": [children[0].pk], "sections": ["attendance"],
        "last_on_0": 21, "last_on_1": 7, "last_on_2": 2027,
    }  # fmt: skip
    new = reverse("delegations:new")
    assert "name" in client.post(new, data).context["form"].errors
    answer = client.post(new, data | {"name": "Ivy Larch"})
    assert "/invitation/" in answer.context["link"]
    row = Delegation.objects.get()
    again = client.post(reverse("delegations:invite", args=[row.pk]))
    assert again.context["link"] != answer.context["link"]
    page = client.get(reverse("delegations:list"))
    assert [line["delegation"] for line in page.context["rows"]] == [row]
    assert client.post(reverse("delegations:end", args=[row.pk])).status_code == 302
    assert client.get(reverse("delegations:list")).context["rows"] == []


def test_a_foreign_child_is_no_choice(client: Any, teacher: User, children: list[Pupil]) -> None:
    foreign = make.looked_after(school=make.SchoolFactory())
    client.force_login(teacher)
    form = client.post(reverse("delegations:new"), {"children": [foreign.pk]}).context["form"]
    assert foreign.display_name not in dict(form.fields["children"].choices).values()
    assert "children" in form.errors


def test_the_head_sees_why_a_delegation_opens_nothing(client: Any, give: Any, children: list[Pupil]) -> None:
    first, second = give()
    children[0].school_places.update(to_on=TODAY)
    client.force_login(make.UserFactory(role="vsh"))
    rows = client.get(reverse("delegations:list")).context["rows"]
    assert {line["delegation"].pk: "the child is not on the roll" in line["why_not"] for line in rows} == {
        first.pk: True, second.pk: False,
    }  # fmt: skip


def test_each_choosable_section_has_its_words() -> None:
    row = make.DelegationFactory()
    assert len(row.section_labels) == len(CHOOSABLE)
