"""Opening what runs on the bundled model (encoder, reader): they share words and tokenizer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index import bundled_model, e5_file, unigram
from index.onnx_runtime import Model
from index.shared import Shared
from index.unigram import Unigram
from index.word_table import WordTable

_WORDS, _PIECES = "words.q4", "pieces.npz"
_ATTEMPTS = 3
_models: Shared[Path, Model] = Shared()


@dataclass(frozen=True, slots=True)
class Runtime:
    """A model and the tokenizer of its input."""

    model: Model
    tokenizer: Unigram


def open_runtime(name: str, write: Callable[[Path, Path], None]) -> Runtime:
    """The ONNX file ``name``, opened once for all.

    ``write`` makes it the first time, as ``bundled_model.prepare`` says.

    Raises:
        ModelError: see ``bundled_model.prepare``.
    """
    for _ in range(_ATTEMPTS - 1):
        # Another version's clean-up may come between the check of a file and its opening.
        with suppress(FileNotFoundError):
            return _open(name, write)
    return _open(name, write)


def _open(name: str, write: Callable[[Path, Path], None]) -> Runtime:
    path = bundled_model.prepare(derive={name: write}) / name
    shared = _shared(bundled_model.cache_root())
    return Runtime(_models.get(path, lambda: Model(path, shared.words)), shared.tokenizer)


@dataclass(frozen=True, slots=True)
class _Shared:
    words: WordTable
    tokenizer: Unigram


@cache
def _shared(root: Path) -> _Shared:
    folder = bundled_model.prepare(root, {_WORDS: _write_words, _PIECES: _write_pieces})
    words = WordTable(folder / _WORDS, bundled_model.DIMENSION)
    return _Shared(words, Unigram(folder / _PIECES))


def _write_words(_folder: Path, target: Path) -> None:
    target.write_bytes(e5_file.words(bundled_model.read_source()))


def _write_pieces(_folder: Path, target: Path) -> None:
    unigram.write(e5_file.read_pieces(bundled_model.read_source()), target)
