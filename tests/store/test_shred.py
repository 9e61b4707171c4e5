import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.errors import VisavisError
from server.ids import new_id
from server.store.shred import ShredKeys
from tests.store.given import NOW


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def found_in(directory: Path, needle: bytes) -> list[str]:
    return [path.name for path in files(directory) if needle in path.read_bytes()]


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[ShredKeys]:
    opened = await ShredKeys.open(tmp_path)
    yield opened
    await opened.close()


async def test_a_destroyed_key_is_in_no_file(tmp_path: Path, keys: ShredKeys) -> None:
    sealed = {new_id(): secrets.token_bytes(60) for _ in range(60)}
    for recording, key in sealed.items():
        await keys.put(recording, key, NOW)
    assert all(found_in(tmp_path, key) == ["keys.db"] for key in sealed.values())
    doomed = list(sealed)[::2]
    for recording in doomed:
        assert await keys.destroy(recording)
        assert not await keys.destroy(recording)
    assert [found_in(tmp_path, sealed[recording]) for recording in doomed] == [[]] * len(doomed)
    kept = {recording: key for recording, key in sealed.items() if recording not in doomed}
    assert {recording: await keys.get(recording) for recording in await keys.ids()} == kept
    assert [await keys.get(recording) for recording in doomed] == [None] * len(doomed)


async def test_another_opening_finds_the_keys(tmp_path: Path, keys: ShredKeys) -> None:
    await keys.put("a" * 16, b"sealed", NOW)
    again = await ShredKeys.open(tmp_path)
    found = await again.get("a" * 16)
    await again.close()
    assert found == b"sealed"


async def test_files_are_for_the_owner_only(tmp_path: Path, keys: ShredKeys) -> None:
    await keys.put("a" * 16, b"sealed", NOW)
    assert {path.stat().st_mode & 0o777 for path in files(tmp_path)} == {0o600}


async def test_a_key_is_not_replaced_by_accident(keys: ShredKeys) -> None:
    await keys.put("a" * 16, b"first", NOW)
    with pytest.raises(VisavisError, match="shred_key_exists"):
        await keys.put("a" * 16, b"second", NOW)
    assert not await keys.rewrap("a" * 16, was=b"other", sealed=b"third")
    assert await keys.rewrap("a" * 16, was=b"first", sealed=b"fourth")
    assert await keys.get("a" * 16) == b"fourth"


async def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"nothing like a database" * 100)
    with pytest.raises(VisavisError, match="store_unusable"):
        await ShredKeys.open(tmp_path)
