import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from server.errors import VisavisError
from server.ids import new_id
from server.store import migrations, recordings, rooms, tables
from server.store.database import Database
from tests.store.given import KEYS, NOW, Store, a_kept_recording, a_room


async def pragma(store: Store, name: str) -> object:
    async with store.database.read() as tx:
        return (await tx.execute(text(f"PRAGMA {name}"))).scalar_one()


async def test_opens_with_what_it_promises(store: Store) -> None:
    assert await pragma(store, "journal_mode") == "wal"
    assert await pragma(store, "foreign_keys") == 1
    assert await pragma(store, "busy_timeout") == 5000
    assert await pragma(store, "synchronous") == 2
    assert await pragma(store, "secure_delete") == 1


async def test_files_are_for_the_owner_only(store: Store) -> None:
    await a_kept_recording(store, await a_room(store))
    files = [path for path in store.data_dir.iterdir() if path.is_file()]
    assert {"visavis.db", "visavis.db-wal", "keys.db"} <= {path.name for path in files}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert store.data_dir.stat().st_mode & 0o777 == 0o700


async def test_migrations_make_the_tables_of_the_code(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async with store.database.read() as tx:
        assert await tx.run_sync(differences) == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


async def test_second_open_finds_everything_and_needs_no_alembic(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    room = new_id()
    async with database.write() as tx:
        await rooms.create(
            tx, room, title_sealed=b"t", creator="mentee", retention_days=3, downloads=False, keys=KEYS, now=NOW
        )
        made = await rooms.get(tx, room)
    await database.close()
    again = """
import asyncio, pathlib, sys
from server.store import rooms
from server.store.database import Database
async def main():
    database = await Database.open(pathlib.Path(sys.argv[1]))
    async with database.read() as tx:
        print((await rooms.get(tx, sys.argv[2])).retention_days)
    await database.close()
asyncio.run(main())
assert "alembic" not in sys.modules
"""
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", again, str(tmp_path), room, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert await done.communicate() == (b"3\n", b"")
    assert made is not None
    assert made.keys == KEYS


async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    await (await Database.open(tmp_path)).close()
    with sqlite3.connect(tmp_path / "visavis.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(VisavisError) as refused:
        await Database.open(tmp_path)
    assert refused.value.code == "store_newer"


async def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "visavis.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(VisavisError) as refused:
        await Database.open(tmp_path)
    assert refused.value.code == "store_unusable"


async def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    room = new_id()

    async def break_off() -> None:
        async with store.database.write() as tx:
            await rooms.create(
                tx, room, title_sealed=b"t", creator="mentee", retention_days=3, downloads=False, keys=KEYS, now=NOW
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await break_off()
    async with store.database.read() as tx:
        assert await rooms.get(tx, room) is None
        assert await rooms.count(tx) == 0


async def test_foreign_keys_are_enforced(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.database.write() as tx:
            await recordings.begin_meeting(tx, new_id(), new_id(), NOW)


async def test_a_writer_that_is_cancelled_blocks_nobody(store: Store) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with store.database.write() as tx:
            await rooms.count(tx)
            inside.set()
            await never.wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await a_room(store)
    async with store.database.read() as tx:
        assert await rooms.count(tx) == 1


async def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    await a_room(store)
    async with store.database.write() as tx:
        await rooms.set_password(tx, new_id(), KEYS, by_pair=True)
        async with store.database.read() as other:
            assert await rooms.count(other) == 1
