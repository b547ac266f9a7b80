"""Manifests with the right hash and the wrong content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import manifest as format_
from index import store
from index.errors import IndexMismatch
from tests.store.on_disk import MANIFEST, assert_damaged, current, forge_bytes


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
