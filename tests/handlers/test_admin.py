"""The admin: one-time link, sign-in, numbers and dates, retention."""

from server.clock import ManualClock
from server.domain.retention import HOLD_MS, ClockWatch
from server.handlers import keys
from server.handlers.rights import Kind, Right
from server.handlers.routes import TABLE
from server.store import audit
from tests.harness import Client, Server

PASSWORD = "a sentence nobody guesses"
HOUR = 3_600_000


async def set_up(server: Server) -> Client:
    client = server.client()
    await client.json(
        "POST", "/api/admin/setup", {"token": await server.admin_link(), "password": PASSWORD}, status=204
    )
    return client


async def lines(server: Server) -> list[str]:
    async with server.app[keys.DATABASE].read() as tx:
        assert await audit.verify(tx) is None
        return [line.action for line in reversed(await audit.latest(tx))]


async def test_the_link_works_once_and_signs_in(server: Server) -> None:
    token = await server.admin_link()
    client = server.client()
    await client.json("POST", "/api/admin/setup", {"token": token, "password": PASSWORD}, status=204)
    assert (await client.get("/api/admin/state")).status == 200
    again = await server.client().json("POST", "/api/admin/setup", {"token": token, "password": PASSWORD}, status=403)
    assert again["code"] == "link_spent"
    assert await lines(server) == ["admin_link_made", "admin_set_up"]


async def test_a_weak_password_does_not_spend_the_link(server: Server) -> None:
    token = await server.admin_link()
    client = server.client()
    weak = await client.json("POST", "/api/admin/setup", {"token": token, "password": "short"}, status=422)
    assert weak["code"] == "weak_password"
    await client.json("POST", "/api/admin/setup", {"token": token, "password": PASSWORD}, status=204)


async def test_the_link_lasts_an_hour_and_a_fresh_one_ends_it(still_server: Server, manual_clock: ManualClock) -> None:
    client = still_server.client()
    old, late = await still_server.admin_link(), await still_server.admin_link()
    for token, wait in [(old, 0), (late, HOUR)]:
        manual_clock.advance(wait)
        body = {"token": token, "password": PASSWORD}
        assert (await client.json("POST", "/api/admin/setup", body, status=403))["code"] == "link_spent"


async def test_signing_in_and_out(still_server: Server, manual_clock: ManualClock) -> None:
    await set_up(still_server)
    client = still_server.client()
    wrong = await client.json("POST", "/api/admin/sign-in", {"password": "wrong"}, status=403)
    assert wrong["code"] == "wrong_password"
    await client.json("POST", "/api/admin/sign-in", {"password": PASSWORD}, status=204)
    assert '"signed_in": true' in await (await client.get("/admin")).text()
    stolen = {cookie.key: cookie.value for cookie in client.session.cookie_jar}
    await client.json("POST", "/api/admin/sign-out", status=204)
    thief = still_server.client()
    thief.session.cookie_jar.update_cookies(stolen, thief.base)
    assert (await thief.get("/api/admin/state")).status == 401
    await client.json("POST", "/api/admin/sign-in", {"password": PASSWORD}, status=204)
    manual_clock.advance(12 * HOUR)
    assert (await client.get("/api/admin/state")).status == 401
    assert await lines(still_server) == [
        "admin_link_made", "admin_set_up", "admin_refused", "admin_signed_in", "admin_signed_in",
    ]  # fmt: skip


async def test_before_the_set_up_no_password_signs_in(server: Server) -> None:
    answer = await server.client().json("POST", "/api/admin/sign-in", {"password": PASSWORD}, status=403)
    assert answer["code"] == "wrong_password"


async def test_guessing_is_slowed(still_server: Server, manual_clock: ManualClock) -> None:
    await set_up(still_server)
    client = still_server.client()
    codes = [(await client.post("/api/admin/sign-in", {"password": "wrong"})).status for _ in range(8)]
    assert codes == [403] * 5 + [429] * 3
    answer = await client.json("POST", "/api/admin/sign-in", {"password": PASSWORD}, status=429)
    assert (answer["code"], answer["retry_after_s"]) == ("too_many_tries", 30)
    manual_clock.advance(30_000)
    await client.json("POST", "/api/admin/sign-in", {"password": PASSWORD}, status=204)


async def test_guessers_do_not_shut_the_admin_out_for_good(still_server: Server) -> None:
    """Whoever can reach the machine prints a link, and a right link waits for nobody."""
    client = await set_up(still_server)
    link = await still_server.admin_link()
    for _ in range(8):
        await client.post("/api/admin/sign-in", {"password": "wrong"})
        await client.post("/api/admin/setup", {"token": "wrong", "password": PASSWORD})
    refused = await client.json("POST", "/api/admin/setup", {"token": "wrong", "password": PASSWORD}, status=429)
    assert refused["code"] == "too_many_tries"
    await client.json("POST", "/api/admin/setup", {"token": link, "password": PASSWORD}, status=204)


async def test_the_state_is_numbers_and_dates(server: Server) -> None:
    client = await set_up(server)
    body = {"title": "Walnut talks", "password": "a password of our own", "retention_days": 20, "seat": "mentor"}
    await client.json("POST", "/api/rooms", body, status=201)
    state = await client.json("GET", "/api/admin/state")
    assert state["counts"]["rooms"] == 1
    assert state["policy"] == {"days": 30, "longest_days": 365, "from_ms": 0}
    assert state["clock"] is None
    assert state["audit_broken_at"] is None
    assert state["media"]["stun_port"] > 0
    assert [line["action"] for line in state["audit"]] == ["room_created", "admin_set_up", "admin_link_made"]
    assert "Walnut" not in str(state)


async def test_retention_is_set_and_only_ever_shortens(server: Server) -> None:
    client = await set_up(server)
    body = {"title": "t", "password": "a password of our own", "retention_days": 300, "seat": "mentor"}
    await client.json("POST", "/api/rooms", body, status=201)
    answer = await client.json("PUT", "/api/admin/retention", {"days": 14, "longest_days": 60})
    assert (answer["policy"]["days"], answer["policy"]["longest_days"], answer["rooms"]) == (14, 60, 1)
    answer = await client.json("PUT", "/api/admin/retention", {"days": 90, "longest_days": 365})
    assert answer["rooms"] == 0
    for bad in ({"days": 61, "longest_days": 60}, {"days": 0, "longest_days": 60}, {"days": 1, "longest_days": 4000}):
        assert (await client.put("/api/admin/retention", bad)).status in (400, 422)


async def test_metrics_are_numbers_for_the_operator(server: Server) -> None:
    text = await (await server.client().get("/metrics")).text()
    assert "visavis_rooms 0.0" in text
    assert "visavis_deletion_held 0.0" in text
    # a proxy on this machine does not make the world local
    through = await server.client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert through.status == 401


def test_no_route_of_the_admins_leads_to_a_picture_or_a_sound() -> None:
    assert all(row.kind is not Kind.MEDIA for row in TABLE if row.right in (Right.ADMIN, Right.OPERATOR))


async def test_the_admin_is_told_that_the_clock_has_leapt(still_server: Server, manual_clock: ManualClock) -> None:
    client, now = await set_up(still_server), manual_clock.now_ms()
    believed = still_server.app[keys.JANITOR]._time
    believed._watch, believed.leapt_ms = ClockWatch(now, now, HOLD_MS), 30 * 24 * HOUR
    state = await client.json("GET", "/api/admin/state")
    assert state["clock"] == {"held_until_ms": now + HOLD_MS, "leapt_ms": 30 * 24 * HOUR}
