"""Every published vector is read as its manifest says, and is what the present writer makes."""

import hashlib
import json
from typing import Any

import pytest

from server.crypto.container_reader import Reader
from server.errors import VisavisError
from tests.crypto.container_files import VECTORS, Case, all_cases, known_answer

MANIFEST: list[dict[str, Any]] = json.loads((VECTORS / "manifest.json").read_text())["vectors"]


def read_whole(file: bytes, key: bytes, room: str, recording: str) -> tuple[Reader, bytes]:
    reader = Reader(lambda at, length: file[at : at + length], len(file), key, room=room, recording=recording)
    reader.verify()
    return reader, reader.read(0, reader.plaintext_size)


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["name"])
def test_a_vector_is_read_as_it_says(row: dict[str, Any]) -> None:
    file = bytes.fromhex((VECTORS / f"{row['name']}.hex").read_text())
    key, room, recording = bytes.fromhex(row["key"]), row["room"], row["recording"]
    if row["outcome"] in {"damaged", "wrong_key"}:
        with pytest.raises(VisavisError) as refused:
            read_whole(file, key, room, recording)
        assert (refused.value.code, refused.value.more["reason"]) == (row["outcome"], row["reason"])
        return
    reader, plaintext = read_whole(file, key, room, recording)
    assert reader.complete == (row["outcome"] == "complete")
    assert (reader.plaintext_size, reader.length_ms, reader.torn) == (
        row["plaintext_size"],
        row["length_ms"],
        row["torn"],
    )
    assert hashlib.sha256(plaintext).hexdigest() == row["plaintext_sha256"]


def test_the_vectors_are_those_the_code_makes() -> None:
    cases = all_cases()
    assert [case.manifest() for case in cases] == MANIFEST
    assert {path.stem for path in VECTORS.glob("*.hex")} == {case.name for case in cases}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_the_writer_still_makes_these_bytes(case: Case) -> None:
    assert bytes.fromhex((VECTORS / f"{case.name}.hex").read_text()) == case.file


def test_the_known_answer() -> None:
    file = known_answer().file
    assert len(file) == 2024
    assert file[88:120].hex() == "bddc2f1fd87b6a47d4d25986fff1acfc515c0c1f8b01937dce92be691431b24d"
    assert hashlib.sha256(file).hexdigest() == "8cc63565dfb07b437c7216434fca974fa9c37dc4ba9fb58cbbd2d2d3797a1dbf"
