"""Shred keys of a room's journals: made, opened with the content key (which stays in memory), destroyed."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from server.crypto import journals as crypto
from server.errors import VisavisError
from server.ids import new_id
from server.live.services import Services


class Kind(StrEnum):
    """What a shred key belongs to."""

    LOG = "log"
    SNAPSHOT = "snapshot"
    CHAT = "chat"


class ThingKeys:
    """Of one room."""

    def __init__(self, services: Services, room: str, content: bytes) -> None:
        self._services = services
        self._content = content
        self.room = room

    async def make(self, kind: Kind, how_many: int = 1) -> dict[str, bytes]:
        """Fresh keys by their new ids, in order; their shred halves are durable on return."""
        masters = self._services.masters
        shreds = {new_id(): crypto.new_shred_key() for _ in range(how_many)}
        sealed = {each: crypto.seal_thing_shred(masters, self.room, kind, each, shreds[each]) for each in shreds}
        await self._services.shred.put_things(self.room, kind, sealed, self._services.clock.now_ms())
        return {each: self._key(kind, each, shreds[each]) for each in shreds}

    async def open(self, kind: Kind, ids: Iterable[str]) -> Mapping[str, bytes]:
        """By id; those destroyed are missing."""
        found = await self._services.shred.things(self.room, kind, list(dict.fromkeys(ids)))
        masters = self._services.masters
        return {
            each: self._key(kind, each, crypto.open_thing_shred(masters, self.room, kind, each, sealed))
            for each, sealed in found.items()
        }

    async def open_one(self, kind: Kind, thing: str) -> bytes:
        """Raises VisavisError `journal_changed` (409) if it was destroyed."""
        found = await self.open(kind, [thing])
        if thing not in found:
            raise changed()
        return found[thing]

    async def destroy_others(self, kind: Kind, ids: Iterable[str]) -> None:
        """Keys nothing is sealed under: a former process made them and ended before it used them."""
        there = await self._services.shred.things(self.room, kind)
        await destroy(self._services, self.room, kind, sorted(there.keys() - set(ids)))

    def _key(self, kind: Kind, thing: str, shred: bytes) -> bytes:
        return crypto.thing_key(self._content, shred, self.room, kind, thing)


async def destroy(services: Services, room: str, kind: Kind, ids: Sequence[str]) -> None:
    """Whatever was sealed under them is gone on return. Needs no content key."""
    if ids:
        await services.shred.destroy_things(room, kind, ids)


def changed() -> VisavisError:
    """What was being read has been replaced meanwhile."""
    return VisavisError("journal_changed", "The journal was compacted meanwhile; read it anew.", 409)
