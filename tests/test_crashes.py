"""Builds that are killed, interrupted, refused or meet: the old index or the new one, always."""

from __future__ import annotations

import logging
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from index import generations, journal, store
from tests.crashing import (
    attempted_build,
    contending_builds,
    dying_build,
    endless_builds,
    finish,
    limited_build,
    received,
    start,
)
from tests.editions import build_edition, edition, write_edition

log = logging.getLogger(__name__)

HOW = ("kill", "interrupt", "refuse")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "源"
    write_edition(folder, 1)
    return folder


@pytest.fixture
def built(tmp_path: Path, folder: Path) -> Path:
    """A data folder of edition 1; edition 2 waits in ``folder``."""
    root = tmp_path / "built"
    build_edition(root, folder)
    write_edition(folder, 2)
    return root


def copied(root: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    if root.exists():
        shutil.copytree(root, copy)
    return copy


# --- one step after another ---------------------------------------------------------------------


def each_step(
    root: Path, tmp_path: Path, folder: Path, how: str, stride: int
) -> Iterator[tuple[Path, str]]:
    """A copy of ``root`` after builds that are struck at later and later steps; how each ended."""
    for step in range(1, 1000, stride):
        copy = copied(root, tmp_path)
        code, sent = finish(dying_build, copy, folder, step, how)
        if how == "kill" and code:
            assert (code, sent) == (-signal.SIGKILL, [])
            yield copy, "killed"
        else:
            assert code == 0
            yield copy, sent[0]
            if sent == ["built"]:  # there was no such step: all before it have been tried
                assert step > 40
                return
    pytest.fail("a build without end")


SAMPLED = 5  # of so many struck builds, one is built again by default


@pytest.mark.parametrize("first", [True, False], ids=["first build", "rebuild"])
@pytest.mark.parametrize(
    ("how", "stride", "again"),
    [
        ("kill", 1, SAMPLED),
        ("interrupt", 2 * SAMPLED, 1),
        ("refuse", 2 * SAMPLED, 1),
        *(pytest.param(how, 1, 1, marks=pytest.mark.slow) for how in HOW),
    ],
)
def test_struck_at_every_step_the_old_or_the_new_is_there(
    built: Path, tmp_path: Path, folder: Path, first: bool, how: str, stride: int, again: int
) -> None:
    root, old = (tmp_path / "none", 0) if first else (built, 1)
    seen = set()
    for i, (copy, end) in enumerate(each_step(root, tmp_path, folder, how, stride)):
        found = edition(copy)
        seen.add(found)
        assert found in (old, 2)
        assert found == 2 or not end.startswith("built")
        if i % again == 0:  # the next build mends whatever was left behind
            build_edition(copy, folder)
            assert edition(copy) == 2
            assert len(list((copy / "generations").iterdir())) <= generations.KEPT
            assert not (copy / journal.NAME).exists()
    assert seen == {old, 2}


# --- at any moment ------------------------------------------------------------------------------


_LONGEST = 1.0  # seconds: on the busiest machine 1,000 kills come to an end


@pytest.mark.parametrize("kills", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_killed_at_any_moment_nothing_told_is_lost(
    tmp_path: Path, kills: int, caplog: pytest.LogCaptureFixture
) -> None:
    """``kills`` of them inside a build; shown by ``--log-cli-level=INFO``, or where it fails."""
    caplog.set_level(logging.INFO)
    root, folder = tmp_path / "data", tmp_path / "源"
    write_edition(folder, 1)
    build_edition(root, folder)
    chance, newest, seconds, inside, tries = random.Random(5), 1, 0.1, 0, 0
    while inside < kills and tries < 2 * kills:
        tries += 1
        process, ours = start(endless_builds, root, folder, newest + 1)
        assert ours.poll(60)  # its first build begins; before that a kill proves nothing
        time.sleep(chance.uniform(0, 3 * seconds))
        process.kill()
        marks = received(ours)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        told = max([newest, *(mark.number for mark in marks if mark.done)])
        newest = edition(root)
        assert newest in (told, marks[-1].number)  # it may die between the swap and the telling
        inside += not marks[-1].done
        took = [end.at - begin.at for begin, end in pairwise(marks) if end.done]
        # Where the machine is busy none may get done: then the next has more time.
        seconds = min(_LONGEST, took[-1] if took else 1.1 * seconds)
    log.info("%d kills, %d of them inside a build; %d builds were done", tries, inside, newest)
    assert inside == kills
    assert newest > kills / 5  # it did build between the kills
    with store.build_lock(root):  # no dead builder holds it
        pass


# --- a full disk --------------------------------------------------------------------------------


def test_no_room_for_any_file_leaves_the_old_index(
    built: Path, tmp_path: Path, folder: Path
) -> None:
    """RLIMIT_FSIZE is a disk that takes so many bytes of a file and no more."""
    build_edition(reference := copied(built, tmp_path), folder)
    sizes = {p.stat().st_size for p in reference.rglob("*") if p.is_file()}
    ends = set()
    for limit in sorted({0, max(sizes), *(size - 1 for size in sizes if size)}):
        copy = copied(built, tmp_path)
        code, sent = finish(limited_build, copy, folder, limit)
        assert code == 0
        ends.add(sent[0].partition(":")[0])
        if sent == ["built"]:
            assert edition(copy) == 2
        else:
            assert "EFBIG" in sent[0]
            assert "剩余空间" in sent[0]
            assert edition(copy) == 1
            build_edition(copy, folder)
            assert edition(copy) == 2
    assert ends == {"StoreError", "built"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 256 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_at_any_point_leaves_the_old_index(
    built: Path, folder: Path, small_disk: Path
) -> None:
    ends = set()
    for free in range(0, 256, 4):
        for path in small_disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        root, ballast = small_disk / "data", small_disk / "ballast"
        shutil.copytree(built, root)
        room = shutil.disk_usage(small_disk).free - free * 1024
        if room < 0:
            break
        ballast.write_bytes(bytes(room))
        code, sent = finish(attempted_build, root, folder)
        assert code == 0
        ends.add(sent[0].partition(":")[0])
        assert edition(root) == (2 if sent == ["built"] else 1)
        ballast.unlink()
        build_edition(root, folder)
        assert edition(root) == 2
    assert ends == {"StoreError", "built"}


# --- together -----------------------------------------------------------------------------------


def test_of_two_builders_one_leaves_with_a_message(tmp_path: Path, built: Path) -> None:
    started = [start(contending_builds, built, tmp_path / name, 10) for name in "ab"]
    told = [received(ours) for _, ours in started]
    for process, _ in started:
        process.join(60)
        assert process.exitcode == 0
    messages = {message for (end,) in told for message in end}
    assert messages == {f"另一个进程正在为 {built} 建立索引，请等它完成后再试；旧索引仍可使用。"}
    assert edition(built) == 10
