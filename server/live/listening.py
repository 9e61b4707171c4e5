"""From a session to an open sealed file."""

from server.crypto import keys
from server.crypto.keys import RoomPair
from server.errors import VisavisError
from server.live.measure import promised_size
from server.live.services import Services
from server.media.webm import overlay_for_interrupted
from server.store import places
from server.store.recordings import Part, PartKind
from server.store.sealed import SealedReader


async def open_part(services: Services, session: bytes, pair: RoomPair, room: str, part: Part) -> SealedReader:
    """The session's open reader of a part (see `Readers`). Raises VisavisError `recording_gone` 410, and as
    `SealedReader.open`."""

    async def open_it() -> SealedReader:
        sealed = await services.shred.get(part.recording)
        if sealed is None or not part.wrapped_key:
            raise VisavisError("recording_gone", "This recording has been deleted.", 410)
        shred = keys.open_shred_key(services.masters, room, part.recording, sealed)
        data_key = keys.unwrap_data_key(pair.secret, shred, room, part.recording, part.id, part.wrapped_key)
        return await SealedReader.open(
            places.part_path(services.database.data_dir, part.recording, part.id),
            key=data_key,
            room=room,
            recording=part.recording,
            make_overlay=overlay_for_interrupted if part.kind is PartKind.MEDIA else None,
            promised_size=promised_size(services, room, part),
        )

    return await services.readers.get(session, room, part.recording, part.id, open_it)
