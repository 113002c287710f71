"""The laws of the house, held by a machine; and proof that the machine sees a breach."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "webapp").rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "util", "helper", "misc"}


def lint_imports(folder):
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--config",
        "pyproject.toml",
        "--no-cache",
    ]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "webapp", folder / "webapp", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_import_points_down():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


BREACHES = [
    ("metrics looks at websites", "metrics/queries.py", "from webapp.websites import models"),
    (
        "websites looks forward to reports",
        "websites/actions.py",
        "from webapp.reports import views",
    ),
    (
        "core knows a feature, inside a function",
        "core/web.py",
        "def _f():\n    import webapp.activity.models",
    ),
    ("a model calls an action", "activity/models.py", "import webapp.activity.actions"),
    ("an action uses a view", "activity/actions.py", "import webapp.activity.views"),
    ("a pure module reads the database", "metrics/thresholds.py", "import sqlalchemy"),
    ("a pure module knows the web", "websites/timing.py", "import flask"),
    ("a page opens a connection", "websites/views.py", "import pycurl"),
    ("a query reads the machine", "metrics/queries.py", "import psutil"),
    ("an agent needs a database", "agent/loop.py", "import webapp.core.db"),
    ("a reader needs the web", "metrics/machine.py", "import flask"),
    ("a feature uses another one's edge", "reports/views.py", "import webapp.websites.views"),
    ("the client needs a library", "client/tally.py", "import orjson"),
    ("the client knows the product", "client/recorder.py", "import webapp.core.clock"),
    ("a new room is not on the plan", "surprise/__init__.py", '"""Not declared."""'),
]


@pytest.mark.parametrize(("place", "line"), [b[1:] for b in BREACHES], ids=[b[0] for b in BREACHES])
def test_a_breach_is_seen(copy, place, line):
    path = copy / "webapp" / place
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text((before or "") + f"\n{line}\n")
    try:
        result = lint_imports(copy)
        assert result.returncode != 0
        assert "BROKEN" in result.stdout or "surprise" in result.stdout, result.stdout
    finally:
        if before is None:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        else:
            path.write_text(before)


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(ROOT)) for p in MODULES])
def test_a_module_is_small_and_says_what_it_is_for(path):
    source = path.read_text()
    tree = ast.parse(source)
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(tree), "no docstring"
    assert not FORBIDDEN_NAMES & {path.stem, path.parent.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node) or _is_nested(tree, node), (
                f"{node.name} has no docstring"
            )


def _is_nested(tree, node):
    """Functions inside functions, and overrides of a library's methods, explain themselves."""
    top = {id(n) for n in tree.body}
    return id(node) not in top


def test_the_factory_is_a_table_of_contents():
    tree = ast.parse((ROOT / "webapp" / "app.py").read_text())
    (factory,) = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert factory.end_lineno - factory.lineno < LONGEST_FUNCTION
    assert not [n for n in ast.walk(factory) if isinstance(n, ast.If | ast.For | ast.Try)]


TESTS = sorted(
    p for p in (ROOT / "tests").glob("*/test_*.py") if p.parent.name not in {"stories", "browser"}
)


@pytest.mark.parametrize("path", TESTS, ids=[str(p.relative_to(ROOT)) for p in TESTS])
def test_a_test_stands_where_its_module_stands(path):
    module = path.stem.removeprefix("test_")
    folder = ROOT / "webapp" / path.parent.name
    found = (
        (folder / f"{module}.py").exists()
        or (folder / module).is_dir()
        or (folder / module / "__init__.py").exists()
    )
    assert found, f"there is no webapp/{path.parent.name}/{module}.py"


def test_only_migrations_name_the_tables_they_make_and_none_imports_the_application():
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "webapp" not in path.read_text(), f"{path.name} depends on code that will change"
