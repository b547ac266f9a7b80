"""What ships: the changed tensors in a small file, and the reader as a fast ONNX file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from training.model import Reader

OPSET = 17
_SCALE = ".scale"


def save_changes(reader: Reader, path: Path, about: Mapping[str, Any]) -> None:
    """Write the trained tensors: matrices as int8 with one fp32 scale a row, the rest fp32.

    One scale an output channel, symmetric, is also what ``quantise`` gives an ONNX file, so
    that little is lost twice. ``about`` is stored as JSON in the file's metadata.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, value in reader.trained().items():
        if value.dim() == 2 and not name.startswith("head."):
            scale = value.abs().amax(1).clamp_min(1e-12) / 127
            tensors[name] = torch.round(value / scale[:, None]).to(torch.int8).contiguous()
            tensors[name + _SCALE] = scale.contiguous()
        else:
            tensors[name] = value.float().contiguous()
    save_file(tensors, path, metadata={"about": json.dumps(about, ensure_ascii=False)})


def load_changes(reader: Reader, path: Path) -> dict[str, Any]:
    """Put what ``save_changes`` wrote into ``reader``; gives ``about``."""
    with safe_open(path, framework="pt") as file:
        for name, parameter in reader.trained().items():
            value = file.get_tensor(name)
            if value.dtype == torch.int8:
                value = value.float() * file.get_tensor(name + _SCALE)[:, None]
            parameter.copy_(value)
        about: dict[str, Any] = json.loads(file.metadata()["about"])
    return about


def export_onnx(reader: Reader, path: Path) -> None:
    """Write ``reader`` with inputs ``input_ids`` and ``attention_mask`` int64 (batch, tokens).

    Outputs ``starts`` and ``ends`` are float32 (batch, tokens) logits.
    """
    reader.eval()
    ids = torch.tensor([[0, 41, 42, 2], [0, 43, 2, 1]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {0: "batch", 1: "tokens"}
    names = ("input_ids", "attention_mask", "starts", "ends")
    torch.onnx.export(
        reader,
        (ids, mask),
        str(path),
        dynamo=False,
        opset_version=OPSET,
        input_names=names[:2],
        output_names=names[2:],
        dynamic_axes=dict.fromkeys(names, axes),
    )


def quantise(source: Path, target: Path) -> None:
    """Write ``source`` with int8 weights, one scale an output channel (ONNX Runtime)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
