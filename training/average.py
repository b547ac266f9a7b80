"""``python -m training.average OUT SHARE FILE [SHARE FILE ...]``: the mean of trained readers.

The weights of runs that started from one another are averaged (Wortsman et al. 2022,
arXiv:2203.05482, "model soups"): at no cost to whoever reads with them, better than each run on
texts unlike those of the training. Layers that a run had frozen count as the base has them.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index import bundled_model
from index.errors import InputError


def main() -> None:
    """Parse the command line, average and write."""
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write")
    parser.add_argument("parts", nargs="+", metavar="SHARE FILE", help="shares add up to 1")
    arguments = parser.parse_args()
    shares = [float(share) for share in arguments.parts[::2]]
    files = [Path(file) for file in arguments.parts[1::2]]
    average(shares, files, bundled_model.prepare(), arguments.out)


def average(shares: Sequence[float], files: Sequence[Path], model: Path, out: Path) -> None:
    """Write the weighted mean of the readers in ``files``, all trained from ``model``.

    Raises:
        InputError: there is not a share for each file, or they do not add up to 1.
    """
    from rag.reader_torch import load
    from training.export import save_changes

    if len(shares) != len(files) or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise InputError(
            f"{len(files)} 个文件要有同样多的份额，加起来是 1；现在的份额是 {list(shares)}。"
        )
    reader = load(model)
    read = [_tensors(reader, file) for file in files]
    for name, parameter in reader.trained().items():
        parts = zip(shares, read, strict=True)
        parameter.copy_(sum(share * tensors[name] for share, tensors in parts))
    made = [
        {"share": share, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for share, file in zip(shares, files, strict=True)
    ]
    base = {"base": bundled_model.NAME, "base_sha256": bundled_model.SOURCE_SHA256}
    save_changes(reader, out, {**base, "average": made})


def _tensors(reader: Any, file: Path) -> Mapping[str, Any]:
    """The trained tensors as ``file`` has them, or as the base does."""
    from rag.reader_torch import load_changes

    before = {name: value.clone() for name, value in reader.trained().items()}
    load_changes(reader, file)
    after = {name: value.clone() for name, value in reader.trained().items()}
    for name, value in reader.trained().items():
        value.copy_(before[name])
    return after


if __name__ == "__main__":
    main()
