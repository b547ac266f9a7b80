"""What is deleted, and what stays when a step of writing fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from index import store
from index.errors import StoreError
from tests.store.on_disk import FILES, HEADER, MANIFEST, current, generations

# Clean-up


def test_keeps_three_generations(root: Path) -> None:
    names = [store.write(root, HEADER, FILES).generation for _ in range(5)]
    assert generations(root) == names[2:]
    assert current(root).name == names[4]


def test_deletes_what_dead_builds_left_and_nothing_else(built: Path) -> None:
    folder = built / "generations"
    for name in ("000000-00000000", "000077-00000000"):
        (folder / name).mkdir()
        (folder / name / "half").write_bytes(b"x")
    (folder / "notes").mkdir()
    (built / "CURRENT.tmp").write_bytes(b"half")
    first = current(built).name
    second = store.write(built, HEADER, FILES).generation
    assert generations(built) == [first, second, "notes"]
    assert not (built / "CURRENT.tmp").exists()


def test_what_cannot_be_deleted_is_logged_and_does_no_harm(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (built / "generations" / "000000-00000000").symlink_to(built)
    store.write(built, HEADER, {"new": b"1"})
    assert "000000-00000000" in caplog.text
    assert store.read(built).files == {"new": b"1"}


# Failure in the middle


@pytest.mark.parametrize("step", ["fsync", "replace", "mkdir", "unlink"])
def test_any_refused_step_leaves_the_old_generation(
    built: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (built / "CURRENT.tmp").touch()
    before = store.read(built)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, refuse)
        with pytest.raises(StoreError, match="ENOSPC"):
            store.write(built, HEADER, {"new": b"1"})
    assert store.read(built) == before
    store.write(built, HEADER, {"new": b"1"})
    assert store.read(built).files == {"new": b"1"}
    # Where even deleting is refused, what was written stays, whole, as one of the former ones.
    assert len(generations(built)) == (3 if step == "unlink" else 2)


def test_all_is_on_the_disk_before_the_swap_and_the_swap_before_the_end(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process can cut the power, so this one watches what is flushed, and when."""
    fsync, replace = os.fsync, os.replace
    synced: list[int] = []
    inodes: dict[str, int] = {}

    def watch_sync(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(os.fstat(descriptor).st_ino)

    def watch_swap(*args: Any, **folders: Any) -> None:
        made = [*root.rglob("generations"), *root.rglob("generations/**/*"), root / "CURRENT.tmp"]
        inodes.update({path.name: path.stat().st_ino for path in made})
        assert set(inodes.values()) <= set(synced)
        synced.clear()
        replace(*args, **folders)

    monkeypatch.setattr(os, "fsync", watch_sync)
    monkeypatch.setattr(os, "replace", watch_swap)
    name = store.write(root, HEADER, FILES).generation
    assert set(inodes) == {"generations", name, MANIFEST, "CURRENT.tmp", *FILES}
    assert synced == [root.stat().st_ino]


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.write_bytes(b"mine")
    for attempt in (lambda: store.write(root, HEADER, FILES), lambda: store.read(root)):
        with pytest.raises(StoreError):
            attempt()
    assert root.read_bytes() == b"mine"


def test_a_system_error_on_reading_is_not_called_damage(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="File name too long") as caught:
        store.read(tmp_path / ("x" * 300))
    assert type(caught.value) is StoreError
