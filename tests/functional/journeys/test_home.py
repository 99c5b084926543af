"""Each role's home page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.roles import ROLE_LABELS, Role

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", list(Role))
def test_home_page_of_each_role(role: Role, visit: Callable[..., Page], check_page: Callable[[Page], None]) -> None:
    page = visit(role)
    expect(page.get_by_role("heading", level=1)).to_have_text("Good morning")
    expect(page.get_by_text(f"({ROLE_LABELS[role]})")).to_be_visible()
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    check_page(page)
