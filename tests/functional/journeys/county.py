"""The invented county of the demo, small, loaded once for all journeys in a transaction that is never committed.

The server of the journeys answers on the test's own connection, one request after another, and does what waits for a
commit at the end of each request. So every journey starts from the same county and leaves nothing behind.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from core.models import User
from core.roles import Role
from virtualschool import demo_job as job
from virtualschool.demo.generate import write_county
from virtualschool.demo.manifest import demo_files
from virtualschool.demo.people import demo_logins

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/London"))
TODAY = NOW.date()
LAST_DAY = date(2026, 11, 20)
PUPILS = 60


def load(folder: Path) -> None:
    """The demo's whole main job on a small county: files, feeds, indicators, first rows of each app, reports."""
    write_county(folder=folder, pupils=PUPILS, years=2, seed=2009, last_day=LAST_DAY)
    job.load_people()
    PEOPLE.update({role: User.objects.get(email=demo_logins()[role.value]) for role in Role})
    job.load_calendars([*range(2006, 2010), *range(2023, 2028)])
    job.apply_feeds(
        [job.FeedStep(kind, paths) for kind, paths in demo_files(folder)], today=TODAY, say=lambda line: None
    )
    job.load_memberships()
    job.finish(today=TODAY, last_day=LAST_DAY)
    job.make_reports(today=TODAY, last_day=LAST_DAY)


PEOPLE: dict[Role, User] = {}


def person(role: Role) -> User:
    """The demo's login of a role, as it was loaded: asks no database, which the server may be using."""
    return PEOPLE[role]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the tests say what is wrong."""


class _Server(ThreadingMixIn, WSGIServer):
    """Django's own closes the connections of each thread, and here there is only one."""

    daemon_threads = True
    request_queue_size = 20


def _kept_by_browsers(environ: dict[str, Any], start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Scripts and styles are not asked for again with each page, as on an installation."""
    if not environ["PATH_INFO"].startswith(settings.STATIC_URL):
        return start_response
    return lambda status, headers, *more: start_response(status, [*headers, ("Cache-Control", "max-age=3600")], *more)


class Site:
    """The running service at `url`; `quiet()` waits until no request is under way, before a test uses the ORM."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._handler = StaticFilesHandler(WSGIHandler())
        self._server: WSGIServer = _Server(("127.0.0.1", 0), _Quiet)
        self._server.set_app(self._answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._shared: Any = None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        with self._lock:
            yield

    @contextmanager
    def on_this_connection(self) -> Iterator["Site"]:
        """Answer on the connection of the calling thread while the block runs."""
        self._shared = connections["default"]
        self._shared.inc_thread_sharing()
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            yield self
        finally:
            # Only when no request is under way: one that ends with the signals connected closes the connection.
            with self.quiet():
                for signal in (request_started, request_finished):
                    signal.connect(close_old_connections)
                self._shared.dec_thread_sharing()
                self._shared = None

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            if self._shared is None:
                start_response("503 Service Unavailable", [])
                return [b""]
            connections["default"] = self._shared
            waiting = len(self._shared.run_on_commit)
            answer = self._handler(environ, _kept_by_browsers(environ, start_response))
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
            self._commit_hooks(waiting)
            return [body]

    def _commit_hooks(self, first: int) -> None:
        """What the request left to be done after its commit."""
        hooks = self._shared.run_on_commit[first:]
        del self._shared.run_on_commit[first:]
        for _, hook, _ in hooks:
            hook()
