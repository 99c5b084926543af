"""What kind of file an upload is, told by its content and never by its name.

Plain Python.
"""

import io
import zipfile
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 20
"""On one PEP: reports and pieces of work, not an archive."""
MOST_UNPACKED = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """How a file is stored and given out again."""

    media_type: str
    ending: str
    words: str


PDF = FileType("application/pdf", "pdf", "PDF")
PNG = FileType("image/png", "png", "PNG picture")
JPEG = FileType("image/jpeg", "jpg", "JPEG picture")
WORD = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "Word document")
TYPES = (PDF, WORD, JPEG, PNG)
WANTED = "Send a PDF, a Word document (.docx) or a picture (JPEG or PNG)"


class WrongFile(ValueError):
    """Why a file is not taken, as a sentence."""


def type_of(content: bytes) -> FileType:
    """The kind of a file by its content. Raises WrongFile for an empty, too large, unknown or unsafe one."""
    if not content:
        raise WrongFile("The file is empty.")
    if len(content) > MOST_BYTES:
        raise WrongFile(f"The file is larger than {MOST_BYTES // (1024 * 1024)} MB. Send a smaller one.")
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise WrongFile(f"This is a file of an old Office version. Save it as .docx or PDF. {WANTED}.")
    raise WrongFile(f"This kind of file is not taken. {WANTED}.")


def _office(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise WrongFile("The file is damaged: it cannot be opened.") from error
    names = {member.filename for member in members}
    if "word/document.xml" not in names or "[Content_Types].xml" not in names:
        raise WrongFile(f"This kind of file is not taken. {WANTED}.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WrongFile("The Word document holds macros. Save it without them, or as PDF.")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise WrongFile("The file unpacks to more than a document can be. Save it as PDF.")
    return WORD
