"""Small sentence-transformers models with random weights, always the same ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHARACTERS = "水库渠道灌溉农田水价试点管道补贴协会"
_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(CHARACTERS)]


def save(target: Path, kind: str, pooling: str, **changes: Any) -> Path:
    """A model of two layers and 128 dimensions, 32 tokens at most, in ``target``.

    ``kind`` is transformers' name without Config and Model: Bert, XLMRoberta, DistilBert.
    """
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    source = target.with_name(target.name + "-parts")
    source.mkdir()
    (source / "vocab.txt").write_text("\n".join(_WORDS), "utf-8")
    transformers.BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(source)
    sizes: dict[str, Any] = {
        "vocab_size": len(_WORDS),
        "hidden_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 256,
        "max_position_embeddings": 48,
        "pad_token_id": 0,
        "initializer_range": 0.1,  # with less, the layers would hardly change what goes in
    }
    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(**(sizes | changes))
    getattr(transformers, f"{kind}Model")(config).save_pretrained(source)
    body = Transformer(str(source), max_seq_length=32)
    modules = [body, Pooling(128, pooling), Normalize()]
    prompts = {"query": "水价：", "document": ""}
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts).save(str(target))
    return target
