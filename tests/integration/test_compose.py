"""docker-compose.yml without a container engine: what no schema says, and each service's own command run here."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from core.db.embedded.install import binaries, make_reachable, server_user, wheel_binaries
from core.db.embedded.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APP_SERVICES = ["web", "worker", "beat", "migrate"]
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def example_variables() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# The file itself


def test_the_schema_and_the_dockerfile_rules_hold() -> None:
    for command in (
        [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        [str(BIN / "hadolint"), "Dockerfile"],
    ):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]).split(":")[0] not in {"0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_image_itself_ends_as_an_ordinary_user() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users[-1] == SERVICES["web"]["user"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    for store in ("postgres", "redis"):
        assert SERVICES[store]["networks"] == ["back"]


def test_every_variable_is_in_the_example_and_every_line_of_the_example_is_used() -> None:
    used = {match.group(1) for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert used == set(example_variables())


def test_no_secret_has_a_default() -> None:
    for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text()):
        if re.search(r"(SECRET|POSTGRES|REDIS).*", match.group(1)):
            # Single sign-on is a council's choice: without its secret there is none.
            optional = match.group(1) == "OIDC_CLIENT_SECRET" and match.group(3) == ""
            assert match.group(2) == "?" or optional, match.group(0)


@pytest.mark.parametrize("name", APP_SERVICES)
def test_the_settings_read_every_variable_that_a_service_is_given(name: str) -> None:
    source = (ROOT / "virtualschool" / "settings.py").read_text()
    read = set(re.findall(r"""(?:environ(?:\.get\(|\[)|flag\(|words\()\s*"([A-Z_]+)\"""", source))
    assert set(SERVICES[name]["environment"]) <= read


def test_addresses_name_services() -> None:
    for name in APP_SERVICES:
        for key in ("DATABASE_URL", "REDIS_URL"):
            host = re.search(r"@([a-z]+):\d+", SERVICES[name]["environment"][key])
            assert host is not None
            assert host.group(1) in SERVICES
    proxy = re.search(r"http://([a-z]+):8000", (ROOT / "deploy/nginx/default.conf").read_text())
    assert proxy is not None
    assert proxy.group(1) in SERVICES


def test_every_volume_is_declared_and_used_and_every_mounted_file_is_there() -> None:
    mounted = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert {mount for mount in mounted if not mount.startswith(".")} == set(COMPOSE["volumes"])
    for mount in mounted:
        assert not mount.startswith(".") or (ROOT / mount).is_file(), mount


def test_the_only_migration_is_run_by_the_owner_and_all_wait_for_it() -> None:
    owners = [name for name in APP_SERVICES if "//virtualschool:" in SERVICES[name]["environment"]["DATABASE_URL"]]
    assert owners == ["migrate"]
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_command_names_something_that_exists() -> None:
    import_module(SERVICES["web"]["command"][-1])
    for name in ("worker", "beat"):
        app = next(word for word in SERVICES[name]["command"] if word.startswith("--app="))
        assert import_module(app.removeprefix("--app=")).app
    script = ROOT / SERVICES["migrate"]["command"][1]
    commands = re.findall(r"manage\.py (\w+)", script.read_text())
    assert commands
    assert set(commands) <= set(get_commands())


def test_the_health_address_is_a_page() -> None:
    path = re.search(r"http://127\.0\.0\.1:8000(/[^']*)", " ".join(SERVICES["web"]["healthcheck"]["test"]))
    assert path is not None
    assert resolve(path.group(1)).url_name == "health"


def test_the_image_gets_every_app_and_nothing_else() -> None:
    let_in = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    own = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert own <= set(let_in)
    assert not {"tests", "var", ".env", ".git"} & set(let_in)
    for path in let_in:
        assert (ROOT / path).exists(), path


def test_the_proxy_lets_the_largest_feed_through() -> None:
    limit = re.search(r"client_max_body_size (\d+)m;", (ROOT / "deploy/nginx/default.conf").read_text())
    assert limit is not None
    assert int(limit.group(1)) * 2**20 > settings.FEED_MAX_UPLOAD_BYTES


def test_the_database_is_a_release_that_the_tests_run_on() -> None:
    image = re.fullmatch(r"postgres:(\d+)-bookworm", SERVICES["postgres"]["image"])
    assert image is not None
    told = subprocess.run([wheel_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
    assert f" {image.group(1)}." in told.stdout


# Each service's own command, with the file's own environment, on this machine


@dataclass
class Machine:
    """Stands in for the containers: the same words, other addresses."""

    folder: Path
    postgres_port: int
    redis_port: int
    web_port: int
    variables: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def here(self, text: str) -> str:
        """A value of the compose file, with its variables filled in and its addresses turned to this machine."""
        text = VARIABLE.sub(
            lambda found: self.variables.get(found[1]) or (found[3] if found[2] == "-" else ""), str(text)
        )
        for theirs, ours in (
            ("$$", "$"),
            ("postgres:5432", f"127.0.0.1:{self.postgres_port}"),
            ("redis:6379", f"127.0.0.1:{self.redis_port}"),
            ("0.0.0.0:8000", f"127.0.0.1:{self.web_port}"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.web_port}"),
            ("/data", str(self.folder / "data")),
        ):
            text = text.replace(theirs, ours)
        return text

    def environment(self, service: str) -> dict[str, str]:
        """Nothing of the caller's environment but what a program needs to be found."""
        own = {key: self.here(value) for key, value in SERVICES[service]["environment"].items()}
        return {"PATH": f"{BIN}:{wheel_binaries()}:{os.environ['PATH']}", "HOME": str(self.folder), **own}

    def start(self, service: str, *more: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                [*map(self.here, SERVICES[service]["command"]), *more],
                cwd=ROOT,
                env=self.environment(service),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def health(self, service: str) -> subprocess.CompletedProcess[str]:
        kind, *words = map(self.here, SERVICES[service]["healthcheck"]["test"])
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(service), capture_output=True, text=True, check=False
        )

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return False


def start_postgres(machine: Machine) -> subprocess.Popen[bytes]:
    """A server as the image makes it: initdb with the file's own arguments, a password, its own settings."""
    layout = Layout.of(machine.folder)
    user = server_user(layout)
    make_reachable(layout, user)
    programs = binaries(layout)
    as_user = user.popen() if user else {}
    cluster, password = machine.folder / "cluster", machine.folder / "password"
    cluster.mkdir(mode=0o700)
    password.write_text(machine.variables["POSTGRES_PASSWORD"])
    if user:
        os.chown(cluster, user.uid, user.gid)
        os.chown(password, user.uid, user.gid)
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    ours = ["--auth=scram-sha-256", "--no-instructions"]
    subprocess.run(
        [programs / "initdb", "-D", cluster, "-U", "virtualschool", "--pwfile", password, *given, *ours],
        cwd="/",
        check=True,
        capture_output=True,
        **as_user,
    )
    here = ["-D", str(cluster), "-p", str(machine.postgres_port), "-c", "listen_addresses=127.0.0.1"]
    here += ["-c", f"unix_socket_directories={cluster}", "-c", "shared_buffers=64MB"]
    return subprocess.Popen(
        [str(programs / "postgres"), *SERVICES["postgres"]["command"][1:], *here],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **as_user,
    )


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """All services, started in the order of the file."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="vs-compose-"))
    folder.chmod(0o711)
    made_up = {name: value or secrets.token_hex(12) for name, value in example_variables().items()}
    made_up |= {"EMAIL_HOST": "", "VS_HOME_LA": "990", "DEFAULT_FROM_EMAIL": "vs@example.gov.uk"}
    machine = Machine(folder, free_port(), free_port(), free_port(), made_up)
    (folder / "data").mkdir()
    postgres = start_postgres(machine)
    try:
        owner = {"host": "127.0.0.1", "port": machine.postgres_port, "user": "virtualschool"}
        assert eventually(lambda: connects(**owner, password=made_up["POSTGRES_PASSWORD"], dbname="postgres"))
        prepare_database(machine)
        start_redis(machine)
        migrate = machine.start("migrate")
        assert migrate.wait(120) == 0, machine.log("migrate")
        for service in ("web", "worker", "beat"):
            machine.start(service)
        yield machine
    finally:
        machine.stop()
        postgres.send_signal(signal.SIGINT)
        postgres.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def connects(**words: Any) -> bool:
    try:
        psycopg2.connect(**words).close()
    except psycopg2.OperationalError:
        return False
    return True


def prepare_database(machine: Machine) -> None:
    """What the image does at its first start: the database, then the script that makes the application's role."""
    environment = machine.environment("postgres") | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(machine.postgres_port),
        "PGPASSWORD": machine.variables["POSTGRES_PASSWORD"],
    }
    create = ["psql", "-U", "virtualschool", "-d", "postgres", "-c", "CREATE DATABASE virtualschool"]
    subprocess.run(create, env=environment, check=True, capture_output=True)
    subprocess.run(["bash", "deploy/postgres/roles.sh"], cwd=ROOT, env=environment, check=True, capture_output=True)


def start_redis(machine: Machine) -> None:
    """The file's own shell line; only the port is added to it."""
    shell, flag, line = map(machine.here, SERVICES["redis"]["command"])
    with (machine.folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(
            [shell, flag, f"{line} --bind 127.0.0.1 --port {machine.redis_port}"],
            env=machine.environment("redis"),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    machine.running.append(process)


def get(machine: Machine, path: str, **headers: str) -> tuple[int, str]:
    """Status and Location of a page, redirects not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    request = urllib.request.Request(f"http://127.0.0.1:{machine.web_port}{path}", headers=headers)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Location", "")


native = [pytest.mark.worker, pytest.mark.slow]


class TestNatively:
    pytestmark = native

    @pytest.mark.parametrize("service", ["web", "worker", "beat"])
    def test_the_health_check_of_a_service_comes_true(self, machine: Machine, service: str) -> None:
        assert eventually(lambda: machine.health(service).returncode == 0), machine.log(service)

    def test_the_stores_health_checks(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        theirs = SERVICES["redis"]["healthcheck"]["test"]
        ours = [part.replace("redis-cli", f"redis-cli -p {machine.redis_port}") for part in theirs]
        monkeypatch.setitem(SERVICES["redis"]["healthcheck"], "test", ours)
        assert machine.health("redis").returncode == 0
        done = subprocess.run(
            [*SERVICES["postgres"]["healthcheck"]["test"][1:], "--host=127.0.0.1", f"--port={machine.postgres_port}"],
            env=machine.environment("postgres"),
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0

    def test_pages_behind_the_proxy(self, machine: Machine) -> None:
        assert eventually(lambda: machine.health("web").returncode == 0), machine.log("web")
        host = machine.variables["SITE_HOST"]
        status, place = get(machine, "/", Host=host, **{"X-Forwarded-Proto": "https"})
        assert (status, place.split("?")[0]) == (302, "/account/login/")
        assert get(machine, place, Host=host, **{"X-Forwarded-Proto": "https"})[0] == 200
        assert get(machine, "/", Host=host) == (301, f"https://{host}/")
        assert get(machine, "/", Host="somebody-else.example", **{"X-Forwarded-Proto": "https"})[0] == 400

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE core_accessevent DISABLE TRIGGER ALL",
            "TRUNCATE core_accessevent",
            "UPDATE core_accessevent SET user_id = 1",
            "DELETE FROM core_auditseal",
            "DELETE FROM pupils_pupilevent",
            "DROP TABLE core_accessevent",
            "CREATE TABLE mine (n int)",
        ],
    )
    def test_the_applications_role_cannot_touch_the_audit_trail(self, machine: Machine, statement: str) -> None:
        url = machine.environment("web")["DATABASE_URL"]
        connection = psycopg2.connect(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM core_accessevent")
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
        finally:
            connection.close()
