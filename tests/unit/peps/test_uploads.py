"""The kind of a file by its content."""

import io
import zipfile

import pytest

from peps.rules import uploads
from peps.rules.uploads import WrongFile, type_of


def packed(*names: str) -> bytes:
    with io.BytesIO() as target:
        with zipfile.ZipFile(target, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return target.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (packed(*WORD), "docx"),
    ],
)
def test_what_is_taken(content, ending):
    assert type_of(content).ending == ending


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\0", "not taken"),
        (b"<html><script>", "not taken"),
        (b"\xd0\xcf\x11\xe0 old word", "old Office"),
        (packed("xl/workbook.xml", "[Content_Types].xml"), "not taken"),
        (packed(*WORD, "word/vbaProject.bin"), "macros"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"%PDF-" + b"0" * uploads.MOST_BYTES, "larger than 10 MB"),
    ],
)
def test_what_is_not_taken_and_why(content, why):
    with pytest.raises(WrongFile, match=why):
        type_of(content)


def test_a_document_that_unpacks_without_end_is_not_taken(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 1)
    with pytest.raises(WrongFile, match="unpacks"):
        type_of(packed(*WORD))
