"""The proxy's own configuration in a real nginx, in front of a server that says what it was told."""

import http.client
import http.server
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_compose import ROOT, eventually, free_port

CONFIGURATION = ROOT / "deploy/nginx/default.conf"
pytestmark = pytest.mark.slow


class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        told = [f"{name}: {self.headers.get(name)}" for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto")]
        self.wfile.write("\n".join(told).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Proxy:
    """nginx on two ports of this machine, with the file's own words but for places that only exist in a container."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.plain_port, self.tls_port = folder, free_port(), free_port()
        certificate = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ]
        files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
        subprocess.run([*certificate, *files], check=True, capture_output=True)
        text = CONFIGURATION.read_text()
        for ours, theirs in {
            "listen 8080;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 8443 ssl;": f"listen 127.0.0.1:{self.tls_port} ssl;",
            "http2 on;": "",  # a word that Debian's nginx does not know yet
            "/run/secrets/tls_certificate": str(folder / "cert.pem"),
            "/run/secrets/tls_key": str(folder / "key.pem"),
            "resolver 127.0.0.11 valid=10s;": "",
            "http://web:8000": f"http://127.0.0.1:{upstream}",
            "/dev/stdout": str(folder / "access.log"),
        }.items():
            assert ours in text, ours
            text = text.replace(ours, theirs)
        places = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ {places}\n{text} }}"
        (folder / "nginx.conf").write_text(whole)
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        assert nginx, "install Debian's nginx-light: make setup-test does it where it may"
        words = [nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, path: str, *, tls: bool = True, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, Location and text."""
        trust = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        connection = (
            http.client.HTTPSConnection("localhost", self.tls_port, timeout=10, context=trust)
            if tls
            else http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=10)
        )
        try:
            connection.request("POST" if body else "GET", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read().decode()
        finally:
            connection.close()

    def is_up(self) -> bool:
        try:
            return self.ask("/proxy-health", tls=False)[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = Path(tempfile.mkdtemp(prefix="vs-proxy-"))
    folder.chmod(0o777)  # nginx's own workers do not run as root
    running = Proxy(folder, server.server_address[1])
    try:
        assert eventually(running.is_up, 30), (folder / "error.log").read_text()
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(15)
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder, ignore_errors=True)


def test_without_tls_everything_is_sent_to_the_same_page_with_tls(proxy: Proxy) -> None:
    status, place, _ = proxy.ask("/children/?year=8", tls=False, Host="virtual-school.example")
    assert (status, place) == (301, "https://virtual-school.example/children/?year=8")


def test_the_application_is_told_the_real_address_whatever_the_browser_claims(proxy: Proxy) -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    status, _, told = proxy.ask("/", Host="virtual-school.example", **claims)
    assert status == 200
    assert told.splitlines() == [
        "Host: virtual-school.example", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https",
    ]  # fmt: skip


def test_a_delivery_of_many_megabytes_passes(proxy: Proxy) -> None:
    assert proxy.ask("/feeds/new/", body=b"x" * 30_000_000)[0] == 200


def test_its_log_holds_no_query_and_no_key_of_a_password_link(proxy: Proxy) -> None:
    proxy.ask("/children/?q=Ashdown")
    proxy.ask("/account/password/reset/key/4-SECRETKEY/?next=/Ashdown/")
    log = proxy.folder / "access.log"
    assert eventually(lambda: "/account/password/reset/key/..." in log.read_text(), 10), log.read_text()
    lines = log.read_text()
    assert re.search(r'"GET /children/" 200', lines)
    assert "Ashdown" not in lines
    assert "SECRETKEY" not in lines
