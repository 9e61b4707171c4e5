"""What people write into a single line, made fit to be shown: titles and names."""

import unicodedata

from server.errors import VisavisError


def tidy(text: str, code: str, longest: int) -> str:
    """NFC, without control and direction-changing characters, white space collapsed. Raises VisavisError `code` 422 if
    nothing is left or it is longer than `longest` characters."""
    normal = unicodedata.normalize("NFC", text)
    # Cc controls, Cf invisible (bidi overrides among them), Cs halves of surrogate pairs, Zl and Zp line breaks.
    # Joiners are Cf too, but some scripts need them.
    kept = "".join(
        " " if char.isspace() else char
        for char in normal
        if char.isspace() or char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    line = " ".join(kept.split())
    if not line.strip("\u200c\u200d") or len(line) > longest:
        raise VisavisError(code, f"1 to {longest} characters are needed.", 422)
    return line
