"""The vendored front-end files are those that scripts/vendor_assets.py wrote, and carry nothing reserved."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor"]
SERVED = sorted(
    path for path in (ROOT / "static" / "vendor").rglob("*") if path.suffix in {".css", ".js", ".svg", ".png"}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_file_has_the_hash_that_was_written_down(folder: Path) -> None:
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == listed


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_nothing_reserved_for_gov_uk_is_served(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="replace").lower()
    for reserved in ("gds transport", "crown", "crest", "@font-face"):
        assert reserved not in text


@pytest.mark.parametrize("path", [path for path in SERVED if path.suffix == ".css"], ids=lambda path: path.name)
def test_stylesheets_ask_only_for_files_beside_them(path: Path) -> None:
    addresses = re.findall(r"url\((?!['\"]?data:)['\"]?([^)'\"]+)", path.read_text(encoding="utf-8"))
    assert all((path.parent / address).is_file() for address in addresses)


def test_no_source_map_is_named() -> None:
    assert not [path.name for path in SERVED if b"sourceMappingURL" in path.read_bytes()]


def test_each_package_has_its_licence() -> None:
    folders = [folder for base in FOLDERS for folder in base.iterdir() if folder.is_dir()]
    assert len(folders) == 4
    assert all(any(path.name.startswith("LICENSE") for path in folder.iterdir()) for folder in folders)


def test_base_page_names_the_versions_that_are_there() -> None:
    text = (ROOT / "templates" / "base.html").read_text() + (ROOT / "static" / "js" / "app.js").read_text()
    used = set(re.findall(r"vendor/([\w.-]+)/", text))
    assert used
    assert all((ROOT / "static" / "vendor" / folder).is_dir() for folder in used)
