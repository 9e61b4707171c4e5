"""The gate every request passes: who asks, under which name, from which page, with which right, how big, how long."""

import asyncio
from collections.abc import Mapping
from typing import assert_never

import structlog
from aiohttp import web

from server.config import Rooms
from server.errors import VisavisError
from server.handlers import origin
from server.handlers.answers import problem
from server.handlers.identity import Identity, resolve
from server.handlers.keys import CLOCK, CONFIG, IDENTITY, ORIGIN, PACE, PAGES, PEER, ROUTES, SECURE
from server.handlers.rights import Handler, Kind, Right, Route

log = structlog.get_logger()

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
OCTETS = "application/octet-stream"
INERT = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what a person put: were a browser ever to show it, nothing in it would run."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), geolocation=(), usb=(), "
        "payment=()"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Visavis",
}
ONE_YEAR = "max-age=31536000"
GONE_MEANWHILE = 499
"""For the access log: whoever asked did not wait for the answer."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_STATUS_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 503: "busy"}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """`on_response_prepare`: what every response bears. A handler may only choose its own Cache-Control."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if response.content_type == OCTETS:
        response.headers["Content-Security-Policy"] = INERT
    if request.get(SECURE, False):
        response.headers["Strict-Transport-Security"] = ONE_YEAR


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets a request through to its handler, or tells in the caller's form why not."""
    route = request.app[ROUTES].get(request.match_info.route)
    kind = route.kind if route else _kind_of(request.path)
    try:
        place(request)
        request.app[PACE].check(request[PEER], request.app[CLOCK].now_ms())
        if not origin.known_host(request.app[CONFIG], request.host):
            raise VisavisError("unknown_host", "This server does not answer under that name; see --public-url.", 421)
        if route is None:
            return await handler(request)
        refuse_body(request, route)
        refuse_foreign(request, route)
        refuse_type(request, route)
        async with asyncio.timeout(route.deadline_s):
            identity = await resolve(request, request.match_info.get("room"))
            request[IDENTITY] = identity
            require(route.right, identity, request)
            return await handler(request)
    except VisavisError as error:
        return tell(request, kind, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _STATUS_CODES.get(error.status, "bad_request")
        return tell(request, kind, VisavisError(code, error.reason, error.status))
    except TimeoutError:
        return tell(request, kind, VisavisError("too_slow", "The request took too long.", 408))
    except ConnectionError:
        return web.Response(status=GONE_MEANWHILE)  # nobody is there to tell, and nothing of ours is wrong
    except Exception as error:
        log.error("request_failed", route=route.path if route else None, exc_info=error)
        return tell(request, kind, VisavisError("internal", "Something went wrong here.", 500))


def place(request: web.Request) -> None:
    """Writes down who asks and how: PEER, SECURE, ORIGIN, and an identity that proves nothing yet."""
    config = request.app[CONFIG]
    socket_peer = request.remote or ""
    request[PEER] = origin.peer(config, socket_peer, request.headers.get("X-Forwarded-For"))
    request[SECURE] = origin.secure(config, socket_peer, request.headers.get("X-Forwarded-Proto"))
    request[ORIGIN] = f"{'https' if request[SECURE] else 'http'}://{request.host.lower()}"
    request[IDENTITY] = Identity()


def refuse_body(request: web.Request, route: Route) -> None:
    """A body only where one is meant, as it is, of a length said beforehand and within the route's limit."""
    length = request.content_length
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise VisavisError("encoded_body", "The body must be sent as it is, not compressed.", 415)
    if request.method not in CHANGING:
        if length or "Transfer-Encoding" in request.headers:
            raise VisavisError("bad_request", "This request may not have a body.", 400)
        return
    if length is None:
        if "Transfer-Encoding" in request.headers:
            raise VisavisError("length_required", "Say the body's length.", 411)
        return
    if length > route.max_body:
        raise VisavisError("too_large", f"At most {route.max_body} bytes.", 413)


def refuse_foreign(request: web.Request, route: Route) -> None:
    """Changes and sockets come from our own pages only, and over an encrypted line (or from this very machine)."""
    changes = request.method in CHANGING
    if not changes and route.kind is not Kind.SOCKET:
        return
    said = request.headers.get("Origin")
    if said is not None:
        same = said.lower() == request[ORIGIN]
    else:
        # browsers always send Origin with a socket; without it only Sec-Fetch-Site can vouch for a request
        same = changes and request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not same:
        raise VisavisError("cross_site", "Only this server's own pages may ask this.", 403)
    if not request[SECURE] and not origin.is_local(request.host):
        raise VisavisError("needs_https", "Without encryption this works on localhost only.", 403)


def refuse_type(request: web.Request, route: Route) -> None:
    """What a form on another site could send is not taken, whoever vouches for the request."""
    if request.method not in CHANGING or (request.method == "DELETE" and not request.can_read_body):
        return
    if route.octets and request.content_type != OCTETS:
        raise VisavisError("needs_octets", "The body must be application/octet-stream.", 415)
    if not route.octets and request.content_type != "application/json":
        raise VisavisError("needs_json", "The body must be JSON.", 415)


def require(right: Right, identity: Identity, request: web.Request) -> None:
    """Raises VisavisError unless the right is had. An unknown room and one where nothing is proved look the same."""
    match right:
        case Right.OPEN:
            return
        case Right.CREATE:
            if request.app[CONFIG].rooms is Rooms.ADMIN:
                _need(identity.admin, "admin_needed", 401)
        case Right.SESSION:
            _need(identity.session is not None, "password_needed", 401)
        case Right.SEAT:
            _need(identity.seat is not None, "seat_needed", 403)
        case Right.READER:
            _need(identity.session is not None or identity.seat is not None, "password_needed", 401)
        case Right.SESSION_AND_SEAT:
            _need(identity.session is not None, "password_needed", 401)
            _need(identity.seat is not None, "seat_needed", 403)
        case Right.ADMIN:
            _need(identity.admin, "admin_needed", 401)
        case Right.OPERATOR:
            _need(identity.admin or _on_this_machine(request), "admin_needed", 401)
        case _:
            assert_never(right)


_NEEDS = {
    "admin_needed": "Only the admin may do this.",
    "password_needed": "The room's password is needed.",
    "seat_needed": "Only somebody with a seat in the room may do this.",
}


def _need(had: bool, code: str, status: int) -> None:
    if not had:
        raise VisavisError(code, _NEEDS[code], status)


def _on_this_machine(request: web.Request) -> bool:
    # a proxy on this machine must not make the whole world local: then X-Forwarded-For is there, trusted or not
    return origin.is_loopback(request[PEER]) and "X-Forwarded-For" not in request.headers


def tell(request: web.Request, kind: Kind, error: VisavisError) -> web.Response:
    """The error in the form its reader understands: problem details, or a page in words."""
    if kind is Kind.PAGE:
        return request.app[PAGES].error(error)
    return problem(error)


def _kind_of(path: str) -> Kind:
    return Kind.API if path.startswith("/api/") else Kind.PAGE
