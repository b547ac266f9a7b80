"""The scores of a leg, written out."""

from __future__ import annotations

import numpy as np

from rag.fusion import Scores


def row(*values: float) -> Scores:
    return np.array(values, np.float32)
