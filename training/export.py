"""What ships: the changed tensors in a small file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from rag.reader_model import SCALE
from rag.reader_torch import ReaderModule


def save_changes(reader: ReaderModule, path: Path, about: Mapping[str, Any]) -> None:
    """Write the trained tensors: matrices as int8 with one fp32 scale a row, the rest fp32.

    One scale an output channel, symmetric, is also what ``index.bert_graph`` does, so that
    little is lost twice. ``about`` is stored as JSON in the file's metadata.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, value in reader.trained().items():
        if value.dim() == 2 and not name.startswith("head."):
            scale = value.abs().amax(1).clamp_min(1e-12) / 127
            tensors[name] = torch.round(value / scale[:, None]).to(torch.int8).contiguous()
            tensors[name + SCALE] = scale.contiguous()
        else:
            tensors[name] = value.float().contiguous()
    save_file(tensors, path, metadata={"about": json.dumps(about, ensure_ascii=False)})
