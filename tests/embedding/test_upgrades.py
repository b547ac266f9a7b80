"""Another version's reader in the cache: replaced, by one process at a time, whoever is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from index import prepared
from tests.crashing import finish, start
from tests.embedding.preparing import dying, holding, preparing, reader


def lying(root: Path) -> set[str]:
    """Readers in the cache, and whatever else was begun there."""
    begun = {path.name for path in root.glob(f"{prepared._WORK}*")}
    return begun | {path.name for path in root.rglob("reader-*") if path.parent.name not in begun}


def whole(version: int) -> set[str]:
    return {reader(version), prepared.record(reader(version))}


def prepare(root: Path, version: int) -> str:
    code, (told,) = finish(dying, root, version, 0)  # at no step
    assert code == 0
    return str(told)


def disuse(root: Path, version: int) -> Path:
    """Let the reader of a version be one that nobody has used for a month."""
    (path,) = (p for p in root.rglob(reader(version)) if not p.parent.name.startswith("."))
    os.utime(path, (0, 0))
    return path


def test_an_upgrade_leaves_one_reader(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        assert prepare(tmp_path, version) == f"model {version}"
        assert lying(tmp_path) == whole(version)
        disuse(tmp_path, version)
    assert prepare(tmp_path, 1) == "model 1"  # an older program beside makes its own again


def test_two_versions_in_turn_do_not_delete_each_others(tmp_path: Path) -> None:
    prepare(tmp_path, 1)
    path = disuse(tmp_path, 1)
    made = path.stat().st_ino
    prepare(tmp_path, 1)  # using it counts, not making it
    prepare(tmp_path, 2)
    assert lying(tmp_path) == whole(1) | whole(2)
    prepare(tmp_path, 1)
    assert path.stat().st_ino == made


def test_who_has_the_former_one_open_keeps_it(tmp_path: Path) -> None:
    process, ours = start(holding, tmp_path, 1)
    assert ours.recv() == "mapped"
    disuse(tmp_path, 1)
    assert prepare(tmp_path, 2) == "model 2"
    assert lying(tmp_path) == whole(2)
    ours.send("read")
    assert ours.recv() == "model 1"
    process.join(60)
    assert process.exitcode == 0


def test_another_one_waits_and_finds_it_made(tmp_path: Path) -> None:
    (first, ours), (second, theirs) = (start(preparing, tmp_path, 2) for _ in range(2))
    while not (ours.poll(0.1) or theirs.poll(0.1)):
        pass
    one, other = (ours, theirs) if ours.poll() else (theirs, ours)
    assert one.recv() == "half"
    assert not other.poll(0.5)
    one.send("go on")
    assert (one.recv(), other.recv()) == ("model 2", "model 2")
    for process in (first, second):
        process.join(60)
        assert process.exitcode == 0


def test_killed_amid_an_upgrade_another_one_goes_on(tmp_path: Path) -> None:
    prepare(tmp_path, 1)
    disuse(tmp_path, 1)
    first, ours = start(preparing, tmp_path, 2)
    assert ours.recv() == "half"
    second, theirs = start(preparing, tmp_path, 2)
    assert not theirs.poll(0.5)
    first.kill()
    first.join(60)
    assert theirs.recv() == "half"  # it writes itself, and what the dead one began is gone
    assert len(list(tmp_path.glob(f"{prepared._WORK}*"))) == 1
    theirs.send("go on")
    assert theirs.recv() == "model 2"
    second.join(60)
    assert lying(tmp_path) == whole(2)


def test_killed_at_any_step_of_an_upgrade_both_versions_open(tmp_path: Path) -> None:
    for step in range(1, 100):
        root = tmp_path / str(step)
        assert prepare(root, 1) == "model 1"
        folder = disuse(root, 1).parent
        code, told = finish(dying, root, 2, step)
        if code == 0:  # there was no such step: all before it have been tried
            assert told == ["model 2"]
            assert lying(root) == whole(2)
            assert step > 6
            return
        assert code == -signal.SIGKILL
        # The former one goes only when the new one is there.
        records = (prepared.record(reader(version)) for version in (1, 2))
        assert any(prepared.is_intact(folder, record) for record in records)
        assert [prepare(root, version) for version in (2, 1)] == ["model 2", "model 1"]
        # Killed when all was done, it leaves an empty folder until a file is made again.
        assert lying(root) >= whole(1) | whole(2)
        for left in lying(root) - whole(1) - whole(2):
            assert list((root / left).iterdir()) == []
    raise AssertionError("an upgrade without end")
