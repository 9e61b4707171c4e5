"""What the live rooms are made of, put together once in `app.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from server.clock import Clock
from server.crypto.keys import MasterKeys
from server.live.readers import Readers
from server.media.net import MediaNet
from server.store.database import Database
from server.store.deletion import Deletion
from server.store.shred import ShredKeys

MINUTE_MS = 60_000
GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """Where a recording ends by itself; sizes in bytes of sealed file."""

    recording_ms: int = 180 * MINUTE_MS
    room_bytes: int = 20 * GIB
    server_bytes: int = 200 * GIB
    min_free_bytes: int = GIB
    """On the disk the sealed files lie on."""


@dataclass(frozen=True)
class Services:
    """`catalogue(language)` is that language's words (key -> text), English where there are none."""

    clock: Clock
    database: Database
    shred: ShredKeys
    masters: MasterKeys
    deletion: Deletion
    readers: Readers
    catalogue: Callable[[str], Mapping[str, str]]
    net: MediaNet = field(default_factory=MediaNet)
    limits: Limits = field(default_factory=Limits)
