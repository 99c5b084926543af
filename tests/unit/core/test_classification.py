"""Every field of ours has a class, and what leaves the process by log or error report obeys it."""

import ast
import io
import json
import logging
import re
from pathlib import Path
from random import Random

import pytest
import structlog
from django.conf import settings

from core.classification import (
    DataClass,
    UnclassedError,
    class_of,
    classed_labels,
    classify,
    fields_from,
    fields_of,
    our_models,
)
from core.logs import WITHHELD, kind_and_place, without_address_secrets, without_classed_values
from core.management.commands.data_classes import markdown
from core.models import User
from pupils.models import CareEpisode, Pupil
from tests.architecture.test_house import FLOORS
from virtualschool.demo.care import postcode
from virtualschool.demo.schools import TOWNS

ROOT = Path(__file__).resolve().parents[3]
# Where a protected value may be named at all: its model and feed, the way in which it is shown, the demo's files.
MAY_NAME_PROTECTED = {
    "pupils/models.py", "pupils/data_classes.py", "pupils/views.py", "pupils/protected", "pupils/feeds",
    "pupils/duplicates",  # keeps whole rows; its page shows no value of a protected field
    "pupils/history.py",  # says that one changed, never to what
    # The record of a person is theirs: gathered, masked on its pages, removed where it tells of others (adr 13).
    "pupils/subject_access.py", "rights/models/requests.py", "rights/data_classes.py", "rights/gathering.py",
    "rights/redaction.py", "rights/services.py", "rights/views/entries.py", "rights/documents/record.py",
    "virtualschool/demo", "templates/pupils/care.html", "templates/pupils/protected.html",
}  # fmt: skip
# Too common a name to be looked for; FormerUPN is held by the tests of the protected page, passwords by allauth's.
COMMON = {"upn", "password"}


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_each_field_has_a_class(model) -> None:
    for field in fields_of(model):
        assert class_of(model, field.name) in DataClass


def test_ours_are_found() -> None:
    apps = {model._meta.app_label for model in our_models()}
    assert apps == set(FLOORS) - {"virtualschool"}
    assert {"pupils.Pupil", "pupils.PupilEvent", "core.AccessEvent"} <= {m._meta.label for m in our_models()}


def test_no_class_is_given_to_what_is_not_there() -> None:
    there = {m._meta.label: {f.name for f in fields_of(m)} for m in our_models()}
    assert {label: set(fields) - there.get(label, set()) for label, fields in classed_labels().items()} == {
        label: set() for label in classed_labels()
    }


def test_nothing_is_assumed() -> None:
    with pytest.raises(UnclassedError, match=r"pupils\.Pupil\.shoe_size has no class"):
        class_of(Pupil, "shoe_size")
    with pytest.raises(ValueError, match="two classes"):
        classify("x.Y", open="id name", personal="name")
    with pytest.raises(ValueError, match="before"):
        classify("pupils.Pupil", open="id")


def test_a_copy_in_the_history_is_as_sensitive_as_the_row() -> None:
    event = next(m for m in our_models() if m._meta.label == "pupils.PupilEvent")
    assert class_of(event, "surname") is DataClass.PERSONAL
    assert class_of(event, "pgh_label") is DataClass.OPEN


def test_the_page_in_docs_is_what_the_code_says() -> None:
    text = (ROOT / "docs" / "data-classes.md").read_text()
    carried = text.split("<!-- manage.py data_classes --markdown -->\n")[1].split("\n<!-- end -->")[0]
    assert carried == markdown(), "docs/data-classes.md: put in what `manage.py data_classes --markdown` prints"


# ---------------------------------------------------------------- logs


@pytest.mark.parametrize("least", [DataClass.PERSONAL])
def test_no_classed_field_reaches_a_log_line(least: DataClass) -> None:
    names = {name for fields in fields_from(least).values() for name in fields}
    assert {"surname", "upn", "pl_post", "ip", "marks"} <= names
    line = without_classed_values(None, "", {"event": "x", **dict.fromkeys(names - {"code"}, "secret-7")})
    assert "secret-7" not in json.dumps(line)
    assert line["surname"] == WITHHELD


def test_rows_and_what_is_nested_are_withheld_too() -> None:
    child = Pupil(pk=7, child_id="XSECRET", surname="Secretsurname")
    line = without_address_secrets(
        None,
        "",
        without_classed_values(
            None,
            "",
            {
                "event": "told",
                "child": child,
                "more": {"surname": "Secretsurname", "rows": [child, User(pk=3, email="secret@westmarch.example")]},
                "request": "GET /schools/?q=Secretsurname",
                "run": 12,
            },
        ),
    )
    assert "secret" not in json.dumps(line).casefold()
    assert line["child"] == "pupils.Pupil:7"
    assert (line["run"], line["request"]) == (12, "GET /schools/?...")


def test_the_products_own_handler_withholds() -> None:
    """Through structlog and the handler of the settings, as a process writes it."""
    handler = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    buffer = io.StringIO()
    before = handler.setStream(buffer)
    try:
        structlog.get_logger("virtualschool.test").error("told", surname="Secretsurname", run=5)
    finally:
        handler.setStream(before)
    line = json.loads(buffer.getvalue())
    assert (line["surname"], line["run"]) == (WITHHELD, 5)
    assert settings.DJANGO_STRUCTLOG_IP_LOGGING_ENABLED is False


# ---------------------------------------------------------------- error reports


def test_an_error_report_holds_kind_and_place_only() -> None:
    frame = {
        "filename": "pupils/views.py", "function": "pupil_care", "lineno": 9, "module": "pupils.views",
        "vars": {"pupil": "Secretsurname"}, "context_line": "secret", "pre_context": ["secret"],
    }  # fmt: skip
    event = {
        "event_id": "1", "timestamp": "2026-11-23T11:00:00Z", "platform": "python", "level": "error",
        "transaction": "pupils:care", "server_name": "secret-host", "message": "secret",
        "logentry": {"message": "secret %s", "params": ["secret"]},
        "request": {"url": "https://vs/?q=secret", "data": {"q": "secret"}, "cookies": "secret", "headers": {"A": "b"}},
        "user": {"id": 3, "email": "secret@westmarch.example", "ip_address": "192.0.2.1"},
        "breadcrumbs": {"values": [{"message": "SELECT secret"}]}, "extra": {"sys.argv": ["secret"]},
        "contexts": {"secret": {}}, "tags": {"secret": "secret"},
        "exception": {"values": [{
            "type": "ValueError", "value": "secret", "module": None, "mechanism": {"data": "secret"},
            "stacktrace": {"frames": [frame]},
        }]},
    }  # fmt: skip
    report = kind_and_place(event, {"exc_info": "secret"})
    assert "secret" not in json.dumps(report).casefold()
    assert "192.0.2.1" not in json.dumps(report)
    assert report["user"] == {"id": 3}
    assert report["exception"]["values"][0]["type"] == "ValueError"
    assert report["exception"]["values"][0]["stacktrace"]["frames"][0]["function"] == "pupil_care"


def test_a_report_without_an_exception_is_sent_too() -> None:
    assert kind_and_place({"level": "error", "exception": None, "user": None}, {}) == {"level": "error"}


# ---------------------------------------------------------------- exports, documents, mail


def test_protected_fields_are_named_only_where_they_are_shown() -> None:
    """An export, a document or a mail cannot hold what its code never names."""
    names = {name for fields in fields_from(DataClass.PROTECTED).values() for name in fields} - COMMON
    assert {"home_post", "pl_post"} <= names
    words = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    wrong = []
    for path in [*(p for f in FLOORS for p in (ROOT / f).rglob("*.py")), *(ROOT / "templates").rglob("*")]:
        place = path.relative_to(ROOT).as_posix()
        if path.is_dir() or "migrations" in path.parts or place.startswith(tuple(MAY_NAME_PROTECTED)):
            continue
        wrong += [f"{place}: {found}" for found in sorted(set(words.findall(_code_of(path))))]
    assert wrong == []


def _code_of(path: Path) -> str:
    """The names and texts of a module, without its comments; a template as it is."""
    return ast.unparse(ast.parse(path.read_text())) if path.suffix == ".py" else path.read_text()


# ---------------------------------------------------------------- the demo


def test_what_the_demo_invents_for_protected_fields_cannot_be_real() -> None:
    """It fills three of them: postcodes of areas that the post does not have, and Ofsted numbers beyond the real."""
    filled = {f.name for f in CareEpisode._meta.concrete_fields if class_of(CareEpisode, f.name) is DataClass.PROTECTED}
    assert filled == {"home_post", "pl_post", "ofsted_urn"}
    areas = {re.match("[A-Z]+", postcode(Random(1), town))[0] for town in TOWNS}
    assert areas
    assert areas & POSTCODE_AREAS == set()
    names = {name for fields in fields_from(DataClass.PROTECTED).values() for name in fields} - COMMON - filled
    text = " ".join(_code_of(path) for path in (ROOT / "virtualschool").rglob("*.py"))
    assert [name for name in names if re.search(rf"\b{name}\b", text)] == []


POSTCODE_AREAS = frozenset(re.findall("[A-Z]+", """
    AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL
    GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX
    PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN
    WR WS WV YO ZE"""))  # fmt: skip
