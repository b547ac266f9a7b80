"""The training loop: resumable, with fixed seeds, on a CPU or a GPU."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn import functional

from index.errors import InputError
from rag.reader_torch import FROZEN_LAYERS, ReaderModule, load, load_changes, lower_precision
from training.batches import Batch, batched, encode
from training.corpus import Questions
from training.examples import ExampleMaker
from training.validation import Figures, validate

CHECKPOINT, LOG = "checkpoint.safetensors", "log.jsonl"
_RECIPE = "recipe"
_HALVES = ("exp_avg", "exp_avg_sq")
# More steps, or fewer, of a run that has begun give it another learning rate from there on.
_MAY_CHANGE = ("steps", "save_every", "validate_every")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result, beside the data."""

    steps: int
    batch: int = 16
    rate: float = 2e-4
    warm_up: float = 0.06  # share of the steps
    decay: float = 0.01
    dropout: float = 0.1
    frozen_layers: int = FROZEN_LAYERS
    seed: int = 1
    save_every: int = 30
    validate_every: int = 300


def train(
    questions: Questions,
    model: Path,
    out: Path,
    recipe: Recipe,
    report: Callable[[Mapping[str, Any]], None],
    start: Path | None = None,
) -> ReaderModule:
    """Train for ``recipe.steps`` steps and return the reader; the last checkpoint is resumed.

    ``out`` gets the checkpoint and a log with a line for each report. ``start`` is a trained
    reader to go on from, instead of the encoder with a new head.
    """
    from transformers import AutoTokenizer

    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(model)
    reader = load(model, recipe.dropout, recipe.frozen_layers)
    if start:
        with torch.no_grad():
            load_changes(reader, start)
    reader.to(device).train()
    optimizer = torch.optim.AdamW(
        reader.trained_parameters(), recipe.rate, weight_decay=recipe.decay, fused=True
    )
    step = _resume(reader, optimizer, recipe, out)
    maker = ExampleMaker(questions.train)
    checks = ExampleMaker(questions.held_out).epoch(0)
    batches = _batches(maker, tokenizer, recipe, skip=step)
    losses: list[float] = []
    began = time.monotonic()
    while step < recipe.steps:
        losses.append(_step(reader, optimizer, next(batches), recipe, step, device))
        step += 1
        last = step == recipe.steps
        if step % recipe.save_every == 0 or last:
            _save(reader, optimizer, recipe, step, out)
            seconds = (time.monotonic() - began) / len(losses)
            recent = losses[-recipe.save_every :]
            line = {"step": step, "loss": sum(recent) / len(recent), "seconds_per_step": seconds}
            _log(out, report, line)
        if step % recipe.validate_every == 0 or last:
            figures = validate(reader, tokenizer, checks, device)
            _log(out, report, {"step": step, **asdict(figures)})
    reader.eval()
    return reader


def learning_rate(step: int, recipe: Recipe) -> float:
    """Linear warm-up, then linear decay to 0 at the last step."""
    warm = max(1, round(recipe.warm_up * recipe.steps))
    left = (recipe.steps - step) / max(1, recipe.steps - warm)
    return recipe.rate * max(0.0, min((step + 1) / warm, left))


def _batches(maker: ExampleMaker, tokenizer: Any, recipe: Recipe, skip: int) -> Iterator[Batch]:
    epoch = 0
    while True:
        seed = recipe.seed * 1000 + epoch
        encoded = encode(tokenizer, maker.epoch(seed))
        rng = random.Random(seed)  # noqa: S311
        batches = batched(encoded, recipe.batch, tokenizer.pad_token_id, rng)
        yield from batches[skip:]
        skip = max(0, skip - len(batches))
        epoch += 1


def _step(
    reader: ReaderModule,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    recipe: Recipe,
    step: int,
    device: torch.device,
) -> float:
    torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout is the same after a resume
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, recipe)
    with lower_precision(device):
        starts, ends = reader(batch.input_ids.to(device), batch.attention_mask.to(device))
    loss = functional.cross_entropy(starts, batch.starts.to(device))
    loss = (loss + functional.cross_entropy(ends, batch.ends.to(device))) / 2
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(reader.trained_parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _save(
    reader: ReaderModule, optimizer: torch.optim.Optimizer, recipe: Recipe, step: int, out: Path
) -> None:
    tensors = {f"model.{name}": p.contiguous() for name, p in reader.trained().items()}
    for (name, _), p in zip(reader.trained().items(), reader.trained_parameters(), strict=True):
        tensors |= {f"{half}.{name}": optimizer.state[p][half] for half in _HALVES}
    tensors["step"] = torch.tensor(step)
    partial = out / f"{CHECKPOINT}.part"
    save_file(tensors, partial, metadata={_RECIPE: json.dumps(asdict(recipe))})
    partial.replace(out / CHECKPOINT)


def _resume(
    reader: ReaderModule, optimizer: torch.optim.Optimizer, recipe: Recipe, out: Path
) -> int:
    """Load the checkpoint into the reader and the optimizer; the steps done (0: none)."""
    if not (out / CHECKPOINT).is_file():
        return 0
    with safe_open(out / CHECKPOINT, framework="pt") as file:
        stored = json.loads(file.metadata()[_RECIPE])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for name, value in asdict(recipe).items():
        if name not in _MAY_CHANGE and stored[name] != value:
            raise InputError(
                f"{out / CHECKPOINT} 是用 {name}={stored[name]} 训练的，现在是 {value}。"
                "请换一个输出文件夹，或改回原来的值"
            )
    step = int(tensors["step"])
    for (name, value), p in zip(reader.trained().items(), reader.trained_parameters(), strict=True):
        value.copy_(tensors[f"model.{name}"])
        state = {half: tensors[f"{half}.{name}"].to(p.device) for half in _HALVES}
        # A fused AdamW (`fused=True` in `train`) wants its count of steps on the parameter's own
        # device: on a GPU it fails at the first step if the count lies on the CPU.
        optimizer.state[p] = {"step": torch.tensor(float(step), device=p.device), **state}
    return step


def _log(out: Path, report: Callable[[Mapping[str, Any]], None], line: Mapping[str, Any]) -> None:
    with (out / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    report(line)


__all__ = ["Figures", "Recipe", "learning_rate", "train"]
