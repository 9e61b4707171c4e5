"""`docs/protocol.md` is the contract: nothing that crosses the wire is missing from it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from server.domain.from_browser import Candidate, Description, FromBrowser
from server.domain.from_server import FromServer, IceServer
from server.domain.sharing import End, Entry, Extent, FromSharer, Snapshot, ToSharer
from server.domain.shown import BreakView, QuietView, RecordingView, RoomView, SeatView
from server.domain.values import Choice, Device, GestureKind, Presence, RecordingState
from server.handlers.routes import TABLE
from server.handlers.socket_page import CLOSE_CODES
from server.options import SETTINGS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "protocol.md").read_text("utf-8")
NAMED = {word for code in re.findall(r"`([^`\n]+)`", TEXT) for word in re.findall(r"[\w-]+", code)}
FROM_BROWSER, FROM_SERVER = TEXT.split("\n## 2.")[0].split("### From the browser")[1].split("### From the server")

FROM_SHARER, TO_SHARER = TEXT.split("### Sent by a browser that shares")[1].split(
    "### Sent by the server to who shares"
)

VALUES = (RoomView, SeatView, BreakView, QuietView, RecordingView, Description, Candidate, IceServer)


@pytest.mark.parametrize(
    ("message", "section"),
    [(each, FROM_BROWSER) for each in get_args(FromBrowser)]
    + [(each, FROM_SERVER) for each in get_args(FromServer)]
    + [(each, FROM_SHARER) for each in get_args(FromSharer)]
    + [(each, TO_SHARER) for each in get_args(ToSharer)],
)
def test_every_message_is_there_with_its_fields(message: type, section: str) -> None:
    tag = message.__struct_config__.tag  # type: ignore[attr-defined]
    rows = re.findall(rf"^\| `{tag}` \|.*$", section, re.MULTILINE)
    assert len(rows) == 1, f"{tag} has {len(rows)} rows"
    if tag == "consent_no":
        assert "the same four" in rows[0]
        return
    for name in message.__struct_fields__:  # type: ignore[attr-defined]
        assert f"`{name}`" in rows[0], f"{tag}.{name}"


@pytest.mark.parametrize("message", [*get_args(FromSharer), *get_args(ToSharer)])
def test_fields_of_what_is_shared_stand_in_their_order(message: type) -> None:
    section = FROM_SHARER if message in get_args(FromSharer) else TO_SHARER
    [row] = re.findall(rf"^\| `{message.__struct_config__.tag}` \|([^|]*)\|", section, re.MULTILINE)  # type: ignore[attr-defined]
    places = [row.index(f"`{name}`") for name in message.__struct_fields__]  # type: ignore[attr-defined]
    assert places == sorted(places)


@pytest.mark.parametrize("message", [Extent, Snapshot, Entry, End])
def test_what_is_read_is_there(message: type) -> None:
    tag = message.__struct_config__.tag  # type: ignore[attr-defined]
    assert {*message.__struct_fields__, *([tag] if tag else [])} <= NAMED  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", VALUES)
def test_every_field_of_what_is_nested_is_there(value: type) -> None:
    assert set(value.__struct_fields__) <= NAMED  # type: ignore[attr-defined]


@pytest.mark.parametrize("enum", [Device, Presence, Choice, GestureKind, RecordingState])
def test_every_value_is_there(enum: type[Device]) -> None:
    assert {each.value for each in enum} <= NAMED


def _codes() -> Iterator[str]:
    """What the domain refuses with, gives as reasons, or rings: the snake_case texts handed to its calls."""
    calls = {
        "refuse",
        "stop",
        "switches_off",
        "_withdraw",
        "_pause",
        "_leave",
        "_bad",
        "EvictPage",
        "VisavisError",
        "Ring",
    }
    for path in sorted((ROOT / "server" / "domain").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in calls:
                for each in (text for argument in node.args for text in ast.walk(argument)):
                    if isinstance(each, ast.Constant) and re.fullmatch(r"[a-z][a-z0-9_]+", str(each.value)):
                        yield str(each.value)


def test_every_code_of_the_domain_is_there() -> None:
    codes = set(_codes())
    assert len(codes) > 30
    assert codes - NAMED == set()


@pytest.mark.parametrize(("name", "code"), CLOSE_CODES.items())
def test_every_close_code_is_there(name: str, code: int) -> None:
    assert f"| {int(code)} | `{name}` |" in TEXT


@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_there_with_its_right(route: object) -> None:
    from server.handlers.rights import Kind, Route

    assert isinstance(route, Route)
    if route.kind is Kind.PAGE or not route.path.startswith("/api"):
        assert f"`{route.method} {route.path}`" in TEXT
        return
    right = route.right.value.replace("_", " ")
    assert f"| `{route.method} {route.path}` | {right} |" in TEXT


@pytest.mark.parametrize("flag", [setting.flag for setting in SETTINGS])
def test_every_setting_is_there(flag: str) -> None:
    assert re.search(rf"`--{flag}[ `]", TEXT)
