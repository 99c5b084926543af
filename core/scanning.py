"""Uploaded files are shown to clamd where it is configured (INSTREAM: the bytes go through the socket, no shared disk).

`settings.CLAMD` is empty (nothing is scanned, and each file is marked so), the path of a socket, or
"host:port".
"""

import contextlib
import socket
import struct
from collections.abc import Iterable

from django.conf import settings

CHUNK = 64 * 1024
SECONDS = 30
STANDARD_PORT = 3310


class Infected(Exception):
    """The scanner found something; `name` is what it calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class ScannerDown(Exception):
    """A scanner is configured and did not answer: nothing is taken in unscanned."""


def is_configured() -> bool:
    return bool(settings.CLAMD)


def scan(content: bytes) -> bool:
    """True when the file was scanned and is clean, False where no scanner is configured.

    Raises Infected, ScannerDown.
    """
    if not is_configured():
        return False
    try:
        answer = _ask(content)
    except OSError as error:
        raise ScannerDown from error
    if answer.endswith(" FOUND"):
        raise Infected(answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if answer != "stream: OK":
        # "INSTREAM size limit exceeded. ERROR" and the like: the file was not looked through.
        raise ScannerDown(answer[:80])
    return True


def _ask(content: bytes) -> str:
    with _connected() as connection:
        connection.sendall(b"zINSTREAM\0")
        # It stops listening when a file is too large for it, and says so in its answer.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in _pieces(content):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (more := connection.recv(4096)):
            answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace").strip()


def _pieces(content: bytes) -> Iterable[bytes]:
    return (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))


def _connected() -> socket.socket:
    where: str = settings.CLAMD
    if "/" in where:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(where)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = where.partition(":")
    return socket.create_connection((host, int(port or STANDARD_PORT)), timeout=SECONDS)
