"""Where an index comes from: the paths that it was last built of, so that it can be built again.

root/sources.json    the paths as they were given, and the folder that they start from
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from index.errors import IndexDamaged
from index.safe_files import opened, replace_synced, writing

NAME = "sources.json"


def remember(root: Path, paths: Sequence[Path]) -> None:
    """Note that ``root`` is built of ``paths``; hold ``build_lock`` around it.

    Raises ``StoreError`` where it cannot be written.
    """
    said = {"folder": os.fspath(Path.cwd()), "paths": [os.fspath(path) for path in paths]}
    data = json.dumps(said, indent=1).encode()
    with suppress(OSError):
        if (root / NAME).read_bytes() == data:
            return
    with writing(root), opened(os.fspath(root), os.O_DIRECTORY) as folder:
        replace_synced(folder, NAME, data)


def recall(root: Path) -> tuple[Path, ...]:
    """The paths that ``root`` was last built of; () where that is not known.

    Raises:
        IndexDamaged: the note cannot be read.
    """
    try:
        said = json.loads((root / NAME).read_bytes())
        folder, paths = Path(said["folder"]), tuple(Path(path) for path in said["paths"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(
            f"{root / NAME} 读不出来（{error!r}），不知道索引由哪些文件建成。"
            f"请重建：youju index 源文件夹 --data {root}"
        ) from error
    # From where it was built the same words are kept, so that nothing looks moved.
    return paths if folder == Path.cwd() else tuple(folder / path for path in paths)
