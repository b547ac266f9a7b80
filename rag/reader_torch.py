"""The reader as a torch module, for training it. Not imported where questions are answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import nn

from rag.reader_model import SCALE

FROZEN_LAYERS = 0


class ReaderModule(nn.Module):  # type: ignore[misc]  # torch is not read by mypy here
    """Start and end logits of each token; those of position 0 mean "no answer here"."""

    def __init__(self, encoder: Any, frozen_layers: int = FROZEN_LAYERS) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, 2)
        self._frozen = frozen_layers
        # Most of the weights are word embeddings: frozen, they need not ship again.
        encoder.embeddings.requires_grad_(False)
        for layer in encoder.encoder.layer[:frozen_layers]:
            layer.requires_grad_(False)

    def train(self, mode: bool = True) -> ReaderModule:
        """Like ``nn.Module.train``; what is frozen has no dropout."""
        super().train(mode)
        self.encoder.embeddings.eval()
        for layer in self.encoder.encoder.layer[: self._frozen]:
            layer.eval()
        return self

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Start and end logits, float ``(batch, tokens)`` each, -inf-like where padded."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
        logits = self.head(hidden).float()
        masked = logits.masked_fill(attention_mask[..., None] == 0, -1e4)
        return masked[..., 0], masked[..., 1]

    def trained(self) -> dict[str, torch.Tensor]:
        """The tensors that training changes, by name."""
        return {n: p.detach() for n, p in self.named_parameters() if p.requires_grad}

    def trained_parameters(self) -> list[nn.Parameter]:
        """The parameters that training changes, in the order of ``trained``."""
        return [p for p in self.parameters() if p.requires_grad]


def lower_precision(device: torch.device) -> torch.autocast:
    """bf16 where the device multiplies it; a CPU that emulates it takes a hundred times as long."""
    able = device.type == "cuda" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast(device.type, torch.bfloat16, enabled=able)


def load(folder: Path, dropout: float = 0.0, frozen_layers: int = FROZEN_LAYERS) -> ReaderModule:
    """The encoder in ``folder`` with a new head."""
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
        # On a CPU the backward pass of the fused attention takes four times as long.
        attn_implementation="eager",
    )
    return ReaderModule(encoder, frozen_layers)


def load_changes(reader: ReaderModule, path: Path) -> dict[str, Any]:
    """Put what ``save_changes`` wrote into ``reader``; gives ``about``.

    Layers that were frozen then stay as they are.
    """
    with safe_open(path, framework="pt") as file:
        stored = set(file.keys())
        for name, parameter in reader.trained().items():
            if name not in stored:
                continue
            value = file.get_tensor(name)
            if value.dtype == torch.int8:
                value = value.float() * file.get_tensor(name + SCALE)[:, None]
            parameter.copy_(value)
        about: dict[str, Any] = json.loads(file.metadata()["about"])
    return about
