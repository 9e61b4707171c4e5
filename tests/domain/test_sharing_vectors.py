"""The frames in tests/vectors/sharing.json are read by the browser's tests too, so both sides agree byte by byte."""

import base64
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from server.domain.sharing import (
    MAX_BODY_BYTES,
    MAX_FRAME_BYTES,
    MAX_PASSING_BYTES,
    Append,
    End,
    Entry,
    FromSharer,
    Journal,
    Pass,
    Snapshot,
    ToSharer,
    decoder,
    encoder,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "sharing.json").read_text("utf-8"))
UNIONS: dict[str, Any] = {"from_sharer": FromSharer, "to_sharer": ToSharer, "journal": Snapshot | Entry | End}
CASES = [pytest.param(kind, case, id=f"{kind}-{case['name']}") for kind in UNIONS for case in VECTORS[kind]]


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return value


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_frame_is_that_message(kind: str, case: dict[str, Any]) -> None:
    frame = base64.b64decode(case["frame"])
    message = msgspec.msgpack.decode(frame, type=UNIONS[kind])
    assert {"type": message.__struct_config__.tag} | plain(message) == case["message"]
    assert encoder.encode(message) == frame


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: str(case["name"]))
def test_what_a_browser_may_not_send_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(msgspec.DecodeError):
        decoder.decode(base64.b64decode(case["frame"]))


@pytest.mark.parametrize("kind", UNIONS)
def test_every_message_has_a_vector(kind: str) -> None:
    tags = {message.__struct_config__.tag for message in get_args(UNIONS[kind])}
    assert {case["message"]["type"] for case in VECTORS[kind]} == tags


def test_frames_of_the_socket_fit_its_bound() -> None:
    for case in (*VECTORS["from_sharer"], *VECTORS["to_sharer"]):
        assert len(base64.b64decode(case["frame"])) <= MAX_FRAME_BYTES


@pytest.mark.parametrize(
    "message", [Append(Journal.CHAT, "a" * 16, b"x" * MAX_BODY_BYTES), Pass(b"x" * MAX_PASSING_BYTES)]
)
def test_bounds_of_what_a_browser_may_send(message: Append | Pass) -> None:
    assert decoder.decode(encoder.encode(message)) == message
    with pytest.raises(msgspec.ValidationError):
        decoder.decode(encoder.encode(msgspec.structs.replace(message, body=message.body + b"x")))
