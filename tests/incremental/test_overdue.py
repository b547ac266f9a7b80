"""A PDF that was given up is listed and not tried again, until it or its reader changes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index import build, overdue
from index.changes import BadFile
from index.errors import SourceError
from index.formats import pdf_process
from tests import samples
from tests.editions import SmallEncoder


class Hanging:
    """Stands in for the reader's process, which the kernel ends where a file says ``hang``."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def exchange(self, process: object, data: bytes, source: str, seconds: int) -> bytes:
        self.read.append(Path(source).name)
        if not data.endswith(b"%hang"):
            return self._exchange(process, data, source, seconds)  # type: ignore[arg-type]
        os.kill(process.pid, 14)  # type: ignore[attr-defined]
        return b""

    _exchange = staticmethod(pdf_process._exchange)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Hanging:
    hanging = Hanging()
    monkeypatch.setattr(pdf_process, "_exchange", hanging.exchange)
    return hanging


@pytest.fixture
def folder(folder: Path) -> Path:
    write(folder / "好.pdf")
    write(folder / "慢.pdf", "hang")
    return folder


def write(path: Path, fault: str = "") -> None:
    page = [(72, 740, 12, f"{path.stem}文件说的是水库和渠道。")]
    path.write_bytes(samples.printed([page]) + (f"\n%{fault}".encode() if fault else b""))


def built(folder: Path, data: Path) -> tuple[BadFile, ...]:
    return build.build([folder], data, SmallEncoder()).report.bad_files


def test_it_is_listed_each_time_and_tried_once(folder: Path, data: Path, reader: Hanging) -> None:
    first = built(folder, data)
    (bad,) = first
    for part in (str(folder / "慢.pdf"), "读了 60 秒还没有读完", str(data / overdue.NAME)):
        assert part in bad.reason
    assert reader.read == ["好.pdf", "慢.pdf"]
    assert built(folder, data) == first  # where nothing is built
    (folder / "新.txt").write_text("新\n\n又加了一篇文章。\n", "utf-8")
    assert built(folder, data) == first  # where something is
    assert reader.read == ["好.pdf", "慢.pdf"]


def test_under_another_name_it_is_known_and_named_rightly(
    folder: Path, data: Path, reader: Hanging
) -> None:
    built(folder, data)
    moved = (folder / "慢.pdf").rename(folder / "下" / "改名.pdf")
    (bad,) = built(folder, data)
    assert bad.path == str(moved)
    assert bad.reason.startswith(f"{moved}：读了 60 秒")
    assert "改名.pdf" not in reader.read


def test_a_changed_file_is_tried_again(folder: Path, data: Path, reader: Hanging) -> None:
    built(folder, data)
    write(folder / "慢.pdf")
    assert built(folder, data) == ()
    assert reader.read == ["好.pdf", "慢.pdf", "慢.pdf"]
    write(folder / "慢.pdf", "hang")  # as it was before
    assert len(built(folder, data)) == 1
    assert len(reader.read) == 3


@pytest.mark.parametrize(
    ("name", "value"), [("_reader", lambda: "another"), ("_seconds", lambda size: 90)]
)
def test_another_reader_or_more_time_is_another_try(
    folder: Path,
    data: Path,
    reader: Hanging,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Callable[..., object],
) -> None:
    built(folder, data)
    monkeypatch.setattr(pdf_process, name, value)
    for _ in range(2):
        assert len(built(folder, data)) == 1
    assert reader.read.count("慢.pdf") == 2


def test_it_is_remembered_where_nothing_could_be_built(
    tmp_path: Path, data: Path, reader: Hanging
) -> None:
    write(tmp_path / "慢.pdf", "hang")
    for _ in range(3):
        with pytest.raises(SourceError, match="读了 60 秒"):
            built(tmp_path / "慢.pdf", data)
    assert reader.read == ["慢.pdf"]


def test_other_faults_are_met_again(folder: Path, data: Path, reader: Hanging) -> None:
    (folder / "慢.pdf").write_bytes(b"no pdf")
    for _ in range(2):
        assert "损坏" in built(folder, data)[0].reason
    assert reader.read.count("慢.pdf") == 2
    assert not (data / overdue.NAME).exists()


# --- the note -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: good[: len(good) // 2],
        lambda good: b"",
        lambda good: b"\xff" * 99,
        lambda good: b"[]",
        lambda good: json.dumps({**json.loads(good), "seconds": [1]}).encode(),
        lambda good: json.dumps({**json.loads(good), "seconds": {"a": None}}).encode(),
        lambda good: b"[" * 100_000,
    ],
    ids=["cut", "empty", "noise", "list", "no map", "no number", "deep"],
)
def test_a_damaged_note_costs_one_try_and_is_mended(
    folder: Path, data: Path, reader: Hanging, damage: Callable[[bytes], bytes]
) -> None:
    first, note = built(folder, data), data / overdue.NAME
    good = note.read_bytes()
    note.write_bytes(damage(good))
    for _ in range(2):
        assert built(folder, data) == first
    assert reader.read.count("慢.pdf") == 2
    assert note.read_bytes() == good


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)]
)
def test_a_note_that_is_no_file_is_no_obstacle(
    folder: Path, data: Path, reader: Hanging, make: Callable[[Path], None]
) -> None:
    data.mkdir()
    make(data / overdue.NAME)
    assert len(built(folder, data)) == 1
    assert Path("/etc/passwd").read_bytes().startswith(b"root")


def test_what_a_killed_process_had_begun_is_no_obstacle(
    folder: Path, data: Path, reader: Hanging
) -> None:
    data.mkdir()
    (data / f"{overdue.NAME}.tmp").write_bytes(b'{"reader')
    for _ in range(2):
        assert len(built(folder, data)) == 1
    assert reader.read.count("慢.pdf") == 1
    assert not (data / f"{overdue.NAME}.tmp").exists()
