"""Which model a build uses: the one that is named, else the one that the index was built with."""

from __future__ import annotations

from pathlib import Path

from index import store
from index.embedding import Encoder, Prompts, load_encoder
from index.errors import StoreError
from index.manifest import ModelInfo


def load(root: Path, model: str | None, prompts: Prompts) -> Encoder:
    """The encoder for a build of ``root``; the former model keeps its prompts, unless others are given.

    Raises:
        ModelError: the model cannot be loaded.
    """
    stored = _stored(root)
    if stored is None or model not in (None, stored.name):
        return load_encoder(model, prompts)
    return load_encoder(stored.name, _kept(prompts, stored))


def _stored(root: Path) -> ModelInfo | None:
    try:
        return store.current_manifest(root).header.model
    except StoreError:  # missing, damaged or of another format: there is nothing to go by
        return None


def _kept(given: Prompts, stored: ModelInfo) -> Prompts:
    return Prompts(
        stored.query_prompt if given.query is None else given.query,
        stored.passage_prompt if given.passage is None else given.passage,
    )
