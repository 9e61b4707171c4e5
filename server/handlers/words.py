"""The catalogue: every word people read, merged from `web/words/<language>/*.json` (flat key -> text)."""

from pathlib import Path
from typing import Any


class Words:
    """`t(key, **values)` fills `{placeholders}`. An unknown key is an error at once."""

    @classmethod
    def load(cls, folder: Path, language: str = "en") -> "Words":
        """Raises ValueError naming a key that stands in two files or a file that is not flat JSON."""
        raise NotImplementedError

    def t(self, key: str, /, **values: Any) -> str:
        raise NotImplementedError

    def has(self, key: str) -> bool:
        raise NotImplementedError
