"""The people who decide on a disposal."""

from collections.abc import Callable

import pytest

from core.models import User
from core.roles import Role
from tests.integration.retention.records import People


@pytest.fixture
def people(db: None, make_user: Callable[..., User]) -> People:
    return People(proposer=make_user(Role.DATA_OFFICER), head=make_user(Role.VSH), adviser=make_user(Role.ADVISER))
