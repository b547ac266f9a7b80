"""What holds for every format, and for what they write."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import records
from index.documents import from_extract
from index.errors import SourceError
from index.formats.extract import Writer
from index.passages import ABOUT
from tests.formats.reading import SAMPLES, document, fault, passages, sample
from tests.samples import HIDDEN, QUOTA

# --- what holds for all of them ---------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_hidden_is_read(folder: Path, name: str) -> None:
    found = document(folder, name, sample(name))
    assert HIDDEN not in found.text
    assert passages(found)


@pytest.mark.parametrize("name", SAMPLES)
def test_structure_is_stored(folder: Path, name: str) -> None:
    found = document(folder, name, sample(name))
    (back,) = records.documents_from_bytes(records.documents_to_bytes([found]))
    assert back == found
    assert passages(back) == passages(found)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_read_or_refused(folder: Path, name: str) -> None:
    whole = sample(name)

    @settings(deadline=None, max_examples=25)
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255), st.booleans())
    def check(at: int, by: int, cut: bool) -> None:
        flipped = whole[:at] + bytes([whole[at] ^ by]) + (b"" if cut else whole[at + 1 :])
        with suppress(SourceError):  # any other error would end a build
            passages(document(folder, name, flipped))

    check()


@pytest.mark.parametrize("name", [*SAMPLES, "a.csv", "a.txt"])
def test_empty_files(folder: Path, name: str) -> None:
    assert "空的" in fault(folder, name, b"")


@pytest.mark.parametrize("name", SAMPLES)
def test_another_format_under_this_name(folder: Path, name: str) -> None:
    wrong = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    fault(folder, name, wrong)


# --- the writer -------------------------------------------------------------------------------


WORDS = st.sampled_from(
    ["", " ", "水\n库", "一、总则", "\u3000节水。", "作者：周敏", "\u200b", QUOTA]
)
STEPS = st.one_of(
    st.tuples(st.just("place"), st.sampled_from(["第 1 页", "第 2 页"])),
    st.tuples(st.just("line"), WORDS),
    st.tuples(st.just("items"), st.lists(WORDS, max_size=3)),
    st.tuples(st.just("row"), st.lists(WORDS, max_size=3)),
    st.tuples(st.just("table"), st.lists(st.lists(WORDS, max_size=3), max_size=15)),
    st.tuples(st.just("records"), st.lists(st.lists(WORDS, max_size=3), max_size=5)),
)


@given(st.lists(STEPS, max_size=8))
def test_roles_and_places_are_at_the_beginning_of_lines(
    steps: list[tuple[str, object]],
) -> None:
    writer = Writer()
    for name, argument in steps:
        getattr(writer, name)(argument)
    extract = writer.extract()
    starts = {0} | {m.end() for m in re.finditer("\n", extract.text)}
    marks = [role.start for role in extract.roles], [place.start for place in extract.places]
    for places in marks:
        assert places == sorted(set(places))
        assert starts.issuperset(places)
    for passage in passages(from_extract(extract, "d", "d.docx")):
        named = {place.name for place in extract.places if place.start <= passage.start}
        assert not named or passage.section == ABOUT or passage.section.split(" › ")[0] in named
