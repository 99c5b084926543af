"""A mail server on this machine for tests: takes mail by SMTP as a real one does, and refuses on demand."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    """`taken` is what was sent, in order; while `refusing`, every message is turned away with a passing fault."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refusing = False

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.taken if message["To"] == address]


class _Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            if word == b"QUIT":
                self._say("221 bye")
                return
            if word == b"MAIL" and self.server.refusing:
                self._say("451 try later")
            elif word == b"DATA":
                self._say("354 go on")
                self._take()
            else:
                self._say("250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        raw = b"".join(lines)
        self.server.raw.append(raw)
        self.server.taken.append(email.message_from_bytes(raw, policy=email.policy.default))  # type: ignore[arg-type]
        self._say("250 taken")


@contextmanager
def mail_server(settings: Any) -> Iterator[Server]:
    """A server that the settings point at for as long as the block runs."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "", ""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
