"""The bundled model as it runs, and its 32-bit original."""

from __future__ import annotations

import pytest

from index import bundled_model
from index.embedding import Encoder, Prompts, load_encoder
from index.sentence_encoder import SentenceEncoder

E5 = Prompts("query: ", "passage: ")


@pytest.fixture(scope="package")
def int8() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="package")
def exact() -> SentenceEncoder:
    return SentenceEncoder.load(str(bundled_model.prepare()), E5)
