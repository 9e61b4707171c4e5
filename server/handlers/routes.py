"""The route table: every path, and beside it the right it needs. The guard enforces it; a test tries every cell."""

from aiohttp import web

from server.domain.sharing import Journal
from server.handlers import (
    admin,
    blobs,
    browsers,
    devices,
    health,
    join,
    journals,
    pages,
    receipts,
    recordings,
    rooms,
    sharing_keys,
    sharing_socket,
    socket,
)
from server.handlers.assets import Assets
from server.handlers.rights import Kind, Right, Route

ID = "[a-z2-7]{16}"
ROOM = "/r/{room}"
API = "/api/rooms/{room}"
JOURNAL = f"{API}/journals/{{journal}}"
SNAPSHOT = f"{JOURNAL}/snapshots/{{snapshot}}"

TABLE: tuple[Route, ...] = (
    # pages
    Route("GET", "/", Right.OPEN, pages.home, Kind.PAGE),
    Route("GET", ROOM, Right.OPEN, pages.room, Kind.PAGE),
    Route("GET", f"{ROOM}/recordings", Right.OPEN, pages.recordings, Kind.PAGE),
    Route("GET", f"{ROOM}/topics", Right.OPEN, pages.together, Kind.PAGE),
    Route("GET", f"{ROOM}/notes", Right.OPEN, pages.together, Kind.PAGE),
    Route("GET", f"{ROOM}/whiteboard", Right.OPEN, pages.together, Kind.PAGE),
    Route("GET", f"{ROOM}/chat", Right.OPEN, pages.together, Kind.PAGE),
    Route("GET", "/admin", Right.OPEN, pages.admin, Kind.PAGE),
    Route("GET", "/admin/setup", Right.OPEN, pages.admin_setup, Kind.PAGE),
    # for those who watch the server
    Route("GET", "/healthz", Right.OPEN, health.healthz),
    Route("GET", "/metrics", Right.OPERATOR, health.metrics),
    # rooms
    Route("GET", "/api/password", Right.OPEN, rooms.offer_password),
    Route("POST", "/api/rooms", Right.CREATE, rooms.create_room),
    Route("GET", f"{API}/me", Right.OPEN, rooms.me),
    Route("POST", f"{API}/join", Right.OPEN, join.join),
    Route("POST", f"{API}/unlock", Right.OPEN, join.unlock),
    Route("POST", f"{API}/logout", Right.OPEN, join.logout),
    Route("POST", f"{API}/device-requests", Right.OPEN, devices.request_device),
    Route("GET", f"{API}/device-requests/{{request}}", Right.OPEN, devices.watch_device_request),
    Route("GET", f"{API}/browsers", Right.SEAT, browsers.list_browsers),
    Route("POST", f"{API}/browsers/out", Right.SEAT, browsers.put_out),
    Route("POST", f"{API}/browsers/known", Right.SEAT, browsers.know),
    Route("GET", f"{API}/socket", Right.SEAT, socket.room_socket, Kind.SOCKET, deadline_s=None),
    Route("POST", f"{API}/retention", Right.SEAT, rooms.shorten_retention),
    Route("POST", f"{API}/password", Right.SESSION_AND_SEAT, rooms.change_password),
    # recordings
    Route("GET", f"{API}/recordings", Right.SESSION, recordings.list_recordings),
    Route("GET", f"{API}/recordings/{{recording}}", Right.SESSION, recordings.show_recording),
    Route(
        "GET",
        f"{API}/recordings/{{recording}}/parts/{{part}}",
        Right.SESSION,
        recordings.read_part,
        Kind.MEDIA,
        deadline_s=None,
    ),
    Route(
        "POST",
        f"{API}/recordings/{{recording}}/runs/{{run}}/shared",
        Right.SEAT,
        recordings.begin_shared,
        max_body=recordings.MAX_DOCUMENT_BYTES,
        octets=True,
        deadline_s=recordings.DEADLINE_S,
    ),
    Route("DELETE", f"{API}/recordings/{{recording}}", Right.SESSION_AND_SEAT, recordings.delete_recording),
    Route("GET", f"{API}/receipts", Right.SESSION, receipts.list_receipts),
    # what the two keep together
    Route("GET", f"{API}/sharing-keys", Right.SEAT, sharing_keys.show_keys),
    Route("PUT", f"{API}/sharing-keys/notes", Right.SEAT, sharing_keys.put_notes_key),
    Route("POST", f"{API}/personal-link", Right.SEAT, sharing_keys.renew_link),
    Route(
        "POST",
        f"{API}/blobs",
        Right.SEAT,
        blobs.put_blob,
        max_body=blobs.MAX_BYTES,
        octets=True,
        deadline_s=blobs.DEADLINE_S,
    ),
    Route("GET", f"{API}/blobs/{{blob}}", Right.READER, blobs.get_blob, Kind.MEDIA, deadline_s=None),
    Route("DELETE", f"{API}/blobs/{{blob}}", Right.SEAT, blobs.delete_blob),
    # their journals
    Route("GET", f"{API}/sharing", Right.SEAT, sharing_socket.sharing_socket, Kind.SOCKET, deadline_s=None),
    Route("GET", JOURNAL, Right.READER, journals.read, deadline_s=None),
    Route(
        "POST",
        f"{JOURNAL}/entries",
        Right.SEAT,
        journals.append,
        max_body=journals.MAX_ENTRY_BYTES,
        octets=True,
        deadline_s=journals.DEADLINE_S,
    ),
    Route("GET", f"{JOURNAL}/snapshots", Right.READER, journals.list_snapshots),
    Route(
        "POST",
        f"{JOURNAL}/snapshots",
        Right.SEAT,
        journals.make_snapshot,
        max_body=journals.MAX_SNAPSHOT_BYTES,
        octets=True,
        deadline_s=journals.DEADLINE_S,
    ),
    Route("GET", SNAPSHOT, Right.READER, journals.read_one, deadline_s=None),
    Route("POST", f"{SNAPSHOT}/confirm", Right.SEAT, journals.confirm_snapshot),
    Route("POST", f"{SNAPSHOT}/restore", Right.SEAT, journals.restore_snapshot),
    # the admin
    Route("POST", "/api/admin/setup", Right.OPEN, admin.setup),
    Route("POST", "/api/admin/sign-in", Right.OPEN, admin.sign_in),
    Route("POST", "/api/admin/sign-out", Right.ADMIN, admin.sign_out),
    Route("GET", "/api/admin/state", Right.ADMIN, admin.state),
    Route("PUT", "/api/admin/retention", Right.ADMIN, admin.set_retention),
)


def add_routes(app: web.Application, assets: Assets) -> dict[web.AbstractRoute, Route]:
    """Puts the table (and the built files) into the application; which row belongs to which of aiohttp's routes."""
    rows = [*TABLE, Route("GET", "/assets/{name}", Right.OPEN, assets.get, Kind.ASSET)]
    found: dict[web.AbstractRoute, Route] = {}
    for row in rows:
        methods = ["GET", "HEAD"] if row.method == "GET" and row.kind in (Kind.PAGE, Kind.ASSET) else [row.method]
        for method in methods:
            found[app.router.add_route(method, _pattern(row.path), row.handler)] = row
    return found


def _pattern(path: str) -> str:
    """Only well-formed identifiers match, so handlers never see another."""
    for name in ("room", "recording", "part", "request", "blob", "snapshot"):
        path = path.replace(f"{{{name}}}", f"{{{name}:{ID}}}")
    path = path.replace("{run}", "{run:[1-9][0-9]{0,8}}")
    return path.replace("{journal}", f"{{journal:{'|'.join(Journal)}}}")
