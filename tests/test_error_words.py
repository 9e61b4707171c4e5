"""Every code the server can say to a person has words."""

import ast
import json
import re
from collections.abc import Iterator

from server.handlers.socket_page import CLOSE_CODES
from tests.harness import CHECKOUT

SAID_BY = {"VisavisError", "Error", "refuse", "bye", "tidy", "_need", "_refused"}
WORDLESS = {
    # they end a start, and are told on the terminal
    "bad_master_key_file",
    "store_newer",
    "store_unusable",
    "wrong_master_key",
    # they would be mistakes of ours, and are answered as `internal` or end a recording as `write_failed`
    "part_exists",
    "run_open",
    "shred_key_exists",
}


def said() -> Iterator[str]:
    for path in sorted((CHECKOUT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAID_BY:
                yield from (text for argument in node.args[:2] for text in constants(argument))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_STATUS_CODES":
                yield from constants(node.value)


def constants(node: ast.AST) -> list[str]:
    texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [text for text in texts if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", text)]


WORDS = json.loads((CHECKOUT / "web" / "words" / "en" / "error.json").read_text("utf-8"))


def test_every_code_has_words() -> None:
    """Looked for here and not when the tests are collected: each process that runs tests does that."""
    codes = {*said(), *CLOSE_CODES, "password_not_yours", "disk_limit", "disk_full"} - WORDLESS
    assert len(codes) > 60
    assert {"bad_name", "admin_needed", "stale_words", "method_not_allowed", "too_many_tries"} <= codes
    assert sorted(code for code in codes if not WORDS.get(f"error.{code}")) == []
