"""The catalogue: every word people read, merged from `web/words/<language>/*.json` (flat key -> text)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

_HOLE = re.compile(r"\{(\w+)\}")


class Words:
    """`t(key, **values)` fills `{placeholders}`. An unknown key or a missing value is an error at once."""

    def __init__(self, texts: dict[str, str], language: str = "en") -> None:
        self._texts = texts
        self.language = language

    @classmethod
    def load(cls, folder: Path, language: str = "en") -> "Words":
        """`folder` is `web/words`. Raises ValueError naming a key that stands in two files, or a file that is not
        flat JSON."""
        texts: dict[str, str] = {}
        for path in sorted((folder / language).glob("*.json")):
            try:
                part = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
            except msgspec.DecodeError as error:
                raise ValueError(f"{path.name}: {error}") from error
            twice = sorted(texts.keys() & part.keys())
            if twice:
                raise ValueError(f"{path.name}: {', '.join(twice)} stands in another file already")
            texts |= part
        return cls(texts, language)

    def t(self, key: str, /, **values: Any) -> str:
        """The text, holes filled. Raises KeyError for an unknown key or a hole without a value."""
        return _HOLE.sub(lambda hole: str(values[hole[1]]), self._texts[key])

    @property
    def texts(self) -> Mapping[str, str]:
        return self._texts

    def has(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        return frozenset(self._texts)

    def holes(self, key: str) -> frozenset[str]:
        """Names of the placeholders in a text."""
        return frozenset(_HOLE.findall(self._texts[key]))
