"""The route table: every path, and beside it the right it needs."""

from server.handlers.rights import Route

TABLE: tuple[Route, ...] = ()
