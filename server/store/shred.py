"""Keys that can be destroyed: a small database of its own, because SQLite's WAL would keep what is deleted."""

from pathlib import Path


class ShredKeys:
    """`keys.db` in the data directory: one sealed key a recording (journal_mode=TRUNCATE, secure_delete=ON,
    synchronous=EXTRA, mode 0600)."""

    @classmethod
    async def open(cls, data_dir: Path) -> "ShredKeys":
        raise NotImplementedError

    async def put(self, recording: str, sealed: bytes, now: int) -> None:
        """Durable on return. Raises `shred_key_exists`."""
        raise NotImplementedError

    async def get(self, recording: str) -> bytes | None:
        raise NotImplementedError

    async def destroy(self, recording: str) -> bool:
        """Gone from every byte of the file on return; False if it was gone before."""
        raise NotImplementedError

    async def ids(self) -> list[str]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
