"""One model in memory, however many collections are open with it."""

from __future__ import annotations

import gc
import shutil
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index import bundled_model, bundled_runtime, int8_encoder, sentence_encoder
from index.bundled_runtime import open_runtime
from index.embedding import Prompts, load_encoder
from index.errors import ModelError
from index.int8_encoder import Int8Encoder
from index.onnx_runtime import Model
from index.sentence_encoder import SentenceEncoder
from index.shared import Shared
from index.word_table import Words
from rag import Library
from tests.small_model import CHARACTERS


class Costly:
    """A value that can tell whether it is still held."""


def test_threads_that_ask_at_once_get_one_value_made_once() -> None:
    shared: Shared[str, Costly] = Shared()
    made: list[int] = []
    got: list[Costly] = []
    together = threading.Barrier(8)

    def make() -> Costly:
        made.append(1)
        time.sleep(0.05)  # time for the others to come
        return Costly()

    def ask() -> None:
        together.wait()
        got.append(shared.get("a", make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len({id(value) for value in got}) == 1
    assert shared.get("b", Costly) is not got[0]


def test_nothing_is_kept_that_nobody_holds() -> None:
    shared: Shared[str, Costly] = Shared()
    value = shared.get("a", Costly)
    kept = weakref.ref(value)
    assert shared.get("a", Costly) is value
    del value
    gc.collect()
    assert kept() is None


def test_a_failure_to_make_is_not_remembered(tmp_path: Path, small_model: Path) -> None:
    place = tmp_path / "late"
    with pytest.raises(ModelError):
        SentenceEncoder.load(str(place), Prompts())
    small_model.rename(place)
    assert SentenceEncoder.load(str(place), Prompts()).info.dimension == 8


def test_collections_share_the_bundled_model(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n", "utf-8")
    built = [Library.build(source, tmp_path, collection=name) for name in ("甲", "乙")]
    opened = [Library.open(tmp_path, collection=name) for name in ("甲", "乙")]
    other = load_encoder(prompts=Prompts("问：", "答："))
    encoders = [library._encoder for library in (*built, *opened)]
    assert len({id(vars(encoder)["_model"]) for encoder in (*encoders, other)}) == 1
    assert other.info != encoders[0].info
    readers = [library._search.reader for library in opened]
    assert readers[0]._model is readers[1]._model
    assert readers[0]._model is not vars(encoders[0])["_model"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The bundled model's ONNX file in a folder of its own."""
    (path,) = bundled_model.prepare().glob(int8_encoder._FILE)
    return Path(shutil.copy(path, tmp_path))


def test_an_opened_model_outlives_its_file(copied: Path) -> None:
    words = open_runtime(int8_encoder._FILE, int8_encoder._write).model._words
    model = Model(copied, words)
    copied.unlink()  # by another version, before the first question
    rows = [np.array([0, 5, 2], np.int64)] * 2
    (alone,), *both = (*model.run(rows[:1]), *model.run(rows))
    for (vectors,) in both:
        np.testing.assert_allclose(vectors, alone, atol=1e-5)
    assert model._wide._model_bytes is None  # the file's bytes are not kept beside what it gave
    file = model._file
    del model
    gc.collect()
    assert file.closed


@pytest.mark.parametrize("times", [2, 3])
def test_a_file_deleted_between_check_and_opening_is_made_again(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = times

    def opened(path: Path, words: Words) -> Model:
        nonlocal left
        left -= 1
        return Model(path if left < 0 else path.with_name("deleted"), words)

    monkeypatch.setattr(bundled_runtime, "_models", Shared())
    monkeypatch.setattr(bundled_runtime, "Model", opened)
    if times < 3:
        assert open_runtime(int8_encoder._FILE, int8_encoder._write)
    else:
        with pytest.raises(FileNotFoundError):
            open_runtime(int8_encoder._FILE, int8_encoder._write)


def test_prompts_are_each_encoders_own() -> None:
    plain, asking = (Int8Encoder.load(Prompts(prompt, "")) for prompt in ("", "问："))
    vectors = [encoder.encode_queries(["水库"]) for encoder in (plain, asking)]
    assert not np.array_equal(*vectors)
    np.testing.assert_array_equal(vectors[1], plain.encode_queries(["问：水库"]))


def test_a_model_of_another_kind_is_shared_and_let_go(small_model: Path) -> None:
    first, second = (SentenceEncoder.load(str(small_model), Prompts(p)) for p in (None, "水"))
    assert first._model is second._model
    np.testing.assert_array_equal(first.encode_queries(["水渠道"]), second.encode_queries(["渠道"]))
    kept = weakref.ref(first._model)
    del first, second
    gc.collect()
    assert kept() is None


def test_another_model_in_the_same_folder_is_loaded(small_model: Path) -> None:
    first = SentenceEncoder.load(str(small_model), Prompts())
    path = small_model / "model.safetensors"
    weights = load_file(path)
    name = next(name for name in weights if name.endswith("word_embeddings.weight"))
    weights[name] = weights[name] + 1
    path.unlink()
    save_file(weights, path, {"format": "pt"})
    second = SentenceEncoder.load(str(small_model), Prompts())
    assert second._model is not first._model
    assert second.info.fingerprint != first.info.fingerprint


def test_one_counts_tokens_while_others_encode(small_model: Path) -> None:
    """With one tokenizer for both, told to cut and not to cut, threads fail (Already borrowed)."""
    encoder = sentence_encoder.SentenceEncoder.load(str(small_model), Prompts())
    short, long = CHARACTERS, CHARACTERS * 4
    faults: list[BaseException] = []
    done = threading.Event()

    def count() -> None:
        try:
            while not done.is_set():
                assert encoder.fits([short, long] * 20) == [True, False] * 20
        except BaseException as error:  # noqa: BLE001 - told below
            faults.append(error)

    counting = threading.Thread(target=count)
    counting.start()
    expected = encoder.encode_passages([short, long])
    for _ in range(50):
        np.testing.assert_allclose(encoder.encode_passages([short, long]), expected, atol=1e-6)
    done.set()
    counting.join()
    assert faults == []
