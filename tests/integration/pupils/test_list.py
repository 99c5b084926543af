"""The list of children: who needs somebody, the narrower filters, and words short enough for a column."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models import AccessEvent
from core.roles import Role
from pupils.alerts import alerts_for, roll_columns
from pupils.models import Allocation, Pupil, ReturnRecord
from tests import factories as make

pytestmark = pytest.mark.django_db
LIST = reverse("pupils:list")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00:00+00:00", tick=False):
        yield date(2026, 11, 23)


@pytest.fixture
def sign_in(client, make_user):
    def enter(role: Role):
        user = make_user(role)
        client.force_login(user)
        return user

    return enter


def found(client, **filters) -> set[int]:
    return {pupil.pk for pupil, *_ in client.get(LIST, filters).context["rows"]}


def test_alerts_say_who_needs_somebody(client, sign_in, make_user, today):
    sign_in(Role.VSH)
    school = make.SchoolFactory()
    no_place = make.looked_after(upn=make.upn_of(1))
    no_upn = make.looked_after(school=school)
    late = make.looked_after(school=school, upn=make.upn_of(2))
    make.PEPFactory(pupil=late, due_on=date(2026, 11, 2))
    fine = make.looked_after(school=school, upn=make.upn_of(3))
    ids = [no_place.pk, no_upn.pk, late.pk, fine.pk]
    said = {pk: str(own) for pk, own in alerts_for(make_user(Role.ADVISER), ids, today).items()}
    assert said == {no_place.pk: "No school place", no_upn.pk: "No UPN", late.pk: "PEP overdue"}
    assert late.pk not in alerts_for(make_user(Role.DATA_OFFICER), ids, today)
    page = client.get(LIST).content.decode()
    assert "No school place</strong>" in page
    assert "Mon 2 Nov 2026" in page
    export = client.get(reverse("pupils:export_csv"))
    text = b"".join(export.streaming_content).decode("utf-8-sig") if export.streaming else export.content.decode()
    assert "PEP overdue" in text
    assert "Overdue, due 2 Nov 2026" in text


def test_filters_of_key_stage_send_placement_and_iro(client, sign_in, make_user):
    sign_in(Role.VSH)
    young = make.looked_after(dob=date(2017, 3, 4), send="E")
    old = make.looked_after()
    old.episodes.update(place="K2")
    iro = make_user(Role.IRO)
    Allocation.objects.create(pupil=old, user=iro, kind="iro", from_on=date(2024, 1, 1))
    assert found(client, key_stage="KS2") == {young.pk}
    assert found(client, key_stage="KS4") == {old.pk}
    assert found(client, send="E") == {young.pk}
    assert found(client, placement="Children's home") == {old.pk}
    assert found(client, placement="Foster care") == {young.pk}
    assert found(client, iro=iro.pk) == {old.pk}


def test_a_head_who_advises_children_can_be_chosen_as_adviser(client, sign_in):
    head = sign_in(Role.VSH)
    own, _other = make.looked_after(), make.looked_after()
    Allocation.objects.create(pupil=own, user=head, kind="adviser", from_on=date(2024, 1, 1))
    assert found(client, adviser=head.pk) == {own.pk}
    make.PEPFactory(pupil=own)
    page = client.get(reverse("peps:list"), {"adviser": head.pk, "term": "all"})
    assert [row["pep"].pupil_id for row in page.context["rows"]] == [own.pk]


def test_columns_have_few_words_and_exports_all(client, sign_in):
    user = sign_in(Role.VSH)
    pupil = make.looked_after()
    pupil.episodes.update(ls="V2", place="U1")
    [row] = client.get(LIST).context["rows"]
    said = {column.key: value for column, value in row[-1]}
    assert (said["legal_status"].short, said["placement"].short) == (
        "Section 20",
        "Foster care with relative or friend",
    )
    assert str(said["legal_status"]) == "Section 20, single period of accommodation"
    assert next(c.key for c in roll_columns(user)) == "alerts"
    assert Pupil.objects.count() == 1


def test_home_begins_with_who_needs_most_and_says_when(client, sign_in, today):
    iro = sign_in(Role.IRO)
    school = make.SchoolFactory()
    calm = [make.looked_after(school=school, upn=make.upn_of(n), surname=f"Aa{n:02}") for n in range(1, 22)]
    late = make.looked_after(school=school, upn=make.upn_of(50), surname="Zz")
    make.PEPFactory(pupil=late, due_on=date(2026, 11, 2))
    for pupil in (*calm, late):
        Allocation.objects.create(pupil=pupil, user=iro, kind="iro", from_on=date(2024, 1, 1))
    for day in (date(2026, 3, 3), date(2026, 9, 1)):
        ReturnRecord.objects.create(pupil=late, table="reviews", key=str(day), on=day)
    ReturnRecord.objects.create(pupil=calm[0], table="reviews", key="next", on=date(2026, 12, 1))
    page = client.get(reverse("home"))
    [card] = [c["context"] for c in page.context["cards"] if "caseload" in c["template"]]
    assert (len(card["rows"]), card["total"]) == (20, 22)
    assert [pupil.pk for pupil, _ in card["rows"][:2]] == [late.pk, calm[0].pk]
    text = page.content.decode()
    assert "Last Tue 1 Sep 2026" in text
    assert "Due Tue 1 Dec 2026" in text
    assert "Mon 2 Nov 2026" in text
    assert client.get(card["url"]).context["rows"][0][0].pk == late.pk


def test_cards_that_name_children_leave_a_trace(client, sign_in):
    user = sign_in(Role.IRO)
    client.get(reverse("home"))
    assert not AccessEvent.objects.filter(action="listed").exists()
    pupil = make.looked_after(school=(school := make.SchoolFactory()))
    Allocation.objects.create(pupil=pupil, user=user, kind="iro", from_on=date(2024, 1, 1))
    client.get(reverse("home"))
    assert AccessEvent.objects.get(action="listed", screen="home").detail["rows"] == 1
    sign_in(Role.VSH)
    client.get(reverse("schools:detail", args=[school.pk]))
    assert AccessEvent.objects.get(action="listed", screen="schools:detail").detail["rows"] == 1
