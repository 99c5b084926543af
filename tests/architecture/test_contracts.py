"""The import contracts hold, and they speak of every app and every rules module there is."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES = {init.parent.name for init in ROOT.glob("*/__init__.py")} - {"tests"}


def contract(name: str) -> dict[str, list[str]]:
    return next(one for one in LINTER["contracts"] if one["id"] == name)


def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_programs_start_without_what_few_of_them_use() -> None:
    """Tables of files and PDFs take a second and more to take in: who reads or prints one waits, nobody else."""
    start = (
        "import sys, django; django.setup(); from django.urls import resolve; resolve('/');"
        "print(sorted({'pandas', 'weasyprint'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_package_has_its_floor() -> None:
    floors = [name for layer in contract("floors")["layers"] for name in re.split(r"\s*\|\s*", layer)]
    assert sorted(floors) == sorted(PACKAGES)
    assert sorted(LINTER["root_packages"]) == sorted(PACKAGES)


def test_every_rules_module_is_held_to_plain_python() -> None:
    homes = [path.relative_to(ROOT).parent for path in (*ROOT.glob("*/rules*"), *ROOT.glob("*/*/rules*"))]
    there = {
        ".".join((*home.parts, "rules"))
        for home in homes
        if home.parts[0] in PACKAGES and "__pycache__" not in home.parts
    }
    listed = set(contract("rules")["source_modules"])
    assert there <= listed
    # What else is listed is plain Python of its own name, like the text of a calendar file; the linter knows each.
    assert all((ROOT / f"{name.replace('.', '/')}.py").is_file() for name in listed - there)


def test_no_contract_has_exceptions() -> None:
    for one in LINTER["contracts"]:
        assert not {"ignore_imports", "allow_indirect_imports", "unmatched_ignore_imports_alerting"} & set(one)
