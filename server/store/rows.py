"""From database rows to the frozen structs the repositories give out."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

T = TypeVar("T")
FIRST = "0" * 64
"""What the first link of a hash chain follows."""

_canonical = msgspec.json.Encoder(order="sorted")


def one(row: Row[Any] | None, kind: type[T]) -> T | None:
    """The row as `kind`, by column names; columns that `kind` does not have are left out."""
    return None if row is None else convert(row, kind)


def convert(row: Row[Any], kind: type[T]) -> T:
    return msgspec.convert(plain(row), kind)


def plain(row: Row[Any]) -> dict[str, Any]:
    """By column name, as ordinary strings: SQLAlchemy's own are of a subclass that msgspec refuses."""
    return {str(name): value for name, value in row._mapping.items()}


def link(previous: str, content: Mapping[str, Any]) -> str:
    """Hash of a chain's next link: SHA-256 over `previous` LF `content` as JSON with sorted keys, as hex."""
    return hashlib.sha256(previous.encode() + b"\n" + _canonical.encode(content)).hexdigest()


def to_json(content: Mapping[str, Any]) -> str:
    return _canonical.encode(content).decode()


def from_json(text: str) -> Any:
    return msgspec.json.decode(text)
