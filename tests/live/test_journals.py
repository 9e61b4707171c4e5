"""What the two write together: numbered, stamped, passed on, stored; over real sockets and a real database."""

import pytest

from server.domain.messages import Seat
from tests.live.house import House
from tests.live.sharing import bodies, share, sharing_pair

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_entry_is_passed_on_stored_and_read(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    assert mentor.here[1] == "mentor"
    assert mentor.here[3] is False
    assert mentee.here[3] is True
    local = await mentor.append(b"one")
    assert await mentee.expect("entry") == ["entry", "document", 1, "mentor", house.clock.now_ms(), local, b"one", 3]
    assert await mentor.expect("stored") == ["stored", "document", local, 1, house.clock.now_ms()]
    assert await mentee.expect("durable") == ["durable", "document", 1]
    assert await mentee.store(b"two") == 2
    assert bodies(await mentor.read()) == [b"one", b"two"]
    assert bodies(await mentor.read(after=1)) == [b"two"]
    assert await mentor.read(after=2) == [["end", 2]]
    again = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert again.here[4] == [None, 0, 2]
