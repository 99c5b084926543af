"""The contract of `manage.py feed`: one JSON document, exit codes, nothing changed without --apply."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import AccessEvent, FeedRun
from core.roles import Role
from schools.models import School
from tests.integration.core.conftest import Manage, run_manage
from tests.integration.core.feed_files import KINDS, delivery, sources
from tests.integration.core.snapshots import changed, snapshot
from tests.integration.installations import copy_installation

PROBLEM_KEYS = {"code", "severity", "file", "row", "column", "value", "message", "advice"}


@pytest.fixture
def feed(capsys):
    """feed("gias", path, "--apply") -> (exit code, document), in this process."""

    def run(*words: object) -> tuple[int, dict]:
        code = 0
        try:
            call_command("feed", *map(str, words), "--json")
        except SystemExit as end:
            code = int(end.code or 0)
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.django_db
def test_the_document(feed, tmp_path: Path) -> None:
    path = delivery("gias", tmp_path)[0].path
    code, told = feed("gias", path)
    assert code == 0
    assert {"kind", "status", "rows", "problems"} <= told.keys()
    assert (told["kind"], told["status"]) == ("gias", "ready")
    assert told["rows"] == {"read": 3, "applied": 2, "unchanged": 0, "held": 1, "ignored": 0}
    assert [problem.keys() for problem in told["problems"]] == [PROBLEM_KEYS]
    assert told["problems"][0] | {"message": "", "advice": ""} == {
        "code": "BAD_URN", "severity": "error", "file": "schools.csv", "row": 4, "column": "URN", "value": "99",
        "message": "", "advice": "",
    }  # fmt: skip
    assert not FeedRun.objects.exists()
    assert feed("gias", path, "--apply")[1]["status"] == "applied"
    assert feed("gias", path, "--apply")[1]["status"] == "unchanged"
    assert feed("gias", path)[1]["status"] == "unchanged"


@pytest.mark.django_db
def test_a_folder_a_zip_and_several_paths(feed, tmp_path: Path) -> None:
    import zipfile

    files = delivery("ssda903", tmp_path)
    with zipfile.ZipFile(tmp_path / "return.zip", "w") as archive:
        for file in files:
            archive.write(file.path, f"2024/{file.name}")
            archive.writestr(f"__MACOSX/2024/._{file.name}", b"\0\5\x16\7")
    told = [
        feed("ssda903", *paths)[1]["rows"]
        for paths in ((tmp_path / "ssda903",), (tmp_path / "return.zip",), [f.path for f in reversed(files)])
    ]
    assert told[0]["read"] == 8
    assert told[0] == told[1] == told[2]


@pytest.mark.django_db
def test_refusals_exit_with_one(feed, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "nothing").mkdir()
    for path, wanted in (("empty.csv", "EMPTY_FILE"), ("not-there.csv", "NO_FILE"), ("nothing", "NO_FILE")):
        for words in ((), ("--apply",)):
            code, told = feed("gias", tmp_path / path, *words)
            assert (code, told["status"], [p["code"] for p in told["problems"]]) == (1, "refused", [wanted])
            assert set(told["rows"].values()) == {0}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("nokind", "x.csv"),
        ("gias",),
        (),
        ("gias", "x.csv", "--nosuch"),
        ("gias", "x.csv", "--codes", "present=/"),
        ("gias", "x.csv", "--actor", "nobody@westmarch.example"),
    ],
)
def test_wrong_usage_is_exit_code_two(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as told:
        call_command("feed", *words, "--json")
    assert getattr(told.value, "returncode", 2) in {1, 2}


@pytest.mark.django_db
def test_the_actor(feed, make_user, tmp_path: Path) -> None:
    officer = make_user(Role.DATA_OFFICER)
    path = delivery("gias", tmp_path)[0].path
    told = feed("gias", path, "--apply", "--actor", officer.email.upper())[1]
    run = FeedRun.objects.get(pk=told["run"])
    assert (run.received_by, run.applied_by) == (officer, officer)
    assert AccessEvent.objects.get(action="imported").user_id == officer.pk
    officer.is_active = False
    officer.save()
    with pytest.raises(CommandError):
        call_command("feed", "gias", str(path), "--actor", officer.email)


@pytest.mark.django_db
def test_an_actor_who_may_not_bring_in_files_is_refused(feed, make_user, tmp_path: Path) -> None:
    adviser = make_user(Role.ADVISER)
    path = delivery("gias", tmp_path)[0].path
    code, told = feed("gias", path, "--apply", "--actor", adviser.email)[:2]
    assert (code, told["status"]) == (1, "refused")
    assert [p["code"] for p in told["problems"]] == ["NOT_ALLOWED"]
    assert not FeedRun.objects.exists()


@pytest.mark.django_db
def test_without_an_actor_it_is_the_system(feed, tmp_path: Path) -> None:
    told = feed("gias", delivery("gias", tmp_path)[0].path, "--apply")[1]
    run = FeedRun.objects.get(pk=told["run"])
    assert (run.received_by, run.applied_by) == (None, None)
    assert AccessEvent.objects.get(action="imported").user_id is None


@pytest.mark.django_db
def test_the_word_map_of_welfare_call(feed, tmp_path: Path) -> None:
    for kind in ("gias", "ssda903", "roll"):
        feed(kind, tmp_path / kind if delivery(kind, tmp_path) else "", "--apply")
    words = sources({"w.csv": "Child ID,Date,AM,PM\nW1,03/11/2025,present,absent\n"}, tmp_path / "w")[0].path
    assert feed("welfare-call", words)[1]["rows"]["applied"] == 0
    assert feed("welfare-call", words, "--codes", "present=/,absent=N")[1]["rows"]["applied"] == 1
    code, told = feed("welfare-call", words, "--codes", "present=/,present=N,absent=N")[:2]
    assert (code, [p["code"] for p in told["problems"]]) == (1, ["BAD_CODE_MAP"])


@pytest.mark.django_db
def test_a_fault_is_told_and_exits_with_one(feed, tmp_path: Path, monkeypatch) -> None:
    from core.feeds.registry import get_kind

    def fail(*_args: object) -> None:
        raise KeyError("Robin Ashdown")

    monkeypatch.setattr(type(get_kind("gias")), "apply", fail)
    code, told = feed("gias", delivery("gias", tmp_path)[0].path, "--apply")
    assert (code, told["status"], told["problems"][0]["code"]) == (1, "failed", "FAULT")
    assert "Robin" not in json.dumps(told)
    assert FeedRun.objects.get(pk=told["run"]).status == "failed"


def test_as_a_process_only_json_on_standard_output(manage: Manage, tmp_path: Path) -> None:
    for kind in KINDS:
        delivery(kind, tmp_path / "in")
    preview = manage("feed", "gias", tmp_path / "in/gias", "--json")
    assert (preview.returncode, json.loads(preview.stdout)["status"]) == (0, "ready")
    assert not School.objects.exists()
    applied = manage("feed", "gias", tmp_path / "in/gias", "--apply", "--json")
    assert (applied.returncode, json.loads(applied.stdout)["rows"]["applied"]) == (0, 2)
    assert School.objects.count() == 2
    held = snapshot()
    refused = manage("feed", "ssda903", tmp_path / "in/roll", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["status"]) == (1, "refused")
    for words in (("nokind", "x"), ("gias",), ("gias", "x", "--actor", "nobody@westmarch.example")):
        wrong = manage("feed", *words, "--json")
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert wrong.stderr
    people = manage("feed", "gias", tmp_path / "in/gias")
    assert people.returncode == 0
    assert "gias: unchanged" in people.stdout
    assert changed(held, snapshot()) == set()


@pytest.mark.slow
def test_two_folders_are_two_installations(tmp_path_factory) -> None:
    import shutil
    import tempfile

    base = Path(tempfile.mkdtemp(prefix="vs-two-"))
    base.chmod(0o711)
    try:
        path = delivery("gias", tmp_path_factory.mktemp("in"))[0].path
        one, other = ({"DATA_DIR": str(base / name), "DATABASE_URL": ""} for name in ("one", "other"))
        copy_installation(base / "one")
        copy_installation(base / "other")
        unready = run_manage(
            "roll", "--on", "2009-12-01", "--json", environment=one | {"DATA_DIR": str(base / "third")}
        )
        assert unready.returncode == 1
        assert "manage.py migrate" in json.loads(unready.stdout)["error"]
        first = run_manage("feed", "gias", path, "--apply", "--json", environment=one)
        assert json.loads(first.stdout)["status"] == "applied"
        again = run_manage("feed", "gias", path, "--json", environment=one)
        assert json.loads(again.stdout)["status"] == "unchanged"
        elsewhere = run_manage("feed", "gias", path, "--json", environment=other)
        assert json.loads(elsewhere.stdout)["status"] == "ready"
        assert list((base / "one/files").rglob("*"))
        assert not list((base / "other").glob("files/*/*"))
    finally:
        shutil.rmtree(base, ignore_errors=True)
