"""Being signed out in the middle of a form, and addresses that only take forms."""

import pytest
from django.test import Client
from django.urls import reverse

from core.roles import Role


def test_a_form_sent_after_sign_out_leads_home_not_to_the_form(client: Client, db: None) -> None:
    answer = client.post(reverse("pupils:search"), {"q": "anything"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('home')}"


def test_a_page_asked_for_after_sign_out_is_where_one_lands(client: Client, db: None) -> None:
    answer = client.get(reverse("pupils:list"))
    assert answer["Location"].endswith(f"?next={reverse('pupils:list')}")


@pytest.mark.parametrize("name", ["pupils:search"])
def test_an_address_that_only_takes_a_form_answers_with_a_page(name: str, client: Client, make_user) -> None:
    client.force_login(make_user(Role.VSH))
    answer = client.get(reverse(name))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "only takes a form" in answer.content.decode()
