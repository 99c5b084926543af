"""Where make puts the data when nobody says."""

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "data_dir.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    made = tmp_path / "closed" / "checkout"
    made.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    return made


def test_an_ordinary_users_data_lies_beside_the_code(script: dict[str, Any], checkout: Path) -> None:
    assert script["default_data_dir"](checkout, uid=1000) == checkout / "var"


def test_roots_data_leaves_a_closed_folder_and_opens_nothing(script: dict[str, Any], checkout: Path) -> None:
    chosen = script["default_data_dir"](checkout, uid=0)
    assert chosen.parent == Path("/var/lib/virtualschool")
    assert script["default_data_dir"](checkout, uid=0) == chosen
    assert script["default_data_dir"](checkout.parent, uid=0) != chosen
    assert checkout.parent.stat().st_mode & 0o777 == 0o700


def test_roots_data_stays_beside_the_code_where_others_may_pass(script: dict[str, Any]) -> None:
    assert script["default_data_dir"](Path("/usr"), uid=0) == Path("/usr/var")
