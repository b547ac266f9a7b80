"""What the channels of a model's products are divided by."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from index import bundled_model, smoothing, unigram

pytestmark = pytest.mark.model


def test_factors_of_the_bundled_model() -> None:
    folder = bundled_model.prepare()
    tensors = load_file(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    found = smoothing.divisors(tensors, config, unigram.START, unigram.END)
    assert len(found) == 3 * config["num_hidden_layers"]
    for name, factors in found.items():
        width = tensors[f"{name}.weight"].shape[1]
        assert factors.shape == (width,)
        assert factors.dtype == np.float32
        assert (factors > 0).all()
    # A neuron that only the two marks excite, to 50 where words reach 5.
    inside = found["encoder.layer.4.output.dense"]
    assert inside.argmax() == 778
    assert inside.max() > 8
    assert (inside > 1).sum() <= 4
