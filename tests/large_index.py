"""A large index of real text, written by a process that is killed amid the writing."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from index import build, searchable, store
from index.embedding import Done, Vector
from index.manifest import ModelInfo
from index.sentences import sentence_spans
from tests.editions import SmallEncoder
from training import corpus

DOCUMENTS, PARAGRAPHS = 1_000, 20
_DIMENSION = 384


@dataclass(frozen=True, slots=True)
class Struck:
    """A write of ``edition`` that was killed, or was done before; it would have taken ``seconds``."""

    edition: int
    killed: bool
    seconds: float


class WideEncoder(SmallEncoder):
    """Vectors as long as the real ones that follow from the text; nothing is known of meaning."""

    info = ModelInfo("wide", "wide-1", _DIMENSION, 512, "", "")

    def encode_passages(self, texts: Sequence[str], done: Done | None = None) -> Vector:
        rows = [
            np.frombuffer(hashlib.shake_256(t.encode()).digest(_DIMENSION), "i1") for t in texts
        ]
        matrix = np.asarray(rows, np.float32).reshape(len(texts), _DIMENSION)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def write_corpus(path: Path, edition: int) -> None:
    """Documents of sentences that people could read; the first one names the edition."""
    articles = corpus.read_passages(corpus.WRITTEN / corpus.PASSAGES).values()
    spans = chain.from_iterable(
        ((span, article.text) for span in sentence_spans(article.text)) for article in articles
    )
    said = sorted({text for span, whole in spans if len(text := span.of(whole).strip()) > 8})
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(DOCUMENTS):
            paragraphs = ["".join(chance.sample(said, 2)) for _ in range(PARAGRAPHS)]
            if number == 0:
                paragraphs[0] = f"第{edition}版。"
            row = {"_id": str(number), "title": f"第{number}篇", "text": "\n\n".join(paragraphs)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def struck_writes(told: Connection, root: Path, work: Path) -> None:
    """Write the one edition over the other again and again; each time a process is killed.

    Its moment is anywhere in the time that a whole write takes. After each the other end says
    whether to go on; at last one is written to its end.
    """
    build._SLICE = 512
    indexes = {edition: _built(root, work, edition) for edition in (1, 2)}  # 2 is current
    chance, started = random.Random(5), time.monotonic()
    _write(root, indexes[2])
    seconds, edition = time.monotonic() - started, 1
    while True:
        pid = os.fork()
        if pid == 0:
            _write(root, indexes[edition])
            os._exit(0)
        time.sleep(chance.uniform(0, seconds))
        os.kill(pid, signal.SIGKILL)
        killed = os.waitpid(pid, 0)[1] == signal.SIGKILL
        told.send(Struck(edition, killed, seconds))
        answer = told.recv()  # the edition that is there; None to end
        if answer is None:
            break
        edition = 3 - answer
    _write(root, indexes[edition])


def _built(root: Path, work: Path, edition: int) -> searchable.SearchIndex:
    path = work / "corpus.jsonl"
    write_corpus(path, edition)
    return build.build([path], root, WideEncoder()).index


def _write(root: Path, index: searchable.SearchIndex) -> None:
    with store.build_lock(root):
        build._write(root, index, WideEncoder(), lambda _: None)
