"""``youju doctor``: what is installed, whether model and index are sound."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from index import journal, uploads
from index.errors import YoujuError
from ui import terminal

_PARTS = (
    "youju",
    "torch",
    "sentence-transformers",
    "transformers",
    "faiss-cpu",
    "gradio",
    "onnxruntime",
)


def examine(data: Path, model: str | None) -> bool:
    """Print what is found; whether everything is sound."""
    from rag import Library

    terminal.note(f"Python {platform.python_version()}，{platform.platform()}")
    terminal.note("，".join(f"{part} {version(part)}" for part in _PARTS))
    if left := journal.unfinished(data):
        terminal.note(
            f"{data} 里有一次没做完的建立，存下了 {left / (1 << 20):.1f} MB 向量（或者正在进行）："
            "再运行一次 youju index 就接着做，不从头来。"
        )
    if uploads.changed_at(data) is not None:
        terminal.note(
            f"{data} 里上传的文件有变动，还没有收入索引：打开页面（youju chat）或运行 youju index 时收入。"
        )
    try:
        info = Library.open(data, model=model).info
    except YoujuError as error:
        terminal.complain(str(error))
        return False
    terminal.note(
        f"索引 {data}：完好，第 {info.generation} 版，建于 {info.built_at}，模型 {info.model}，"
        f"{info.documents} 篇文档，{info.passages} 个段落"
    )
    return True
