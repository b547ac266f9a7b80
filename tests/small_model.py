"""A sentence-transformers model that takes no time: 8 dimensions, a few characters."""

from __future__ import annotations

from pathlib import Path

CHARACTERS = "水库渠道灌溉农田水价试点管道补贴协会"


def save_tokenizer(folder: Path, characters: str) -> int:
    """Write a tokenizer that knows these characters; gives the size of its vocabulary."""
    from transformers import BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return len(words)


def save(folder: Path) -> Path:
    """Make one below ``folder``; gives the path to load it from."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    source, target = folder / "bert", folder / "model"
    source.mkdir()
    config = BertConfig(
        vocab_size=save_tokenizer(source, CHARACTERS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    torch.manual_seed(0)  # the same weights in every run, and one export of them in the cache
    BertModel(config).save_pretrained(source)
    body = Transformer(str(source), max_seq_length=32)
    SentenceTransformer(modules=[body, Pooling(8)], device="cpu").save(str(target))
    return target
