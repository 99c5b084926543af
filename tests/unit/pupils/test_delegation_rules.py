from datetime import date

import pytest

from core.email_domains import are_colleagues, domain_of, is_free
from pupils.delegations.rules import latest_day


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 11, 23), date(2027, 8, 31)),
        (date(2027, 8, 31), date(2027, 8, 31)),
        (date(2027, 9, 1), date(2028, 8, 31)),
    ],
)
def test_a_delegation_ends_with_the_school_year(today: date, latest: date) -> None:
    assert latest_day(today) == latest


def test_domains_are_compared_whole_and_without_case() -> None:
    assert domain_of(" A.Teacher@Orchard.Westmarch.Example ") == "orchard.westmarch.example"
    assert are_colleagues("a@Orchard.example", "b@orchard.example")
    assert not are_colleagues("a@orchard.example", "b@notorchard.example")
    assert not are_colleagues("a@orchard.example", "b@sub.orchard.example")
    assert not are_colleagues("a@orchard.example", "b@orchard.example@elsewhere.example")
    assert not are_colleagues("", "")


@pytest.mark.parametrize("domain", ["gmail.com", "Outlook.com", "yahoo.co.uk", "icloud.com", "btinternet.com"])
def test_a_domain_for_everybody_makes_no_colleagues(domain: str) -> None:
    assert is_free(f"somebody@{domain}")
    assert not are_colleagues(f"one@{domain}", f"two@{domain}")
