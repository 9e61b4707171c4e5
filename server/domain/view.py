"""What one seat sees of a room."""

from collections.abc import Mapping, Sequence

from server.domain.messages import RoomView, Seat
from server.domain.state import Room


def view(
    room: Room,
    seat: Seat,
    now: int,
    *,
    title: str,
    names: Mapping[Seat, str | None],
    saved_ms: int = 0,
    notices: Sequence[str] = (),
) -> RoomView:
    """`names` holds `None` for a seat nobody has claimed; `saved_ms` is how much of the recording is durably sealed.

    While a recording runs `due_ms` is rounded down to the minute, so that views stay equal in between.
    """
    raise NotImplementedError
