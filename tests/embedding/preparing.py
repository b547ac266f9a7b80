"""Processes that prepare a model of a few bytes, to be killed meanwhile."""

from __future__ import annotations

import mmap
import os
from multiprocessing.connection import Connection
from pathlib import Path

from index import bundled_model
from index.prepared import superseding
from tests.crashing import killing
from tests.file_steps import trace


def reader(version: int) -> str:
    return f"reader-{version}.onnx"


def prepare(root: Path, version: int, before: object = None) -> Path:
    """The prepared reader of a version, as ``rag.reader_model`` makes it."""
    bundled_model.read_source = lambda: b"source"
    bundled_model._write_model = lambda _, folder: _write(folder / "model.safetensors", "model")

    def write(folder: Path, target: Path) -> None:
        _write(target, "half")
        if callable(before):
            before()
        _write(target, f"{(folder / 'model.safetensors').read_text()} {version}")

    name = reader(version)
    return bundled_model.prepare(root, {name: superseding(write, "reader-*.onnx")}) / name


def preparing(told: Connection, root: Path, version: int) -> None:
    """Stop amid the writing until told to go on; then tell what is there."""

    def stop() -> None:
        told.send("half")
        told.recv()

    told.send(prepare(root, version, stop).read_text())


def dying(told: Connection, root: Path, version: int, step: int) -> None:
    """Be killed at file system step ``step``."""
    trace(killing(step))
    told.send(prepare(root, version).read_text())


def holding(told: Connection, root: Path, version: int) -> None:
    """Map the file and, when told to, tell what is read there."""
    with prepare(root, version).open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        told.send("mapped")
        told.recv()
        told.send(bytes(mapped).decode())


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as stream:
        stream.write(text.encode())
        stream.flush()
