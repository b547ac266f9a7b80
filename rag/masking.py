"""What is quoted or bracketed in a question is a name: nothing in it is cut or read."""

from __future__ import annotations

import re

QUOTED = re.compile(r"[“《「『（(][^”》」』）)]*[”》」』）)]|\"[^\"]*\"")
MASK = "\0"


def masked(text: str) -> str:
    """``text`` with what is quoted or bracketed blanked, as long as before."""
    return QUOTED.sub(lambda match: MASK * len(match[0]), text)
