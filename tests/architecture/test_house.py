"""The house keeps its shape: where rows are read, what a file may be, what is not used here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from core.scoping import ScopedQuerySet

ROOT = Path(__file__).parents[2]
FLOORS = [
    "virtualschool",
    "reports",
    "retention",
    "rights",
    "incentives",
    "pledge",
    "peps",
    "attendance",
    "attainment",
    "provision",
    "pupils",
    "schools",
    "core",
]
WEB_FILES = {"views", "forms", "filters"}
# Models whose rows do not hang off a child, or whose scope is the permission that the view asks first.
UNSCOPED_READS = {
    "AccessEvent": "one child's, who is visible, behind SEE_WHO_LOOKED; the whole log behind SEE_AUDIT",
    "AuditSeal": "seals; behind SEE_AUDIT",
    "User": "names of staff; no child",
    "FeedRun": "deliveries; behind the permission of their kind (core/views/feed_runs.py)",
    "FeedProblem": "deliveries; behind the permission of their kind",
    "SchoolMembership": "staff of schools; no child",
    "ConsentPurpose": "a catalogue; no child",
    "PrivacyNotice": "words to everybody; no child",
    "model.pgh_event_model": "the history of the record of processing; no child",
    "ProcessingActivity": "the record of processing; no child",
    "SchoolLink": "the public register; no child",
    "Calendar": "term dates; no child",
    "Term": "term dates; no child",
    "DeadlineSetting": "what the county changed of the deadline rules; no child",
    "TermCutOff": "the last day for the meetings of a term; no child",
    "Qualification": "a catalogue; no child",
    "Commitment": "a catalogue; no child",
    "FormVersion": "questions of the PEP form, behind SEE_FORMS; no child",
    "FormComment": "what groups said of a form, behind GOVERN_FORMS; no child",
    "FormApproval": "who approved a form, behind GOVERN_FORMS; no child",
    "GcseScheme": "a scheme; no child",
    "IndicatorTarget": "percentages; no child",
    "IndicatorFigure": "figures; behind SEE_INDICATORS, the children in them are IndicatorPupil rows",
}


def python_files() -> Iterator[Path]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def web_files() -> Iterator[Path]:
    return (p for p in python_files() if p.stem in WEB_FILES or "views" in p.parts)


def _manager_reads(tree: ast.AST) -> Iterator[tuple[str, int, ast.AST]]:
    """(model name, line, the chain above) for each `Model.objects` or `Model._default_manager`."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            name = node.value.id if isinstance(node.value, ast.Name) else ast.unparse(node.value)
            yield name, node.lineno, parents[node]


@pytest.mark.parametrize("path", list(web_files()), ids=lambda p: str(p.relative_to(ROOT)))
def test_web_code_starts_from_visible_to(path: Path) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}.objects"
        for name, line, above in _manager_reads(ast.parse(path.read_text()))
        if name not in UNSCOPED_READS and not (isinstance(above, ast.Attribute) and above.attr == "visible_to")
    ]
    assert not wrong, "read these rows through .visible_to(user)"


@pytest.mark.parametrize("path", list(web_files()), ids=lambda p: str(p.relative_to(ROOT)))
def test_shortcuts_start_from_visible_to(path: Path) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.args[0])}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"get_object_or_404", "get_list_or_404"}
        and ast.unparse(node.args[0]) not in UNSCOPED_READS
        and ".visible_to(" not in ast.unparse(node.args[0])
    ]
    assert not wrong, "read these rows through .visible_to(user)"


def hangs_off_a_child() -> list[type[models.Model]]:
    pupil = apps.get_model("pupils", "Pupil")
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        and not model.__name__.endswith("Event")
        and any(f.related_model is pupil for f in model._meta.get_fields() if isinstance(f, models.ForeignKey))
    ]


@pytest.mark.parametrize("model", hangs_off_a_child(), ids=lambda m: m._meta.label)
def test_each_model_of_a_child_is_scoped(model: type[models.Model]) -> None:
    queryset = model._default_manager.all()
    assert isinstance(queryset, ScopedQuerySet)
    assert queryset.scope_through


@pytest.mark.parametrize("path", list(python_files()), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_grows_beyond_reading(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 600


@pytest.mark.parametrize("path", list(python_files()), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_signals_and_no_save_overrides(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert "receiver" not in imported
    if path.stem == "models" or "models" in path.parts:
        methods = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        assert "save" not in methods


RULE_FILES = [p for p in python_files() if p.stem == "rules" or "rules" in p.parts]


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rules_know_no_django_and_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text())
    modules = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [m for m in modules if m.split(".")[0] == "django"]
    clock = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} & {"today", "now", "localdate"}
    assert not clock
