"""Models of the user's in 8 bits: as their own vectors say, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import bundled_model, export, prepared
from index.embedding import Encoder, Prompts, load_encoder
from index.errors import ModelError
from index.int8_encoder import Int8Encoder
from index.sentence_encoder import SentenceEncoder
from tests.embedding.small_models import CHARACTERS, save

TEXTS = [
    "",
    "水库",
    "渠道灌溉",
    "农田水价试点",
    "管道补贴，协会",
    "水库水库",
    CHARACTERS,
    CHARACTERS * 3,
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YOUJU_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("bert") / "model", "Bert", "mean")


def files(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.glob("export-*/*")}


def agrees(encoder: Encoder, exact: Encoder) -> None:
    own, true = encoder.encode_passages(TEXTS), exact.encode_passages(TEXTS)
    assert (own * true).sum(axis=1).min() > 0.99
    asked = encoder.encode_queries(["水库"]), exact.encode_queries(["水库"])
    scores = (asked[1] @ true.T)[0]
    assert scores.max() - scores[(asked[0] @ own.T).argmax()] < 0.01  # a tie for rounding


@pytest.mark.parametrize(
    ("kind", "pooling", "changes"),
    [
        ("Bert", "mean", {}),
        ("Bert", "cls", {"type_vocab_size": 1}),
        # Positions begin behind the padding's id: here at row 5.
        ("XLMRoberta", "mean", {"pad_token_id": 4}),
        ("Roberta", "cls", {}),
    ],
)
def test_export_agrees_with_the_model(
    tmp_path: Path, kind: str, pooling: str, changes: dict[str, int]
) -> None:
    folder = str(save(tmp_path / "model", kind, pooling, **changes))
    encoder, exact = load_encoder(folder), SentenceEncoder.load(folder, Prompts())
    assert isinstance(encoder, Int8Encoder)
    agrees(encoder, exact)
    assert encoder.fits(TEXTS) == exact.fits(TEXTS) == [True] * 7 + [False]
    own, true = encoder.info, exact.info
    assert own.fingerprint == f"{true.fingerprint}:int8-v1"
    assert (own.name, own.dimension, own.max_tokens) == (folder, 128, 32)
    assert (own.query_prompt, own.passage_prompt) == (true.query_prompt, "") == ("水价：", "")


def test_prompts_given_are_used(bert: Path) -> None:
    asking, plain = (load_encoder(str(bert), Prompts(prompt)) for prompt in ("试点", ""))
    np.testing.assert_array_equal(
        asking.encode_queries(["水库"]), plain.encode_queries(["试点水库"])
    )


def test_positions_of_roberta_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that began elsewhere would not agree, and would not be used."""
    folder = save(tmp_path / "model", "XLMRoberta", "mean", pad_token_id=4)
    assert isinstance(load_encoder(str(folder)), Int8Encoder)
    monkeypatch.setenv("YOUJU_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr("index.bert_graph._ROBERTA", ())
    assert isinstance(load_encoder(str(folder)), SentenceEncoder)


@pytest.mark.parametrize("kind", ["DistilBert", "relu", "max"])
def test_what_is_no_such_model_goes_the_old_way(tmp_path: Path, cache: Path, kind: str) -> None:
    other = kind == "DistilBert"
    pooling = "max" if kind == "max" else "mean"
    changes = {"hidden_act": "relu"} if kind == "relu" else {}
    folder = save(tmp_path / "model", kind if other else "Bert", pooling, **changes)
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceEncoder)
    assert ":" not in encoder.info.fingerprint
    # That a model cannot be exported is known the next time; another kind is not even looked at.
    assert set(files(cache)) == (set() if other else {"model.json", "checksums.json"})


def test_a_model_that_small_integers_distort_keeps_its_32_bits(
    bert: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.bert_graph._LEVELS", 1)
    assert isinstance(load_encoder(str(bert)), SentenceEncoder)
    assert set(files(cache)) == {"model.json", "checksums.json"}


@pytest.mark.parametrize("name", ["encoder.onnx", "words.npy", "tokenizer.json", "model.json"])
def test_damaged_cache_is_mended(bert: Path, cache: Path, name: str) -> None:
    before = load_encoder(str(bert)).encode_passages(TEXTS)
    good = files(cache)
    (path,) = cache.glob(f"export-*/{name}")
    path.write_bytes(good[name][:-1] + b"!")
    np.testing.assert_array_equal(load_encoder(str(bert)).encode_passages(TEXTS), before)
    assert path.read_bytes()[-1:] != b"!"
    assert files(cache).keys() == good.keys()


def test_one_in_memory_for_all(bert: Path) -> None:
    first, second = (load_encoder(str(bert), Prompts(p)) for p in (None, "水"))
    assert vars(first)["_model"] is vars(second)["_model"]


def test_opened_again_without_torch(bert: Path) -> None:
    expected = load_encoder(str(bert)).encode_queries(["水库"])[0, 0]
    code = (
        "import sys; from index.embedding import load_encoder;"
        "value = load_encoder(sys.argv[1]).encode_queries(['水库'])[0, 0];"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "print(value)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bert)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(float(expected), abs=1e-5)


def test_name_in_the_hubs_cache(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = tmp_path / "hub" / "models--someone--small"
    (hub / "refs").mkdir(parents=True)
    (hub / "refs" / "main").write_text("a" * 40)
    (hub / "snapshots").mkdir()
    (hub / "snapshots" / ("a" * 40)).symlink_to(bert)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "hub"))
    encoder = load_encoder("someone/small")
    assert isinstance(encoder, Int8Encoder)
    assert encoder.info.name == "someone/small"
    assert encoder.info.fingerprint == load_encoder(str(bert)).info.fingerprint


def test_bundled_folder_as_a_model_of_the_users(
    int8: Encoder, exact: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YOUJU_CACHE")
    encoder = load_encoder(str(bundled_model.prepare()))
    assert isinstance(encoder, Int8Encoder)
    texts = ["灌区建成于1974年，从青石水库引水。" * n for n in range(1, 9)]
    cosines = (encoder.encode_passages(texts) * exact.encode_passages(texts)).sum(axis=1)
    assert cosines.min() >= 0.99
    own = (encoder.encode_passages(texts) * int8.encode_passages(texts)).sum(axis=1)
    assert own.min() >= 0.99  # the bundled one is smoothed, and nearer to 32 bits
    assert encoder.fits(["a " * n for n in (480, 560)]) == [True, False]


def test_files_beside_a_model_are_not_part_of_it(bert: Path) -> None:
    before = export._digest(bert)
    (bert / "reader.onnx.checksums.json").write_text("{}")
    assert export._digest(bert) == before
    pooling = bert / "1_Pooling" / "config.json"
    settings = pooling.read_text("utf-8")
    pooling.write_text(settings.replace("mean", "cls"), "utf-8")
    assert export._digest(bert) != before
    pooling.write_text(settings, "utf-8")


def test_recipe_is_in_the_name_of_the_cache(bert: Path, cache: Path) -> None:
    load_encoder(str(bert))
    (kept,) = cache.glob("export-*")
    assert kept.name == f"export-{export._digest(bert)[:16]}-int8-v1"
    assert prepared.is_intact(kept, prepared.CHECKSUMS)


def test_a_cache_that_cannot_be_written_is_told_with_the_remedy(bert: Path, cache: Path) -> None:
    cache.write_text("no folder")
    with pytest.raises(ModelError) as caught:
        load_encoder(str(bert))
    for told in (str(cache), "File exists", "YOUJU_CACHE"):
        assert told in str(caught.value)
