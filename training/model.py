"""The reader: the bundled encoder with a start and an end score for each token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

FROZEN_LAYERS = 4


class Reader(nn.Module):  # type: ignore[misc]  # torch is not read by mypy here
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

    def train(self, mode: bool = True) -> Reader:
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


def load_reader(folder: Path, dropout: float = 0.0, frozen_layers: int = FROZEN_LAYERS) -> Reader:
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
    return Reader(encoder, frozen_layers)
