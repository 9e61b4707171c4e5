"""Imports go one way: domain, crypto <- store, media <- live <- handlers <- app <- run."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "server").rglob("*.py")) + [path for path in [ROOT / "run.py"] if path.exists()]
PACKAGES = sorted({path.parent.relative_to(ROOT) for path in FILES})
by_package = pytest.mark.parametrize("package", PACKAGES, ids=str)

ALLOWED = {
    "domain": {"domain"},
    "crypto": {"crypto"},
    "store": {"store", "domain", "crypto"},
    "media": {"media", "domain"},
    "live": {"live", "store", "media", "domain", "crypto"},
    "handlers": {"handlers", "live", "store", "media", "domain", "crypto"},
}
"""What each package may import of server/. The single files beside them put things together and are not bound."""

ANYONE = {"errors", "clock", "ids"}
PURE = {"domain", "crypto"}
IMPURE = {
    "aiohttp", "aioice", "aiortc", "aiosqlite", "asyncio", "av", "os", "pathlib", "random", "secrets", "socket",
    "sqlalchemy", "structlog", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip
PRIVATE_FILE = ROOT / "server" / "media" / "aiortc_private.py"


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[1] if len(parts) > 2 else ""


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every imported module, in full."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are written in full"
            module = node.module or ""
            yield from ([f"server.{alias.name}" for alias in node.names] if module == "server" else [module])


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in FILES if path.parent == ROOT / folder)


@by_package
def test_imports_go_one_way(package: Path) -> None:
    for path in files_of(package):
        _check_direction(path)


def _check_direction(path: Path) -> None:
    package = package_of(path)
    if package not in ALLOWED:
        return
    for module in imports(path):
        top, _, rest = module.partition(".")
        if top == "server":
            target = rest.split(".")[0]
            shared = {"errors"} if package == "domain" else {*ANYONE, "config"} if package == "handlers" else ANYONE
            assert target in ALLOWED[package] | shared, f"{path.name} imports {module}"
        elif package == "domain":
            assert top not in IMPURE, f"{path.name} imports {module}"


@by_package
def test_aiortc_is_known_in_media_alone_and_its_privates_in_one_file(package: Path) -> None:
    for path in files_of(package):
        _check_aiortc(path)


def _check_aiortc(path: Path) -> None:
    uses = {module.split(".")[0] for module in imports(path)} & {"aiortc", "aioice"}
    if package_of(path) != "media":
        assert not uses, f"{path.name} imports {uses}"
    if path == PRIVATE_FILE or not uses:
        return
    own = _own_names(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and node.attr not in own:
            raise AssertionError(f"{path.name}:{node.lineno} names {node.attr}")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _own_names(path: Path) -> set[str]:
    """Private names this file defines itself: assigned on self, or as methods, functions and fields."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            names.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
