"""Former generations: listed, checked, brought back."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from index import generations, history, passages, store
from index.errors import (
    BuildBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    InputError,
    StoreError,
)
from index.manifest import MANIFEST
from rag import Library
from ui import cli

HEADER = store.Header(
    store.ModelInfo("小模型", "f00d", 3, 512, "query: ", "passage: "),
    passages.SETTINGS,
    store.Counts(documents=4, passages=5, windows=6),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three generations, whose only file tells their number."""
    root = tmp_path / "数据 data"
    for number in (1, 2, 3):
        store.write(root, HEADER, {"a": b"%d" % number, "b": bytes(100)})
    return root


def content(root: Path) -> bytes:
    return bytes(store.read(root).files["a"])


def spoil(root: Path, number: int, file: str) -> None:
    name = generations.names(root)[number - 1]
    path = root / "generations" / name / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_lists_the_oldest_first_with_what_they_hold(root: Path) -> None:
    records = history.records(root)
    assert [r.number for r in records] == [1, 2, 3]
    assert [r.current for r in records] == [False, False, True]
    for record in records:
        assert (record.documents, record.passages, record.size, record.fault) == (4, 5, 101, "")
        assert record.built_at == store.read_named(root, record.name).manifest.built_at


def test_nothing_to_list(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        history.records(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("file", ["a", "b", MANIFEST])
def test_a_damaged_former_generation_is_listed_as_that_and_not_brought_back(
    root: Path, file: str
) -> None:
    spoil(root, 2, file)
    assert [bool(r.fault) for r in history.records(root)] == [False, True, False]
    assert file in history.records(root)[1].fault
    with pytest.raises(IndexDamaged, match=file):
        history.rollback(root, "2")
    assert content(root) == b"3"


def test_every_bit_of_a_former_manifest_counts(root: Path) -> None:
    """No pointer vouches for it: its own checksum does."""
    name = generations.names(root)[1]
    path = root / "generations" / name / MANIFEST
    good = path.read_bytes()
    for bit in range(0, 8 * len(good), 3):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bad)
        with pytest.raises(StoreError):
            store.read_named(root, name)
    path.write_bytes(good)
    assert bytes(store.read_named(root, name).files["a"]) == b"2"


def test_brings_back_the_one_before_and_returns(root: Path) -> None:
    before = (root / "CURRENT").read_bytes()
    history.rollback(root)
    assert content(root) == b"2"
    history.rollback(root)
    assert content(root) == b"1"
    with pytest.raises(InputError, match="更早"):
        history.rollback(root)
    history.rollback(root, "3")
    assert content(root) == b"3"
    assert (root / "CURRENT").read_bytes() == before


def test_by_full_name(root: Path) -> None:
    history.rollback(root, generations.names(root)[0])
    assert content(root) == b"1"


@pytest.mark.parametrize("wanted", ["0", "4", "", "..", "../CURRENT", "x", "000001", "-1"])
def test_no_such_generation_names_those_that_are(root: Path, wanted: str) -> None:
    with pytest.raises(InputError) as caught:
        history.rollback(root, wanted)
    for name in generations.names(root):
        assert name in str(caught.value)
    assert content(root) == b"3"


def test_a_way_out_of_a_damaged_current_generation(root: Path) -> None:
    spoil(root, 3, "a")
    with pytest.raises(IndexDamaged):
        store.read(root)
    history.rollback(root)
    assert content(root) == b"2"


@pytest.mark.parametrize("data", [b"", b"{", b"noise" * 99])
def test_a_way_out_of_a_damaged_pointer(root: Path, data: bytes) -> None:
    (root / "CURRENT").write_bytes(data)
    history.rollback(root)
    assert content(root) == b"3"


def test_a_build_after_a_rollback_is_the_newest_and_loses_nothing_before_its_time(
    root: Path,
) -> None:
    history.rollback(root, "1")
    store.write(root, HEADER, {"a": b"4"})
    assert [r.number for r in history.records(root)] == [1, 3, 4]  # 1 was served until now
    assert content(root) == b"4"
    history.rollback(root, "3")
    store.write(root, HEADER, {"a": b"5"})
    assert [r.number for r in history.records(root)] == [3, 4, 5]
    (root / "CURRENT").unlink()
    store.write(root, HEADER, {"a": b"6"})
    assert [r.number for r in history.records(root)] == [4, 5, 6]


def test_the_current_one_is_kept_however_old(root: Path) -> None:
    history.rollback(root, "1")
    with pytest.raises(StoreError, match="不合规"):
        store.write(root, HEADER, {"../x": b""})
    assert content(root) == b"1"


def test_no_rollback_while_a_build_runs(root: Path) -> None:
    with store.build_lock(root), pytest.raises(BuildBusy):
        history.rollback(root)
    assert content(root) == b"3"


def test_an_older_format_is_listed_and_not_brought_back(root: Path) -> None:
    path = root / "generations" / generations.names(root)[0] / MANIFEST
    path.write_text('{"format_version": 1}')
    assert "第 1 版" in history.records(root)[0].fault
    with pytest.raises(IndexMismatch):
        history.rollback(root, "1")


def test_one_cut_by_other_settings_is_not_brought_back(root: Path) -> None:
    older = replace(passages.SETTINGS, version=passages.SETTINGS.version - 1)
    store.write(root, replace(HEADER, chunker=older), {"a": b"4"})
    store.write(root, HEADER, {"a": b"5"})
    with pytest.raises(IndexMismatch) as caught:
        history.rollback(root)
    assert "第 4 版不能恢复，当前使用的没有变" in str(caught.value)
    for settings in (older, passages.SETTINGS):
        assert str(settings) in str(caught.value)
    assert content(root) == b"5"
    history.rollback(root, "3")
    assert content(root) == b"3"


def test_a_refused_swap_leaves_the_current_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(StoreError, match="ENOSPC"):
            history.rollback(root)
    assert content(root) == b"3"
    assert [r.fault for r in history.records(root)] == ["", "", ""]


# --- the commands -------------------------------------------------------------------------------


def test_commands(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, data = tmp_path / "a.txt", tmp_path / "data"
    for capacity in ("1.26", "1.38"):
        source.write_text(f"水库\n\n青石水库总库容{capacity}亿立方米，可以灌溉农田。\n", "utf-8")
        Library.build(source, data)
    capfd.readouterr()
    assert cli.main(["generations", "--data", str(data), "--json"]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert list(rows[0]) == [
        *("number", "name", "current", "fault", "built_at", "documents", "passages", "size")
    ]
    assert [(row["number"], row["current"]) for row in rows] == [(1, False), (2, True)]
    assert cli.main(["rollback", "--data", str(data)]) == 0
    assert rows[0]["name"] in capfd.readouterr().err
    assert "1.26" in Library.open(data).search("库容", 1)[0].passage.text
    spoil(data, 2, "documents.jsonl")
    assert cli.main(["generations", "--data", str(data)]) == 1
    out, err = capfd.readouterr()
    assert "已损坏" in out
    assert "当前使用" in out
    assert "documents.jsonl" in err
    assert cli.main(["rollback", "2", "--data", str(data)]) == 1
    assert "已损坏" in capfd.readouterr().err
    assert cli.main(["rollback", "7", "--data", str(data)]) == 1
    assert "没有第 7 版" in capfd.readouterr().err
