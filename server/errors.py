"""The one tree of errors. A code is stable and meant for programs; its words are found in the catalogue."""

from typing import Any


class VisavisError(Exception):
    """Something a person or a program asked for cannot be had.

    `code` is stable, `detail` is one English sentence for logs and programs (never a secret, a name or a title),
    `status` is the HTTP status where one is needed, `more` is given to the caller beside the code.
    """

    def __init__(self, code: str, detail: str, status: int = 400, **more: Any) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.more = more
