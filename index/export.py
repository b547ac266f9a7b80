"""Which sentence-transformers models run in 8 bits, and how they get there.

BERT and RoBERTa as they are, with mean or first-token pooling, are written once into the cache as
the bundled model is, and held against themselves in 32 bits: only where the vectors agree are the
8 bits used. The loaded model is asked, not its files, so that whatever these say, tokens and limit
are its own; torch is imported for that, and never again.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import bert_graph, bundled_model, prepared, sentence_encoder
from index.embedding import Encoder, Prompts
from index.exported import ABOUT, GRAPH, TOKENIZER, WORDS, About, Export
from index.int8_encoder import Int8Encoder
from index.sentence_encoder import SentenceEncoder
from index.shared import Shared, files_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Raise this when the same weights would give other vectors.
_RECIPE = "int8-v1"
_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_CLASSES = ("BertModel", "RobertaModel", "XLMRobertaModel")
_SAME = 0.95  # the cosine below which it is another vector, not a rounded one
_WORD_TENSOR = "embeddings.word_embeddings.weight"
_PROBES = [
    "水库",
    "灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩。",
    "记者：今年的水价是多少？\n答：每立方米0.35元，超出定额的部分加价两成。",
    "水价改革以后，农户每亩少交三十元。",
    "青石水库的大坝已经加固，工程花了两年。",
    "改造以后，渠道的渗漏少了，轮灌的周期从十五天缩短到九天，下游的农户也用上了水。" * 4,
    "今天股市大跌，投资者损失惨重。",
    "这家公司发布了新手机。",
    "The canal was lined in 2019; losses fell from 38% to 12%.",
    "How much water does the district save each year?",
    "A cat sleeps on the sofa.",
]

_exports: Shared[tuple[object, ...], Export | About] = Shared()


def load(name_or_path: str, prompts: Prompts) -> Encoder:
    """The model's export, made the first time; ``SentenceEncoder`` of a model that has none.

    Raises:
        ModelError: as ``SentenceEncoder.load``, or the cache cannot be written.
    """
    # What the hub's cache does not hold yet is downloaded by loading it.
    loaded = None if _folder(name_or_path) else SentenceEncoder.load(name_or_path, prompts)
    folder = _folder(name_or_path)
    if folder and _may_fit(folder):
        found = _exports.get(tuple(files_of(folder)), lambda: _prepared(folder))
        if isinstance(found, Export):
            return Int8Encoder(found, found.about.info(name_or_path, prompts))
    return loaded or SentenceEncoder.load(name_or_path, prompts)


def _folder(name_or_path: str) -> Path | None:
    """Where the model's files are, without asking the hub; None where they are not here."""
    if Path(name_or_path).is_dir():
        return Path(name_or_path)
    from huggingface_hub import snapshot_download

    name = name_or_path if "/" in name_or_path else f"sentence-transformers/{name_or_path}"
    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    try:
        return Path(snapshot_download(name, cache_dir=cache, local_files_only=True))
    except (OSError, ValueError):  # not there, or no name that the hub could have
        return None


def _may_fit(folder: Path) -> bool:
    """Whether the files look like a model to export: what others are is not worth their hash."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        kind = config.get("model_type")
    except (OSError, ValueError, AttributeError):
        return False
    needed = ("modules.json", "model.safetensors", "tokenizer.json")
    return kind in bert_graph.KINDS and all((folder / name).exists() for name in needed)


def _prepared(folder: Path) -> Export | About:
    kept = bundled_model.cache_root() / f"export-{_digest(folder)[:16]}-{_RECIPE}"
    if not prepared.is_intact(kept, prepared.CHECKSUMS):
        with prepared.refusals(kept.parent), prepared.alone(kept.parent):
            prepared.make(kept, lambda work: _write(folder, work))
    about = About.read(kept)
    return Export.open(kept, about) if about.agrees else about


def _digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of the weights and of all that says how they are used."""
    digest = hashlib.sha256()
    for pattern in (
        "*.safetensors",
        "modules.json",
        "*config*.json",
        "*token*.json",
        "*/config.json",
    ):
        for path in sorted(folder.glob(pattern)):
            digest.update(f"{path.relative_to(folder)} {prepared.sha256(path)}\n".encode())
    return digest.hexdigest()


def _write(folder: Path, work: Path) -> None:
    """Fill ``work`` with the export of the model in ``folder``: ``ABOUT`` alone if it has none."""
    loaded = sentence_encoder.load(str(folder))
    model = loaded.model
    about = About(
        agreement=0,
        fingerprint=f"{loaded.fingerprint}:{_RECIPE}",
        dimension=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 0),
        prompts={name: prompt for name, prompt in model.prompts.items() if prompt},
    )
    if _fits(model):
        _write_parts(model, work)
        about = replace(about, agreement=_agreement(Export.open(work, about), model))
    if not about.agrees:
        for path in work.iterdir():
            path.unlink()
    (work / ABOUT).write_text(json.dumps(asdict(about)), "utf-8")


def _fits(model: SentenceTransformer) -> bool:
    """Whether ``bert_graph`` can write what the model computes."""
    if [type(module).__name__ for module in model] not in _MODULES:
        return False
    body, pooling = model[0].auto_model, model[1]
    config = body.config
    rows = config.max_position_embeddings - bert_graph.first_position(config.to_dict())
    return (
        type(body).__name__ in _CLASSES
        and config.hidden_act == "gelu"
        and not config.is_decoder
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and pooling.pooling_mode in ("mean", "cls")
        and model.tokenizer.is_fast
        and (model.max_seq_length or 0) <= rows
    )


def _write_parts(model: SentenceTransformer, work: Path) -> None:
    from tokenizers import Tokenizer

    body = model[0].auto_model
    tensors = {name: value.cpu().float().numpy() for name, value in body.state_dict().items()}
    np.save(work / WORDS, tensors[_WORD_TENSOR].astype(np.float16))
    bert_graph.write(tensors, body.config.to_dict(), model[1].pooling_mode, work / GRAPH)
    # Settings may have changed it against the folder's tokenizer.json.
    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # Its own ``save`` raises a mere ``Exception`` on a full disk.
    (work / TOKENIZER).write_text(tokenizer.to_str(pretty=True), "utf-8")


def _agreement(export: Export, model: SentenceTransformer) -> float:
    """How alike both find texts alike, over pairs; 0 where tokens differ or vectors are others."""
    encoder = Int8Encoder(export, export.about.info("", Prompts("", "")))
    texts = [*_PROBES, "", "水库 canal " * export.about.max_tokens]
    tokens = [ids.tolist() for ids in encoder.tokens(texts)]
    if tokens != model.tokenizer(texts, truncation=True)["input_ids"]:
        return 0.0
    true = model.encode(_PROBES, prompt="", normalize_embeddings=True, show_progress_bar=False)
    own = encoder.encode_passages(_PROBES)
    if (own * true).sum(axis=1).min() < _SAME:
        return 0.0
    pairs = np.triu_indices(len(_PROBES), 1)
    return float(np.corrcoef((own @ own.T)[pairs], (true @ true.T)[pairs])[0, 1])
