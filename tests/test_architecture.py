"""The house keeps its shape: floors, secrets, children and Qt are where they belong."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "secretsbackup"


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package: its path and what it says."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())


def using(*names: str) -> set[str]:
    """The modules that name an attribute, a name or an import of these."""
    return {where for where, tree in trees() if {*names} & {*_names(tree)}}


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                yield name
            case ast.Import(names=imported):
                yield from (one.name.partition(".")[0] for one in imported)
            case ast.ImportFrom(module=str() as module, names=imported):
                yield from (module.partition(".")[0], *(one.name for one in imported))


def test_imports_only_go_down() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_no_module_leads_back_to_itself() -> None:
    """import-linter's contract looks at siblings; here, also at a package and what lies in it."""
    graph = grimp.build_graph("secretsbackup", cache_dir=None)
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(left) > 200
    while done := {module for module, imported in left.items() if not imported & left.keys()}:
        left = {module: imported for module, imported in left.items() if module not in done}
    assert left == {}, "these lie on a circle, or lead to one"


def test_no_widget_knows_the_application() -> None:
    knows = {where for where, tree in trees() if "secretsbackup.desktop.app" in ast.unparse(tree)}
    assert knows == {"desktop/main.py"}


_PATCHED = {"conftest.py": 4, "operations/setup/test_automatic_start.py": 2}
"""Where tests still patch us: for a machine that has many disks and starts backups, and for what systemd says
on its bus. Each is how often; it may only become less."""


def test_tests_neither_patch_our_code_nor_read_its_private_parts() -> None:
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        where = path.relative_to(ROOT / "tests").as_posix()
        trespasses = [*_trespasses(ast.parse(path.read_text()))]
        if len(trespasses) > _PATCHED.get(where, 0):
            found[where] = trespasses
    assert found == {}


def test_tests_of_windows_read_no_private_part_of_anything() -> None:
    looked_at = 0
    for folder in ("desktop", "end_to_end"):
        for path in sorted((ROOT / "tests" / folder).rglob("*.py")):
            looked_at += 1
            private = {ast.unparse(one) for one in _attributes(ast.parse(path.read_text()))}
            assert {one for one in private if not one.startswith(("self.", "cls."))} == set(), path
    assert looked_at > 50


def _attributes(tree: ast.Module) -> Iterator[ast.Attribute]:
    """Those whose name begins with one underscore; `_` itself is how a sentence is marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"_[^_].*", node.attr):
            yield node


def _trespasses(tree: ast.Module) -> Iterator[str]:
    """What a test does to our code that this does not offer."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [one for node in imports if (node.module or "").startswith("secretsbackup") for one in node.names]
    ours = {one.asname or one.name for one in names} | {"app", "parts"}
    yield from (f"{one.name} is private" for one in names if re.fullmatch(r"_[^_].*", one.name))
    for attribute in _attributes(tree):
        if _root(attribute) in ours:
            yield f"line {attribute.lineno}: {ast.unparse(attribute)} is private"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[patched, *_]):
                if _root(patched) in ours or ast.unparse(patched).strip("'").startswith("secretsbackup"):
                    yield f"line {node.lineno}: {ast.unparse(patched)} is ours, and patched"


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes begins with; what a call gives may be anybody's."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_secrets_are_revealed_in_tools_alone() -> None:
    used = {where for where in using("reveal") if where != "model/secret.py"}
    assert used
    assert not [where for where in used if not where.startswith("tools/")]


def test_children_are_born_in_one_place() -> None:
    born = using("subprocess", "create_subprocess_exec", "create_subprocess_shell", "Popen", "system", "fork")
    ours = {where for where in born if not where.startswith("desktop/")}
    # Two are programs of their own: one stands in for gpg where duplicity starts that, one puts up a fence
    # and tries in a copy of itself what cannot be taken back. python-gnupg's children are ended if they hang.
    programs = {"tools/duplicity/gpg_wrapper/buffered.py", "tools/sandbox.py"}
    assert ours == {"tools/process.py", "tools/gnupg/__init__.py", *programs}


def test_qt_is_known_to_the_desktop_alone() -> None:
    assert not [where for where in using("PySide6", "qasync") if not where.startswith("desktop/")]


def test_every_module_says_what_it_is() -> None:
    silent = [where for where, tree in trees() if not ast.get_docstring(tree)]
    assert silent == []


def test_nothing_is_given_to_a_shell() -> None:
    words = {word.arg for _, tree in trees() for word in ast.walk(tree) if isinstance(word, ast.keyword)}
    assert "shell" not in words


def test_every_program_is_started_by_its_absolute_path() -> None:
    """`process.run` insists on it; here, that nobody asks for one by any other way than `process.find`."""
    looked_up = {where for where, tree in trees() if "shutil.which(" in ast.unparse(tree)}
    assert looked_up == {"tools/process.py"}
    started = [
        call
        for where, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "process.run"
    ]
    assert started
    assert not [call for call in started if isinstance(call.args[0], ast.Constant | ast.JoinedStr)]
