"""An index is built again with the model and prompts that it was built with, until told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import uploads
from index.embedding import BUNDLED
from index.errors import ModelError
from index.manifest import ModelInfo
from index.store import current_manifest
from rag import Library
from tests.building.articles import SECOND
from tests.test_shelf import wait_for
from ui import cli
from ui.shelf import Shelf

PROMPTS = {"query_prompt": "问：", "passage_prompt": "水"}


@pytest.fixture
def data(sources: Path, small_model: Path, tmp_path: Path) -> Path:
    """An index of the small model, with prompts of its own; one file is new since."""
    Library.build(sources, tmp_path / "data", model=str(small_model), **PROMPTS)
    (sources / "b.txt").write_text(f"土渠\n\n{SECOND}\n", "utf-8")
    return tmp_path / "data"


def model(data: Path) -> ModelInfo:
    return current_manifest(data).header.model


def test_a_build_without_a_model_keeps_it_with_its_prompts(data: Path, sources: Path) -> None:
    before = model(data)
    built = Library.build(sources, data)
    assert built.build_report is not None
    assert built.build_report.added
    assert model(data) == before
    Library.build(sources, data, model=before.name)  # the same by its name
    assert model(data) == before


def test_one_prompt_is_changed_and_the_rest_stays(data: Path, sources: Path) -> None:
    before = model(data)
    Library.build(sources, data, query_prompt="")
    now = model(data)
    assert (now.name, now.query_prompt, now.passage_prompt) == (before.name, "", "水")


def test_another_model_comes_with_its_own_prompts(data: Path, sources: Path) -> None:
    Library.build(sources, data, model=BUNDLED)
    now = model(data)
    assert (now.name, now.query_prompt, now.passage_prompt) == (BUNDLED, "query: ", "passage: ")


@pytest.mark.parametrize("named", [False, True])
def test_the_page_takes_an_upload_in_with_the_model_of_the_index(data: Path, named: bool) -> None:
    before = model(data)
    uploads.add(data, "渠道.txt", "渠道\n\n渠道灌溉农田。\n".encode(), replace=False)
    shelf = Shelf.at(data, None, before.name if named else None)
    shelf.build()
    wait_for(shelf)
    assert "上传/渠道.txt" in shelf.library().documents
    assert model(data) == before


def test_the_command_keeps_it_and_says_which(
    data: Path, sources: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = model(data)
    assert cli.main(["index", str(sources), "--data", str(data)]) == 0
    assert model(data) == before
    assert f"模型 {before.name}" in capfd.readouterr().err
    assert cli.main(["index", str(sources), "--data", str(data), "--model", "bundled"]) == 0
    assert model(data).name == BUNDLED
    assert "模型 bundled" in capfd.readouterr().err


def test_a_model_that_is_gone_is_not_replaced_unasked(data: Path, sources: Path) -> None:
    before = model(data)
    Path(before.name).rename(Path(before.name).with_name("moved"))
    with pytest.raises(ModelError, match="--model bundled"):
        Library.build(sources, data)
    assert model(data) == before
