"""A model's streamed text as sentences with the markers that it gave them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# [1], [1,2], 【1】, ［１］, (材料1), before or after the full stop.
_MARKER = re.compile(
    r"\s*[\[【［〔]\s*(?:材料|来源|出处)?\s*(\d{1,3}(?:\s*[,，、;；]\s*\d{1,3})*)\s*[\]】］〕]"
)
_CLOSERS = '”’」』）)】》〉]"'
_END = re.compile(rf"[。！？!?；;…]+[{re.escape(_CLOSERS)}]*|\n")
_DECORATION = re.compile(r"^[\s#>*\-•·]+|\*\*|__|`|<[^<>]{0,200}>")
LIMIT = 4000  # characters of an answer; a model that goes on is stopped


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it, without its markers; ``markers`` in order, each once."""

    text: str
    markers: tuple[int, ...]


def sentences(pieces: Iterable[str]) -> Iterator[Draft]:
    """The sentences of a stream, each as soon as what follows shows that it is complete."""
    waiting, total = "", 0
    for piece in pieces:
        waiting += piece[: max(0, LIMIT - total)]
        total += len(piece)
        while (cut := _complete(waiting)) is not None:
            yield from _draft(waiting[:cut])
            waiting = waiting[cut:]
        if total > LIMIT:
            return  # and with it what was not yet a sentence
    yield from _draft(waiting)


def _complete(text: str) -> int | None:
    """Where the first sentence of ``text`` ends, markers included; None while it may go on."""
    end = _END.search(text)
    if not end:
        return None
    at = end.end()
    while marker := _MARKER.match(text, at):
        at = marker.end()
    rest = text[at:].lstrip(" \u3000")
    if end[0] == "\n":
        return at
    # A marker may still be on its way: 。[1 or a mere 。
    return None if not rest or re.match(r"[\[【［〔][^\]】］〕]{0,20}$", rest) else at


def _draft(raw: str) -> Iterator[Draft]:
    numbers = [int(n) for m in _MARKER.finditer(raw) for n in re.findall(r"\d+", m[1])]
    text = _DECORATION.sub("", _MARKER.sub("", raw)).strip()
    if re.search(r"\w", text):
        yield Draft(text, tuple(dict.fromkeys(numbers)))
