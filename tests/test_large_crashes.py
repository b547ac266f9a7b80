"""Kills while a large index is written, which takes seconds and not milliseconds."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from index import generations, searchable
from tests.crashing import start
from tests.large_index import DOCUMENTS, PARAGRAPHS, WideEncoder, struck_writes

log = logging.getLogger(__name__)

pytestmark = pytest.mark.slow

KILLS = 25  # amid a write


def edition(root: Path) -> int:
    """The edition that answers, every byte of it checked."""
    _, index = searchable.read(root)
    assert len(index.documents) == DOCUMENTS
    assert len(index.chunks) > 0.99 * DOCUMENTS * PARAGRAPHS  # a few are said twice
    for row in (0, len(index.chunks) // 2, len(index.chunks) - 1):
        chunk = index.chunks[row]
        document = index.by_id[chunk.passage.document_id]
        texts = searchable.window_texts([document], [chunk])
        found = index.vectors.search(WideEncoder().encode_passages(texts), 1)
        assert index.window_chunk[found.ids[0, 0]] == row
    return int(index.documents[0].text.partition("版")[0].rpartition("第")[2])


def size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def test_killed_while_a_large_index_is_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Figures are shown by ``--log-cli-level=INFO``."""
    caplog.set_level(logging.INFO)
    root = tmp_path / "data"
    process, ours = start(struck_writes, root, tmp_path)
    old, new, done, largest, struck = 0, 0, 0, 0, ours.recv()
    one = max(size(folder) for folder in (root / "generations").iterdir())
    while True:
        found = edition(root)
        assert found == struck.edition or struck.killed
        assert found in (1, 2)
        old += struck.killed and found != struck.edition
        new += struck.killed and found == struck.edition  # it died after the swap
        done += not struck.killed
        folders = list((root / "generations").iterdir())
        assert len(folders) <= generations.KEPT + 1  # and what the last one had begun
        largest = max(largest, size(root))
        if old + new == KILLS or done > KILLS:
            break
        ours.send(found)
        struck = ours.recv()
    ours.send(None)
    process.join(600)
    assert process.exitcode == 0
    assert old + new == KILLS
    assert len(list((root / "generations").iterdir())) == generations.KEPT
    assert not list(root.rglob("*.tmp"))
    log.info(
        "%d kills in writes of %.2f s: %d before the swap, %d after; %d writes were done before "
        "their kill; a generation is %.1f MB, the folder was at most %.1f MB",
        *(old + new, struck.seconds, old, new, done, one / 1e6, largest / 1e6),
    )
