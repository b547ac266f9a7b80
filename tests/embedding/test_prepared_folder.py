"""The prepared model folder: made once, checked, made again where damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index import bundled_model
from index.embedding import load_encoder
from index.errors import ModelError


class Workshop:
    """Stands in for the minute of preparing: small files, and a count of what was made."""

    def __init__(self, root: Path) -> None:
        self.root, self.made, self.derived = root, 0, 0

    def write_model(self, data: bytes, folder: Path) -> None:
        assert data == b"source"
        self.made += 1
        (folder / "1_Pooling").mkdir()
        for name in ("model.safetensors", bundled_model.TOKENIZER, "1_Pooling/config.json"):
            (folder / name).write_text(f"good {name}")

    def derive(self, folder: Path, target: Path) -> None:
        self.derived += 1
        target.write_text("derived from " + (folder / "model.safetensors").read_text())

    def prepare(self) -> Path:
        return bundled_model.prepare(self.root, {"model.onnx": self.derive})


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    shop = Workshop(tmp_path / "cache")
    monkeypatch.setattr(bundled_model, "read_source", lambda: b"source")
    monkeypatch.setattr(bundled_model, "_write_model", shop.write_model)
    yield shop
    if shop.root.exists():  # nothing half made stays, whatever happened
        assert [p.name for p in shop.root.iterdir() if p.name.startswith(".")] == []


def test_prepared_once(workshop: Workshop) -> None:
    folder = workshop.prepare()
    assert workshop.prepare() == bundled_model.prepare(workshop.root) == folder
    assert (workshop.made, workshop.derived) == (1, 1)
    assert folder.name == f"multilingual-e5-small-{bundled_model.SOURCE_SHA256[:12]}-v1"
    assert (folder / "model.onnx").read_text() == "derived from good model.safetensors"


@pytest.mark.parametrize("damage", ["changed", "removed"])
@pytest.mark.parametrize(
    ("name", "made", "derived"),
    [
        ("model.onnx", 1, 2),
        ("model.onnx.checksums.json", 1, 2),
        # The 32-bit folder is not what the 8-bit file is read with.
        (bundled_model.TOKENIZER, 1, 1),
        ("model.safetensors", 1, 1),
        ("checksums.json", 1, 1),
    ],
)
def test_damaged_cache_is_made_again(
    workshop: Workshop, name: str, made: int, derived: int, damage: str
) -> None:
    path = workshop.prepare() / name
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"!") if damage == "changed" else path.unlink()
    folder = workshop.prepare()
    assert (workshop.made, workshop.derived) == (made, derived)
    assert (folder / "model.onnx").read_text() == "derived from good model.safetensors"
    # Who reads the 32-bit folder has it whole in any case.
    bundled_model.prepare(workshop.root)
    assert (folder / "model.safetensors").read_text() == "good model.safetensors"
    assert (folder / bundled_model.TOKENIZER).read_text() == "good tokenizer.json"
    assert workshop.prepare() == folder
    assert (folder / "model.onnx").exists()


@pytest.mark.parametrize("record", ["[]", "{}", "[1]", '"a"', "\ud800"])
def test_nonsense_for_checksums_is_damage(workshop: Workshop, record: str) -> None:
    path = workshop.prepare() / "checksums.json"
    path.write_bytes(record.encode("utf-8", "surrogatepass"))
    bundled_model.prepare(workshop.root)
    assert workshop.made == 2


def test_failed_derivation_leaves_nothing_half_made(workshop: Workshop) -> None:
    def fail(folder: Path, target: Path) -> None:
        target.write_text("half")
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        bundled_model.prepare(workshop.root, {"model.onnx": fail})
    folder = bundled_model.prepare(workshop.root)
    assert not (folder / "model.onnx").exists()
    assert workshop.made == 1


def test_a_cache_that_cannot_be_written_is_told_with_the_remedy(workshop: Workshop) -> None:
    workshop.root.parent.mkdir(exist_ok=True)
    workshop.root.write_text("no folder")
    with pytest.raises(ModelError) as caught:
        workshop.prepare()
    workshop.root.unlink()
    for told in (str(workshop.root), "File exists", "YOUJU_CACHE"):
        assert told in str(caught.value)


def test_refused_weights_are_told_as_well(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """safetensors has an error of its own for what the system refuses."""

    def fill(_data: bytes, folder: Path) -> None:
        (folder / "model.safetensors").mkdir()
        bundled_model._write_weights(SimpleNamespace(tensors={"a": np.zeros(9)}), folder)

    monkeypatch.setattr(bundled_model, "_write_model", fill)
    with pytest.raises(ModelError, match="directory") as caught:
        workshop.prepare()
    assert "磁盘空间" in str(caught.value)


def test_cache_folder_is_where_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_CACHE", str(tmp_path))
    assert bundled_model.cache_root() == tmp_path
    monkeypatch.delenv("YOUJU_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert bundled_model.cache_root() == tmp_path / "xdg" / "youju"


def test_real_folder_is_a_plain_one_with_its_notice() -> None:
    load_encoder()
    folder = bundled_model.prepare()
    notice = (folder / "NOTICE.txt").read_text("utf-8")
    assert "MIT License" in notice
    assert "Microsoft" in notice
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"model.safetensors", "tokenizer.json", "modules.json", "words.q4"} <= names
    assert not [name for name in names if name.endswith((".py", ".bin", ".pkl", ".pt"))]
