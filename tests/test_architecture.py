"""The house keeps its shape: floors, secrets, children and Qt are where they belong."""

import ast
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


def test_tests_of_windows_neither_patch_our_code_nor_read_private_parts() -> None:
    looked_at = 0
    for folder in ("desktop", "end_to_end"):
        for path in sorted((ROOT / "tests" / folder).rglob("*.py")):
            looked_at += 1
            assert [*_trespasses(ast.parse(path.read_text()))] == [], path
    assert looked_at > 50


def _trespasses(tree: ast.Module) -> Iterator[str]:
    """What a test does to others that they do not offer."""
    foreign = {
        (name.asname or name.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "secretsbackup" not in ast.unparse(node)
        for name in node.names
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name) if name.startswith("_") and name.strip("_") and name[:2] != "__":
                yield f"line {node.lineno}: {ast.unparse(node)} is private"
            case ast.ImportFrom(module=str() as module, names=names) if module.startswith("secretsbackup"):
                private = [one.name for one in names if one.name.startswith("_") and one.name != "_"]
                yield from (f"line {node.lineno}: {name} is private" for name in private)
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[patched, *_]):
                root = ast.unparse(patched).strip("'\"").partition(".")[0]
                if root not in foreign and root not in ("sys", "os"):
                    yield f"line {node.lineno}: {root} is ours, and patched"


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
