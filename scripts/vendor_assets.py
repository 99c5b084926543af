"""Fetch the front-end packages once and put what we serve under static/vendor/; run at a version bump only.

    python scripts/vendor_assets.py

Needs npm. Nothing of it is needed to run the project: the results are committed, with VERSIONS and
SHA256SUMS, and tests/unit/test_vendor_assets.py compares them. What the licence of the packages reserves for
gov.uk itself (its typeface, crown, crest and icons) is taken out; paths are made relative so that hashed file
names work. The script of moj-frontend is left out: no page needs it.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"

GOVUK = ("govuk-frontend", "6.6.0")
MOJ = ("@ministryofjustice/frontend", "11.1.0")
HTMX = ("htmx.org", "2.0.11")
AXE = ("axe-core", "4.14.1")

# The packages carry no licence file; their repositories name these holders.
GOVUK_HOLDER = "2017 Crown Copyright (Government Digital Service)"
MOJ_HOLDER = "2021 dxw"
MIT = """The MIT License (MIT)

Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

RESERVED_FONT = re.compile(r'"?GDS Transport"?\s*,\s*arial', re.IGNORECASE)
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
RESERVED_RULE = re.compile(r"[^{}]*\{[^{}]*\}")
FONT_NOTICE = re.compile(r"/\*! Copyright[^*]*gov\.uk[^*]*\*/")
SOURCE_MAP = re.compile(r"(?:/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=\S+)\s*$")
URL = re.compile(r"url\(/assets/images/([^)]+)\)")


def fetch(package: tuple[str, str], folder: Path) -> Path:
    """Unpack one package of the npm registry below `folder` and give the folder of its files."""
    name, version = package
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the packages")
    result = subprocess.run(
        [npm, "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    )
    target = folder / name.replace("/", "-").replace("@", "")
    with tarfile.open(folder / result.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def drop_reserved_rules(css: str) -> str:
    """Leave out the innermost rules that name a crown or a crest."""

    def keep(match: re.Match[str]) -> str:
        rule = match.group(0)
        return "" if re.search(r"crown|crest", rule, re.IGNORECASE) else rule

    return RESERVED_RULE.sub(keep, css)


def clean_css(css: str) -> str:
    """A stylesheet in Arial, without reserved marks, with images beside it under images/."""
    css = FONT_NOTICE.sub("", FONT_FACE.sub("", css))
    css = RESERVED_FONT.sub("arial", css)
    css = drop_reserved_rules(css)
    css = URL.sub(r"url(images/\1)", css)
    return SOURCE_MAP.sub("", css).rstrip() + "\n"


def clean_js(script: str) -> str:
    """A script without the address of a source map that is not here."""
    return SOURCE_MAP.sub("", script).rstrip() + "\n"


def write_sums(folder: Path) -> None:
    """SHA256SUMS of every other file below `folder`, in the format of sha256sum."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "SHA256SUMS":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / "SHA256SUMS").write_text("".join(lines))


def stylesheet(source: Path, images: Path, target: Path) -> None:
    """Write a cleaned stylesheet and the images it still asks for."""
    css = clean_css(source.read_text(encoding="utf-8"))
    target.write_text(css, encoding="utf-8")
    for name in sorted(set(re.findall(r"url\(images/([^)]+)\)", css))):
        (target.parent / "images").mkdir(exist_ok=True)
        shutil.copyfile(images / name, target.parent / "images" / name)


def fresh(folder: Path) -> Path:
    """An empty folder; what an older version left there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def frontend(package: tuple[str, str], holder: str, folder: str, base: str, work: Path) -> None:
    """One of the two design systems: stylesheet, its images, licence, and the script that we use.

    `base` is the path of its build inside the package, `folder` our name for it.
    """
    build = fetch(package, work) / base
    target = fresh(VENDOR / f"{folder}-{package[1]}")
    stylesheet(build / f"{folder}.min.css", build / "assets/images", target / f"{folder}.min.css")
    if package is GOVUK:
        script = (build / f"{folder}.min.js").read_text(encoding="utf-8")
        (target / f"{folder}.min.js").write_text(clean_js(script), encoding="utf-8")
    (target / "LICENSE.txt").write_text(MIT.format(holder=holder), encoding="utf-8")


def main() -> None:
    """Rebuild static/vendor/ and tests/vendor/."""
    fresh(VENDOR)
    fresh(TEST_VENDOR)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        frontend(GOVUK, GOVUK_HOLDER, "govuk-frontend", "dist/govuk", work)
        frontend(MOJ, MOJ_HOLDER, "moj-frontend", "moj", work)

        htmx = fetch(HTMX, work)
        target = fresh(VENDOR / f"htmx-{HTMX[1]}")
        script = (htmx / "dist/htmx.min.js").read_text(encoding="utf-8")
        (target / "htmx.min.js").write_text(clean_js(script), encoding="utf-8")
        shutil.copyfile(htmx / "LICENSE", target / "LICENSE.txt")

        axe = fetch(AXE, work)
        target = fresh(TEST_VENDOR / f"axe-core-{AXE[1]}")
        for file in ("axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"):
            shutil.copyfile(axe / file, target / file)
    versions = "".join(f"{name} {version} MIT\n" for name, version in (GOVUK, MOJ))
    (VENDOR / "VERSIONS").write_text(versions + f"{HTMX[0]} {HTMX[1]} 0BSD\n")
    (TEST_VENDOR / "VERSIONS").write_text(f"{AXE[0]} {AXE[1]} MPL-2.0\n")
    write_sums(VENDOR)
    write_sums(TEST_VENDOR)


if __name__ == "__main__":
    main()
