"""How often short texts in each encoding are read right, refused or read wrong.

python -m benchmarks.encodings FOLDER...   (BEIR folders; only their texts are used)
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from index.documents import read_documents
from index.encodings import decode
from index.errors import SourceError

LENGTHS = (2, 3, 5, 8, 12, 20, 50, 200)
ENCODINGS = ("utf-8", "gb18030", "cp950", "utf-16-le", "utf-16-be")
SNIPPETS = 500  # of each length, folder and encoding

Reader = Callable[[bytes], str | None]


def main(folders: list[Path]) -> None:
    """Print a table: right, refused and wrong in per cent."""
    texts = [[d.text for d in read_documents([f / "corpus.jsonl"])] for f in folders]
    print("encoding   length       n |  ours: right refused   wrong | charset-normalizer: same")
    for encoding in ENCODINGS:
        for length in LENGTHS:
            snippets = [s for own in texts for s in _snippets(own, length, encoding)]
            if snippets:
                columns = [_columns(snippets, encoding, reader) for reader in (ours, theirs)]
                print(f"{encoding:10} {length:6} {len(snippets):7} | {' | '.join(columns)}")


def ours(data: bytes) -> str | None:
    """What this project reads; None where it refuses."""
    try:
        return decode(data, "")
    except SourceError:
        return None


def theirs(data: bytes) -> str | None:
    """What charset-normalizer alone reads."""
    from charset_normalizer import from_bytes

    names = ["utf_8", "gb18030", "big5", "cp950", "utf_16_le", "utf_16_be"]
    best = from_bytes(data, cp_isolation=names).best()
    return None if best is None else str(best)


def _snippets(texts: list[str], length: int, encoding: str) -> Iterator[str]:
    chance = random.Random(length)
    for _ in range(SNIPPETS):
        text = chance.choice(texts)
        start = chance.randrange(max(1, len(text) - length))
        snippet = text[start : start + length]
        if not snippet.isascii() and _encodable(snippet, encoding):
            yield snippet


def _encodable(text: str, encoding: str) -> bool:
    # Eleven signs of Big5 are two characters of Unicode each: they are nobody's error.
    return text.encode(encoding, "ignore").decode(encoding) == text


def _columns(snippets: list[str], encoding: str, reader: Reader) -> str:
    results: Counter[str] = Counter()
    for snippet in snippets:
        read = reader(snippet.encode(encoding))
        results["refused" if read is None else "right" if read == snippet else "wrong"] += 1
    shares = (100 * results[kind] / len(snippets) for kind in ("right", "refused", "wrong"))
    return " ".join(f"{share:7.2f}" for share in shares)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
