"""Write ``index/simplified.txt`` from OpenCC's characters: ``python -m benchmarks.simplified_table``.

Phrases are left out: they found nothing more (docs/decisions/0006-scripts.md), and a table of
characters keeps the length of a text.
"""

from __future__ import annotations

from importlib.metadata import version

from opencc import OpenCC

from index.simplified import TABLE

_HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0x20000, 0x32000))


def table() -> dict[str, str]:
    """Each traditional character with its simplified one, which is in no pair itself."""
    characters = [chr(code) for code in _HAN]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = dict(zip(characters, converted, strict=True))
    return {old: pairs.get(new, new) for old, new in pairs.items() if old != new and len(new) == 1}


def main() -> None:
    """Write the table."""
    pairs = table()
    source = f"# Characters of OpenCC {version('opencc')} (t2s), Apache License 2.0"
    lines = (source, "".join(pairs), "".join(pairs.values()))
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
