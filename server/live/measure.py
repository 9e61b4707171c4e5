"""How much of an interrupted part there is, from its record headers: no key is needed, and none is at hand at boot."""

import asyncio
import struct
from pathlib import Path

from server.crypto import keys
from server.crypto.container import FIRST_RECORD, RECORD_HEADER_BYTES, Header, RecordHeader
from server.errors import VisavisError
from server.live.parts import unpack_checkpoint
from server.live.services import Services
from server.store import places
from server.store.deletion import Measure, Measured
from server.store.recordings import Part


def measure_part(services: Services) -> Measure:
    """For `store.deletion.recover`."""

    async def measure(part: Part) -> Measured | None:
        path = places.part_path(services.database.data_dir, part.recording, part.id)
        return await asyncio.to_thread(_measure, services, path, part)

    return measure


def promised_size(services: Services, room: str, part: Part) -> int:
    """Bytes that were once durable for certain, or 0 where no checkpoint vouches for any."""
    if part.checkpoint is None:
        return 0
    try:
        said = unpack_checkpoint(room, part.recording, part.id, part.checkpoint)
    except struct.error:
        return 0
    holds = keys.checkpoint_holds(services.masters, room, part.recording, part.id, said.seq, said.size, said.mac)
    return said.size if holds else 0


def _measure(services: Services, path: Path, part: Part) -> Measured | None:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            header = Header.decode(file.read(FIRST_RECORD))
            place, length_ms, records = FIRST_RECORD, 0, 0
            while place + RECORD_HEADER_BYTES <= size:
                file.seek(place)
                record = RecordHeader.decode(file.read(RECORD_HEADER_BYTES), header.max_plaintext)
                if record is None or place + record.total > size:
                    break
                place, length_ms, records = place + record.total, max(length_ms, record.at_ms), records + 1
    except (OSError, VisavisError):
        return None
    if not records:
        return None
    return Measured(length_ms=length_ms, size=size, lost=size < promised_size(services, header.room, part))
