"""The live rooms of this process: one `RoomTask` a room, made when the first socket comes, gone when it is quiet."""

from server.domain.messages import Seat
from server.live.room_task import RoomTask
from server.live.services import Services


class Hub:
    """Owner of all live rooms. Nothing in it survives the process: after a restart every switch is off."""

    def __init__(self, services: Services) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Before the first request: recordings a former process left open are closed as interrupted."""
        raise NotImplementedError

    async def get(self, room_id: str) -> RoomTask:
        """The room's task, made if need be. Raises VisavisError `no_such_room`."""
        raise NotImplementedError

    def peek(self, room_id: str) -> RoomTask | None:
        """The room's task if the room is live."""
        raise NotImplementedError

    def live_seats(self, room_id: str) -> frozenset[Seat]:
        """Seats with a page in the meeting now (or with a line that is being repaired)."""
        raise NotImplementedError

    async def policy_changed(self, room_id: str) -> None:
        """Title, names, retention or password of the room have changed in the store: read them anew and tell the pair."""
        raise NotImplementedError

    def reading_ends(self, recording_id: str) -> None:
        """The recording is being destroyed: open readers and their keys are dropped at once."""
        raise NotImplementedError

    async def close(self) -> None:
        """Going down: permits close, runs are sealed, every socket gets `bye` `going_down`."""
        raise NotImplementedError
