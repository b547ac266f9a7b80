"""What keeps single channels of a model's products from setting the scale of all."""

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
    found = smoothing.evened(tensors, config, unigram.START, unigram.END)
    assert len(found.divisors) == 2 * config["num_hidden_layers"]
    for name, factors in found.divisors.items():
        width = tensors[f"{name}.weight"].shape[1]
        assert factors.shape == (width,)
        assert factors.dtype == np.float32
        assert (factors > 0).all()
    # A neuron that only the two marks excite, to 50 where words reach 5.
    assert found.neurons["encoder.layer.4"] == 778
