"""A second reader, made from the format's description alone, comes to the same judgement on every vector."""

import hashlib
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.crypto.container_files import VECTORS
from tests.crypto.stranger import BadFileError, File
from tests.crypto.test_container_vectors import MANIFEST


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["name"])
def test_a_stranger_reads_every_vector_alike(row: dict[str, Any]) -> None:
    raw = bytes.fromhex((VECTORS / f"{row['name']}.hex").read_text())
    if row["outcome"] in {"complete", "interrupted"}:
        file = File(raw, bytes.fromhex(row["key"]))
        assert (file.outcome, file.torn, file.length_ms) == (row["outcome"], row["torn"], row["length_ms"])
        assert hashlib.sha256(file.plaintext).hexdigest() == row["plaintext_sha256"]
    elif row.get("reason") not in {"other_recording", "header_max_plaintext", "header_ids"}:
        with pytest.raises((BadFileError, InvalidTag)):
            File(raw, bytes.fromhex(row["key"]))
