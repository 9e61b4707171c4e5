"""What may cross the wire, and what may not."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.from_browser import FromBrowser, decoder
from server.domain.from_server import FromServer, encoder

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "messages.json").read_text("utf-8"))
TAGS = {message.__struct_config__.tag for message in get_args(FromBrowser)}
FROM_SERVER = msgspec.json.Decoder(FromServer, strict=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[kind], ids=[case["name"] for case in VECTORS[kind]])


@named("from_browser")
def test_a_valid_message_is_read_and_written_back(case: dict[str, Any]) -> None:
    message = decoder.decode(json.dumps(case["message"]))
    written = json.loads(encoder.encode(message))
    assert case["message"].items() <= written.items() or case["name"].startswith("signal")
    assert decoder.decode(json.dumps(written)) == message


@named("refused")
def test_a_bad_message_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(msgspec.DecodeError) as refused:
        decoder.decode(case["text"])
    assert isinstance(refused.value, msgspec.ValidationError) == (case["outcome"] == "invalid")


@named("from_server")
def test_a_message_of_the_server_has_all_its_fields(case: dict[str, Any]) -> None:
    message = FROM_SERVER.decode(json.dumps(case["message"]))
    written = json.loads(encoder.encode(message))
    assert _without_nulls(written) == _without_nulls(case["message"])


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("kind", "union"), [("from_browser", FromBrowser), ("from_server", FromServer)])
def test_every_message_has_a_vector(kind: str, union: Any) -> None:
    assert {case["message"]["type"] for case in VECTORS[kind]} == {
        message.__struct_config__.tag for message in get_args(union)
    }


def read(data: bytes) -> None:
    try:
        message = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    assert decoder.decode(encoder.encode(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)


@settings(max_examples=30)
@given(tag=st.sampled_from(sorted(TAGS)), fields=st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_any_fields_are_read_or_refused(tag: str, fields: dict[str, Any]) -> None:
    read(json.dumps({**fields, "type": tag}).encode())


@settings(max_examples=60)
@given(case=st.sampled_from(VECTORS["from_browser"]), data=st.data())
def test_a_valid_message_with_one_thing_changed_is_read_or_refused(case: dict[str, Any], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(case["message"])))
    read(json.dumps({**case["message"], field: data.draw(JSON)}).encode())


def test_deeply_nested_input_is_refused_and_not_fatal() -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        decoder.decode(b'{"type":' + b"[" * 30_000)
