"""Uploads that mean harm, or look as if: names, contents, entities, formulas; and who may not upload at all."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.audit import Access
from core.feeds import services
from core.models import AccessEvent, FeedRun, FeedRunFile, User
from core.roles import Role
from pupils.models import Pupil
from tests.integration.core.snapshots import changed, facts

pytestmark = pytest.mark.django_db

REGISTER = b"URN,EstablishmentName\n990001,Alder Brook School\n"


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_OFFICER)


@pytest.fixture
def signed_in(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def upload(signed_in: Client):
    """upload(kind, (name, bytes), ...) -> the page it ends on."""

    def send(kind: str, *files: tuple[str, bytes]):
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return signed_in.post(reverse("feeds:new"), {"kind": kind, "files_sent": sent}, follow=True)

    return send


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\me\\Desktop\\schools.csv", "schools.csv"),
        ("<script>alert(1)</script>.csv", "script&gt;.csv"),
        ("’“ é 学校.csv", "’“ é 学校.csv"),
    ],
)
def test_names_with_paths_or_markup(upload, settings, name: str, shown: str) -> None:
    answer = upload("gias", (name, REGISTER))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert shown in page
    assert "<script>alert" not in page
    kept = FeedRunFile.objects.get()
    assert not set(kept.name) & {"/", "\\", "\r", "\n", "\0"}
    stored = [path for path in settings.STORED_FILES_DIR.rglob("*") if path.is_file()]
    assert [path.name for path in stored] == [kept.stored.sha256]


def test_a_huge_name(upload) -> None:
    answer = upload("gias", ("x" * 2_000 + ".csv", REGISTER))
    assert answer.status_code == 200
    assert FeedRunFile.objects.get().name.endswith("x.csv")
    assert len(FeedRunFile.objects.get().name) <= 255


def test_a_name_of_another_suffix_is_refused_at_the_form(upload) -> None:
    page = upload("gias", ("schools.exe", REGISTER)).content.decode()
    assert "schools.exe is of another kind" in page
    assert not FeedRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("schools.csv", b"MZ\x90\0\3" + bytes(500), "not a text file"),
        ("schools.csv", b"%PDF-1.7\n", "not a CSV file or an Excel workbook"),
        ("schools.xlsx", b"PK\x03\x04 no workbook", "cannot be read as a table"),
        ("schools.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "not a CSV file or an Excel workbook"),
        ("schools.csv", b"<?xml version='1.0'?><a/>", "XML or HTML"),
        ("schools.zip", b"PK\x03\x04 no zip", "zip file cannot be opened"),
        ("schools.csv", b'URN,EstablishmentName\n990001,"Alder', "cannot be read as a table"),
    ],
)
def test_wrong_content_under_the_right_suffix(upload, name: str, content: bytes, said: str) -> None:
    held = facts()
    page = upload("gias", (name, content)).content.decode()
    assert said in page
    assert "Nothing was changed" in page
    assert FeedRun.objects.get().status == "refused"
    assert changed(held, facts()) == set()


def test_a_zip_bomb_is_refused(upload) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schools.csv", bytes(80 * 1024 * 1024))
    assert "unpacks to more than is safe" in upload("gias", ("schools.zip", buffer.getvalue())).content.decode()


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
)
RETURN = """<EXPSSDA903><CHILD><HEADER><CHILDID>{id}</CHILDID><SEX>1</SEX><DOB>2010-02-01</DOB><ETHNIC>WBRI</ETHNIC>
<EPISODE><DECOM>2024-09-01</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL></EPISODE></HEADER></CHILD></EXPSSDA903>"""

ATTACKS = {
    "entities that grow": f"<?xml version='1.0'?>{LAUGHS}]>{RETURN.format(id='&j;')}",
    "a file of the machine": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    + RETURN.format(id="&f;"),
    "a file by parameter": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY % f SYSTEM 'file:///etc/passwd'> %f;]>"
    + RETURN.format(id="W1"),
    "an address": "<?xml version='1.0'?><!DOCTYPE EXPSSDA903 SYSTEM 'http://127.0.0.1:9/x.dtd'>"
    + RETURN.format(id="W1"),
    "deep nesting": "<EXPSSDA903>" + "<CHILD>" * 5_000 + "</CHILD>" * 5_000 + "</EXPSSDA903>",
    "a long text": RETURN.format(id="W" * 11_000_000),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_attacks_by_xml(officer: User, tmp_path: Path, attack: str, encoding: str) -> None:
    from datetime import date

    from core.feeds.base import SourceFile

    path = tmp_path / "return.xml"
    path.write_bytes(ATTACKS[attack].encode(encoding))
    outcome = services.apply_sources(
        kind="ssda903", sources=[SourceFile(name="return.xml", path=path)], actor=officer, today=date(2026, 11, 23)
    )
    said = str([problem.as_dict() for problem in outcome.problems])
    assert outcome.status == "refused", said
    assert "root:" not in said
    assert len(said) < 5_000
    assert not Pupil.objects.exists()


def test_an_innocent_return_as_xml_is_taken(upload) -> None:
    page = upload("ssda903", ("return.xml", RETURN.format(id="W1").encode())).content.decode()
    assert "Apply 2 rows" in page


def test_formulas_of_a_file_do_not_run_in_the_list_of_problems(upload, signed_in: Client) -> None:
    cells = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x")']
    quoted = [cell.replace('"', '""') for cell in cells]
    rows = "".join(f'"{cell}","School {n}"\n' for n, cell in enumerate(quoted))
    upload("gias", ("=1+1.csv", b"URN,EstablishmentName\n" + rows.encode()))
    run = FeedRun.objects.get()
    answer = signed_in.get(reverse("feeds:problems", args=[run.pk]))
    text = answer.getvalue().decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))[1:]
    assert len(found) == len(cells)
    for row in found:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row), row
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert AccessEvent.objects.filter(action=Access.EXPORTED, subject_id=run.pk).count() == 1


def test_markup_of_a_file_is_shown_as_text(upload) -> None:
    page = upload("gias", ("a.csv", b"URN,EstablishmentName,<b>x</b>\n<img src=x>,School,1\n")).content.decode()
    assert "&lt;img src=x&gt;" in page
    assert "<img src=x>" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.DATA_OFFICER, Role.VSH, Role.SYSTEM_ADMIN}]
)
def test_other_roles_reach_no_feed_page(upload, make_user, role: Role) -> None:
    upload("gias", ("a.csv", REGISTER))
    run = FeedRun.objects.get()
    stranger = Client()
    stranger.force_login(make_user(role))
    for name in ("list", "new"):
        assert stranger.get(reverse(f"feeds:{name}")).status_code == 403
    for name in ("run", "progress", "problems"):
        assert stranger.get(reverse(f"feeds:{name}", args=[run.pk])).status_code == 403
    for name in ("check", "apply", "cancel"):
        assert stranger.post(reverse(f"feeds:{name}", args=[run.pk])).status_code == 403
    assert stranger.post(reverse("feeds:new"), {"kind": "gias"}).status_code == 403
    run.refresh_from_db()
    assert run.status == "ready"


def test_what_changes_something_is_not_done_by_a_link(upload, signed_in: Client) -> None:
    upload("gias", ("a.csv", REGISTER))
    run = FeedRun.objects.get()
    for name in ("check", "apply", "cancel"):
        assert signed_in.get(reverse(f"feeds:{name}", args=[run.pk])).status_code == 405


def test_a_delivery_that_is_not_there(signed_in: Client) -> None:
    for name in ("run", "progress", "problems"):
        assert signed_in.get(reverse(f"feeds:{name}", args=[999_999])).status_code == 404
    assert signed_in.post(reverse("feeds:apply", args=[999_999])).status_code == 404
    assert signed_in.get(reverse("feeds:template", args=["nokind"])).status_code == 404
