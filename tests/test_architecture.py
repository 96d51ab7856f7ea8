"""The laws of the house that import contracts cannot state, and proof that every law bites."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agentops", "supervision")
WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete",
    "asave", "acreate", "aupdate", "adelete",
}  # fmt: skip
WRITERS = (
    "agentops/models", "agentops/control", "agentops/ledger", "agentops/audit", "agentops/toolsets",
    "agentops/management", "supervision/actions", "supervision/management",
)  # fmt: skip
PREPARED_WRITES = {"insert_row", "update_rows"}
MOVERS = ("agentops/models",)
NOT_A_DATABASE = {"hashlib", "dict", "headers", "contextvars"}


def sources() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text()))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def find_writes(name: str, tree: ast.Module) -> list[str]:
    """Calls that write rows, outside the rooms that may: a queryset's or an instance's writing methods."""
    if name.startswith(WRITERS):
        return []
    return [
        f"{name}:{node.lineno} .{node.func.attr}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        if _touches_rows(node.func.value, node.func.attr)
    ] + [
        f"{name}:{node.lineno} {node.func.id}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PREPARED_WRITES
    ]


def _touches_rows(value: ast.expr, method: str) -> bool:
    """`x.objects…update()` and `row.save()` write; `hash.update()` and `a_dict.update()` do not."""
    text = ast.unparse(value)
    return (
        "objects" in text
        or method in {"save", "asave", "delete", "adelete", "bulk_update", "bulk_create"}
        or (method != "update" and "filter" in text)
    )


def find_status_writes(name: str, tree: ast.Module) -> list[str]:
    """A status set past `move_run` and `move_call`: in an update, or by assignment and save."""
    if name.startswith(MOVERS):
        return []
    found = [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "update_rows" and "'status'" in ast.unparse(node)
    ]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"update", "aupdate"}
        ):
            found += [
                f"{name}:{node.lineno}"
                for keyword in node.keywords
                if keyword.arg == "status" and not _is_toolset(name)
            ]
        if isinstance(node, ast.Assign):
            targets = [t for t in node.targets if isinstance(t, ast.Attribute) and t.attr == "status"]
            found += [f"{name}:{node.lineno}" for t in targets if ast.unparse(t.value) not in {"self", "response"}]
    return found


def _is_toolset(name: str) -> bool:
    """A toolset's own tables have their own states; the law is about runs and calls."""
    return name.startswith("agentops/toolsets")


def find_signals(name: str, tree: ast.Module) -> list[str]:
    """Signal receivers: control flow that nobody sees at the place where it happens."""
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("receiver", "post_save.connect")))
        or (isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals")
    ]


def find_inner_imports(name: str, tree: ast.Module) -> list[str]:
    """Imports that are relative, or hidden inside a function where the layers cannot be seen at a glance."""
    found = [f"{name}:{n.lineno}" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name not in {
            "ready",
            "configure_logging",
        }:
            found += [f"{name}:{n.lineno}" for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
    return found


LAWS = {
    "only the verbs write": find_writes,
    "a status changes only by a move": find_status_writes,
    "no signal receivers": find_signals,
    "imports are absolute and at the top": find_inner_imports,
}


@pytest.mark.parametrize("law", LAWS)
def test_the_house_keeps_its_laws(law: str) -> None:
    assert [found for name, tree in sources() for found in LAWS[law](name, tree)] == []


@pytest.mark.parametrize(
    ("law", "name", "code"),
    [
        ("only the verbs write", "supervision/views.py", "AgentRun.objects.filter(pk=1).update(note='x')"),
        ("only the verbs write", "agentops/runner/loop.py", "run.save()"),
        ("only the verbs write", "agentops/tools/execution.py", "ToolCall.objects.create(tool='x')"),
        ("only the verbs write", "agentops/runner/loop.py", "insert_row(Step, run_id=1)"),
        (
            "a status changes only by a move",
            "agentops/ledger/records.py",
            "update_rows(ToolCall, where={'pk': 1}, changes={'status': 'x'})",
        ),
        (
            "a status changes only by a move",
            "agentops/ledger/records.py",
            "ToolCall.objects.filter(pk=1).update(status='x')",
        ),
        ("a status changes only by a move", "agentops/control.py", "run.status = 'completed'"),
        ("no signal receivers", "agentops/models/runs.py", "from django.db.models.signals import post_save"),
        ("no signal receivers", "supervision/actions.py", "@receiver(post_save)\ndef on_save(**_): ..."),
        ("imports are absolute and at the top", "supervision/views.py", "from . import actions"),
        ("imports are absolute and at the top", "agentops/control.py", "def f():\n    from agentops import tools"),
    ],
)
def test_each_law_catches_a_planted_violation(law: str, name: str, code: str) -> None:
    assert LAWS[law](name, ast.parse(code))


PLANTED = [
    ("agentops/utils.py", "import os"),
    ("supervision/helpers.py", "import os"),
    ("supervision/views/queue.py", "from agentops import tools"),
    ("supervision/actions.py", "from agentops import ledger"),
    ("supervision/actions.py", "from agentops.runner import loop"),
    ("supervision/inbox/__init__.py", "from agentops.toolsets.clinic import models"),
    ("supervision/views/queue.py", "from agentops import control"),
    ("supervision/views/queue.py", "from agentops import after_commit"),
    ("supervision/views/queue.py", "import anthropic"),
    ("supervision/roles.py", "from supervision import actions"),
    ("agentops/after_commit.py", "from agentops import tasks"),
    ("agentops/runner/loop.py", "from supervision import models"),
    ("agentops/runner/loop.py", "from agentops import after_commit"),
    ("agentops/runner/loop.py", "from agentops import control"),
    ("agentops/runner/loop.py", "import anthropic"),
    ("agentops/runner/loop.py", "from django.db import transaction"),
    ("agentops/control/runs.py", "from agentops.tools import registry"),
    ("agentops/ledger/records.py", "from agentops.llm import models"),
    ("agentops/domain/limits.py", "from django.utils import timezone"),
    ("agentops/domain/next_move.py", "from agentops import models"),
]


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([command, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy_of_the_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_import_contracts_hold(copy_of_the_house: Path) -> None:
    result = lint_imports(copy_of_the_house)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("name", "line"), PLANTED, ids=[f"{name}: {line}" for name, line in PLANTED])
def test_each_import_law_catches_a_planted_violation(copy_of_the_house: Path, name: str, line: str) -> None:
    target = copy_of_the_house / name
    before = target.read_text() if target.exists() else None
    target.write_text(f"{before or ''}\n{line}\n")
    try:
        assert lint_imports(copy_of_the_house).returncode != 0
    finally:
        target.unlink() if before is None else target.write_text(before)
