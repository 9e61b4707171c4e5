"""Sealed files for the recorder: a row, a data key and a file for every part, and nothing but ciphertext in it."""

import struct
from collections.abc import Callable

from server.crypto import keys
from server.domain.values import Seat
from server.ids import new_id
from server.live.services import Services
from server.media.parts import PartInfo, PartSink
from server.store import places, recordings
from server.store.database import Tx
from server.store.recordings import PartKind
from server.store.sealed import Checkpoint, SealedPart

_CHECKPOINT = struct.Struct(">QQ")


def pack_checkpoint(checkpoint: Checkpoint) -> bytes:
    """records (8 bytes, big-endian), size of the file (8 bytes), MAC: what a part's row remembers."""
    return _CHECKPOINT.pack(checkpoint.seq, checkpoint.size) + checkpoint.mac


def unpack_checkpoint(room: str, recording: str, part: str, packed: bytes) -> Checkpoint:
    """Raises struct.error on bytes that are too short."""
    seq, size = _CHECKPOINT.unpack_from(packed)
    return Checkpoint(room, recording, part, seq, size, packed[_CHECKPOINT.size :])


class PartFiles:
    """The recorder's `PartOpener` for one recording."""

    def __init__(self, services: Services, room: str, recording: str, public_key: bytes, shred: bytes) -> None:
        self._services = services
        self._room = room
        self._recording = recording
        self._public_key = public_key
        self._shred = shred
        self._unwritten: list[SealedSink] = []

    async def __call__(self, seat: Seat, info: PartInfo, /) -> PartSink:
        """Row first, then file: no file is ever without a row. Raises what the store raises."""
        return await self.open(seat, info, PartKind.MEDIA)

    async def open(self, seat: Seat, info: PartInfo, kind: PartKind) -> "SealedSink":
        """As `__call__`, for a part of another kind."""
        services, part, data_key = self._services, new_id(), keys.new_data_key()
        wrapped = keys.wrap_data_key(self._public_key, self._shred, self._room, self._recording, part, data_key)
        async with services.database.write() as tx:
            await recordings.open_part(
                tx,
                part,
                recording=self._recording,
                seat=seat,
                run=info.run,
                started_ms=info.started_ms,
                offset_ms=info.offset_ms,
                video=info.video,
                wrapped_key=wrapped,
                kind=kind,
            )
        sink = SealedSink(services, part, info, self._unwritten.append)
        sink.file = await SealedPart.create(
            places.part_path(services.database.data_dir, self._recording, part),
            key=data_key,
            room=self._room,
            recording=self._recording,
            part=part,
            created_ms=info.started_ms,
            sign=lambda seq, size: keys.checkpoint_mac(services.masters, self._room, self._recording, part, seq, size),
            on_checkpoint=sink.remember,
        )
        return sink

    async def settle(self, tx: Tx) -> None:
        """Parts whose end could not be written down (the disk was full for the database too): now with the rest."""
        for sink in self._unwritten:
            await sink.interrupt(tx)


class SealedSink:
    """One part, from the muxer's bytes to its row."""

    file: SealedPart

    def __init__(
        self, services: Services, part: str, info: PartInfo, unwritten: Callable[["SealedSink"], None]
    ) -> None:
        """`unwritten` is told where the part's end could not be written down."""
        self._services = services
        self._unwritten = unwritten
        self._part = part
        self._info = info
        self._last_ms = 0

    @property
    def part(self) -> str:
        return self._part

    async def write(self, data: bytes, at_ms: int) -> None:
        self._last_ms = max(self._last_ms, at_ms)
        await self.file.append(data, self._last_ms)

    async def sync(self) -> None:
        await self.file.sync()

    async def patch(self, offset: int, data: bytes) -> None:
        await self.file.patch(offset, data)

    async def finish(self, length_ms: int) -> None:
        await self.file.finish(length_ms)
        async with self._services.database.write() as tx:
            await recordings.finish_part(
                tx, self._part, offset_ms=self._info.offset_ms, length_ms=length_ms, size=self.file.size
            )

    async def abort(self) -> None:
        await self.file.abort()
        try:
            async with self._services.database.write() as tx:
                await self.interrupt(tx)
        except Exception:
            self._unwritten(self)
            raise

    async def interrupt(self, tx: Tx) -> None:
        await recordings.interrupt_part(tx, self._part, length_ms=self._last_ms, size=self.file.size)

    async def remember(self, checkpoint: Checkpoint) -> None:
        """So much is on the disk for certain: the row says so, for a file that is cut later."""
        async with self._services.database.write() as tx:
            await recordings.checkpoint_part(
                tx, self._part, length_ms=self._last_ms, size=checkpoint.size, checkpoint=pack_checkpoint(checkpoint)
            )
