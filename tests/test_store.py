from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import manifest as format_
from index import store
from index.errors import BuildBusy, IndexDamaged, IndexMismatch, IndexMissing, StoreError

HEADER = store.Header(
    store.ModelInfo("小模型", "f00d", 3, 512, "query: ", "passage: "),
    store.ChunkerSettings(version=1, window_characters=180),
    store.Counts(documents=1, passages=2, windows=3),
)
MANIFEST = "manifest.json"
FILES = {"documents.jsonl": "有据可查\n".encode() * 9, "vectors.faiss": bytes(range(256)), "e": b""}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "数据 data"


@pytest.fixture
def built(root: Path) -> Path:
    store.write(root, HEADER, FILES)
    return root


def run(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def current(root: Path) -> Path:
    pointer = json.loads((root / "CURRENT").read_bytes())
    return root / "generations" / str(pointer["generation"])


def generations(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "generations").iterdir())


def forge(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest, and its checksum and CURRENT with it so that both are right again."""
    folder = current(root)
    value = json.loads((folder / "manifest.json").read_bytes())
    change(value)
    value["checksum"] = ""
    rest = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
    value["checksum"] = hashlib.sha256(rest).hexdigest()
    forge_bytes(root, json.dumps(value).encode())


def forge_bytes(root: Path, data: bytes) -> None:
    (current(root) / "manifest.json").write_bytes(data)
    pointer = format_.Pointer(current(root).name, store.FileEntry.of(data))
    (root / "CURRENT").write_bytes(format_.encode(pointer))


# Round trips


def test_reads_what_was_written(root: Path) -> None:
    manifest = store.write(root, HEADER, FILES)
    found = store.read(root)
    assert found == store.Generation(manifest, FILES)
    assert manifest.header == HEADER
    assert manifest.format_version == store.FORMAT_VERSION == 3
    assert manifest.built_at.endswith("+00:00")
    assert manifest.files["e"] == store.FileEntry(
        0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_what_was_read_cannot_be_changed(built: Path) -> None:
    with pytest.raises(TypeError):
        store.read(built).files["e"] = b"other"  # type: ignore[index]
    with pytest.raises(TypeError):
        store.read(built).manifest.files["e"] = store.FileEntry(0, "")  # type: ignore[index]


PLAIN = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", fullmatch=True)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates, too


@settings(max_examples=60, deadline=None)
@given(files=st.dictionaries(PLAIN, st.binary(max_size=2000), max_size=5), words=ANY_TEXT)
def test_any_plain_names_bytes_and_prompts_come_back(files: dict[str, bytes], words: str) -> None:
    files.pop("manifest.json", None)
    model = store.ModelInfo(words, words, 3, 512, words, "")
    header = store.Header(model, HEADER.chunker, HEADER.counts, metric=words)
    with tempfile.TemporaryDirectory() as folder:
        manifest = store.write(Path(folder), header, files)
        assert store.read(Path(folder)) == store.Generation(manifest, files)
        assert manifest.header == header


@settings(max_examples=200)
@given(ANY_TEXT)
def test_only_plain_names_are_plain(name: str) -> None:
    if format_.is_plain(name):
        assert name == Path(name).name
        assert name.isascii()
        assert name not in ("", ".", "..", "manifest.json")
        assert not set(name) & set("/\\\0\n :")


UNSAFE = ["", ".", "..", "../a", "/etc/passwd", "a/b", "a\n", "a\0", "有据", ".hidden", "a" * 101]


@pytest.mark.parametrize("name", [*UNSAFE, "manifest.json"])
def test_refuses_to_write_unsafe_names(built: Path, name: str) -> None:
    before = store.read(built)
    with pytest.raises(StoreError, match="不合规"):
        store.write(built, HEADER, {"fine": b"1", name: b"2"})
    assert store.read(built) == before
    assert len(generations(built)) == 1


# Missing


@pytest.mark.parametrize("make", [False, True])
def test_nothing_built_says_how_to_build(root: Path, make: bool) -> None:
    if make:
        root.mkdir()
    with pytest.raises(IndexMissing) as caught:
        store.read(root)
    assert f"youju index PATH --data '{root}'" in str(caught.value)


def test_an_unfinished_first_build_is_still_nothing(built: Path) -> None:
    (built / "CURRENT").rename(built / "CURRENT.tmp")
    with pytest.raises(IndexMissing):
        store.read(built)
    store.write(built, HEADER, FILES)
    assert store.read(built).files == FILES


# Damage


def files_below(root: Path) -> list[Path]:
    return [root / "CURRENT", *sorted(current(root).iterdir())]


def assert_damaged(root: Path, *parts: str) -> None:
    with pytest.raises(IndexDamaged) as caught:
        store.read(root)
    for part in (*parts, "已损坏", f"youju index 源文件夹 --data '{root}'"):
        assert part in str(caught.value)


def test_a_flipped_bit_is_seen(built: Path) -> None:
    for path in files_below(built):
        good = path.read_bytes()
        for bit in range(0, 8 * len(good), 1 if path.name == "CURRENT" else 7):
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            path.write_bytes(bad)
            with pytest.raises(IndexDamaged):
                store.read(built)
        path.write_bytes(good)
    assert store.read(built).files == FILES


def test_every_truncation_and_growth_is_seen(built: Path) -> None:
    for path in files_below(built):
        good = path.read_bytes()
        for bad in [*(good[:end] for end in range(len(good))), good + b"\n", good * 50 + b"x"]:
            path.write_bytes(bad)
            with pytest.raises(IndexDamaged):
                store.read(built)
        path.write_bytes(good)
    assert store.read(built).files == FILES


def test_every_missing_file_is_seen(built: Path) -> None:
    for path in files_below(built)[1:]:
        good = path.read_bytes()
        path.unlink()
        assert_damaged(built, path.name, "No such file")
        path.write_bytes(good)


def test_a_missing_generation_is_seen(built: Path) -> None:
    shutil.rmtree(current(built))
    assert_damaged(built, "manifest.json")


def test_damage_names_file_expected_and_found(built: Path) -> None:
    path = current(built) / "vectors.faiss"
    path.write_bytes(b"short")
    assert_damaged(built, f"generations/{path.parent.name}/vectors.faiss", "256 字节", "5 字节")
    path.write_bytes(bytes(256))
    wanted, found = (store.FileEntry.of(data).sha256 for data in (bytes(range(256)), bytes(256)))
    assert_damaged(built, "vectors.faiss", wanted, found)


@pytest.mark.parametrize("broken", ["CURRENT", "manifest.json", "vectors.faiss"])
@pytest.mark.parametrize("how", ["gone", "empty", "folder", "flipped"])
def test_a_new_build_mends_damage(built: Path, broken: str, how: str) -> None:
    path = next(path for path in files_below(built) if path.name == broken)
    good = path.read_bytes()
    path.unlink()
    if how == "empty":
        path.touch()
    elif how == "flipped":
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    elif how == "folder" and broken != "CURRENT":
        path.mkdir()
    with pytest.raises(StoreError):
        store.read(built)
    store.write(built, HEADER, {"new": b"1"})
    assert store.read(built).files == {"new": b"1"}


def test_the_pointer_to_another_whole_generation_needs_its_manifest_hash(built: Path) -> None:
    old = current(built).name
    store.write(built, HEADER, FILES)
    data = (built / "CURRENT").read_text()
    (built / "CURRENT").write_text(data.replace(current(built).name, old))
    assert_damaged(built, "manifest.json", "SHA-256")


def test_a_copied_folder_is_not_another_generation(built: Path) -> None:
    old = current(built)
    new = old.with_name("000009-00000000")
    old.rename(new)
    data = (new / "manifest.json").read_bytes()
    pointer = format_.Pointer(new.name, store.FileEntry.of(data))
    (built / "CURRENT").write_bytes(format_.encode(pointer))
    assert_damaged(built, old.name)


@pytest.mark.parametrize("name", ["..", "../generations", "/tmp", "000001-0000000", ""])
def test_the_pointer_leads_only_to_generations(built: Path, name: str) -> None:
    entry = store.FileEntry.of((current(built) / "manifest.json").read_bytes())
    (built / "CURRENT").write_bytes(format_.encode(format_.Pointer(name, entry)))
    assert_damaged(built, "CURRENT")


# Nothing outside the folder is ever opened

_seen: list[str] | None = None


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _seen is not None and event == "open" and not isinstance(args[0], int):
        _seen.append(os.fsdecode(args[0]))


sys.addaudithook(_audit)


@pytest.fixture
def opens() -> Iterator[list[str]]:
    global _seen
    _seen = []
    yield _seen
    _seen = None


@pytest.mark.parametrize("name", [*UNSAFE, "../../../secret.txt", "{outside}/secret.txt"])
def test_unsafe_names_in_a_manifest_are_not_opened(
    built: Path, tmp_path: Path, opens: list[str], name: str
) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    name = name.format(outside=tmp_path)
    entry = {"size": 6, "sha256": store.FileEntry.of(b"secret").sha256}
    forge(built, lambda value: value["files"].update({name: entry}))
    opens.clear()
    assert_damaged(built, "manifest.json", repr(name))
    assert set(opens) == {str(built), "CURRENT", "generations", current(built).name, MANIFEST}


@pytest.mark.parametrize("what", ["CURRENT", "generations", "generation", MANIFEST, "e"])
def test_symbolic_links_are_not_followed(built: Path, tmp_path: Path, what: str) -> None:
    """The link's target has just the right bytes, so following it would succeed."""
    folder = current(built)
    places = {"CURRENT": built / "CURRENT", "generations": built / "generations"}
    path = places.get(what, folder if what == "generation" else folder / what)
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    assert_damaged(built, folder.name if what == "generation" else what)


@pytest.mark.parametrize("what", ["CURRENT", MANIFEST, "e"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/nowhere", path)])
def test_what_is_no_file_is_not_read(built: Path, what: str, make: Callable[[Path], None]) -> None:
    path = next(path for path in files_below(built) if path.name == what)
    path.unlink()
    make(path)
    assert_damaged(built, what)


def test_writing_follows_no_symbolic_link(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (root / "generations").symlink_to(outside)
    with pytest.raises(StoreError, match="无法写入"):
        store.write(root, HEADER, FILES)
    (outside / "file").write_bytes(b"precious")
    (root / ".build.lock").symlink_to(outside / "file")
    with pytest.raises(StoreError, match="无法写入"), store.build_lock(root):
        pass
    (root / "generations").unlink()
    (root / "CURRENT.tmp").symlink_to(outside / "file")
    store.write(root, HEADER, FILES)
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_bytes() == b"precious"


def test_deleting_follows_no_symbolic_link(built: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"precious")
    (built / "generations" / "000009-00000000").symlink_to(outside)
    store.write(built, HEADER, FILES)
    assert (outside / "file").read_bytes() == b"precious"


# Manifests with the right hash and the wrong content


def test_another_format_version_says_both_and_the_command(built: Path) -> None:
    forge_bytes(built, b'{"format_version": 7}')
    with pytest.raises(IndexMismatch) as caught:
        store.read(built)
    for part in ("第 7 版", "第 3 版", f"youju index 源文件夹 --data '{built}'"):
        assert part in str(caught.value)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*path, key))


def at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize("bad", [None, True, -1, 1.5, [], [1], {}, {"a": 1}, {"size": 1}])
def test_wrong_types_anywhere_are_damage(built: Path, bad: object) -> None:
    good = (current(built) / MANIFEST).read_bytes()
    paths = [path for path in leaves(json.loads(good)) if path]
    assert len(paths) > 20
    for path in paths:
        if (path == ("files",) and bad == {}) or (path == ("format_version",) and bad == -1):
            continue  # no files at all is a manifest, too; -1 is another version
        value = json.loads(good)
        at(value, path[:-1])[path[-1]] = bad
        forge_bytes(built, json.dumps(value).encode())
        assert_damaged(built, "manifest.json")


def test_missing_and_extra_keys_are_damage(built: Path) -> None:
    good = (current(built) / MANIFEST).read_bytes()
    for path in leaves(json.loads(good)):
        if path and path[:-1] != ("files",):
            value = json.loads(good)
            del at(value, path[:-1])[path[-1]]
            forge_bytes(built, json.dumps(value).encode())
            assert_damaged(built, "manifest.json")
        if isinstance(at(json.loads(good), path), dict):
            value = json.loads(good)
            at(value, path)["extra"] = 1
            forge_bytes(built, json.dumps(value).encode())
            assert_damaged(built, "manifest.json")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"9" * 5000, b"null", b"[]", b'"x"', b"NaN"]
)
def test_bad_json_is_damage(built: Path, data: bytes) -> None:
    forge_bytes(built, data)
    assert_damaged(built, "manifest.json")
    (built / "CURRENT").write_bytes(data)
    assert_damaged(built, "CURRENT")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=300)
@given(JSON)
def test_any_json_is_a_manifest_or_a_value_error(value: object) -> None:
    data = json.dumps(value).encode()
    for decode in (format_.decode_manifest, format_.decode_pointer):
        with pytest.raises(ValueError, match=r"."):
            decode(data)


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


# Together


def test_one_builder_at_a_time_and_the_lock_dies_with_its_process(root: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from index import store
with store.build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""
    child = run(script, root)
    try:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        with pytest.raises(BuildBusy, match="另一个进程"), store.build_lock(root):
            pytest.fail("two builders")
    finally:
        child.kill()
        child.communicate(timeout=60)
    with store.build_lock(root):
        pass


def test_the_lock_is_free_after_an_error(root: Path) -> None:
    with pytest.raises(ZeroDivisionError), store.build_lock(root):
        raise ZeroDivisionError
    with store.build_lock(root), pytest.raises(BuildBusy), store.build_lock(root):
        pytest.fail("two builders")


def swapping(root: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """After each of the first ``times`` looks at CURRENT, four builds pass."""
    look, left = store._read_pointer, [times]

    def look_and_wait(folder: Path) -> format_.Pointer:
        pointer = look(folder)
        if left[0]:
            left[0] -= 1
            with monkeypatch.context() as patch:
                patch.setattr(store, "_read_pointer", look)
                for i in range(4):
                    store.write(root, HEADER, {"a": b"%d" % i})
        return pointer

    monkeypatch.setattr(store, "_read_pointer", look_and_wait)


def test_a_slow_reader_follows_the_pointer(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swapping(built, monkeypatch, times=3)
    assert store.read(built).files == {"a": b"3"}


def test_a_reader_gives_up_at_last(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swapping(built, monkeypatch, times=1000)
    with pytest.raises(IndexDamaged):
        store.read(built)
