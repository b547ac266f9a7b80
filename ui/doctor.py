"""``youju doctor``: what is installed, whether models and index are sound."""

from __future__ import annotations

import platform
from collections import deque
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
    writes = _language_model()
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
    return writes


def _language_model() -> bool:
    """Say which one writes answers, and by a short question whether it does."""
    from rag import generators, limits
    from rag.endpoint import Endpoint
    from rag.limits import Limits
    from rag.prompting import Prompt

    if not (name := generators.name(None)):
        terminal.note("语言模型：没有设，答案直接取自原文。")
        if generators.base_url():
            terminal.note(
                "设了 OPENAI_BASE_URL，但没有写用哪个模型。请设 YOUJU_LLM=模型名，或用 --llm 模型名。"
            )
        return True
    short = Limits(silence=20, whole=60, retries=0, tokens=8)
    try:
        model = generators.named(name, limits.from_environment(short))
        assert model is not None  # it has a name
        where = model.where if isinstance(model, Endpoint) else "在本机"
        terminal.note(f"语言模型：{name}（由 YOUJU_LLM 选定，{where}），正在试问。")
        deque(model.stream(Prompt("只用一个字回答。", "问题：你在吗？")), maxlen=0)
    except YoujuError as error:
        terminal.complain(str(error))
        return False
    terminal.note("语言模型会回答。")
    return True
