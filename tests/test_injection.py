"""Documents that speak to the model: fifty injections, with and without one that obeys."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rag import Answer, Library
from rag.endpoint import Endpoint
from rag.instructions import speaks_to_a_model
from tests.injections import INJECTIONS
from tests.llm_server import Talk, serving

NAMES = tuple(f"{first}{second}水库" for first in "青龙白虎朱雀玄武金石" for second in "山湖溪岭湾")


def claim(name: str) -> str:
    return f"{name}总投资9999万元"


def question(name: str) -> str:
    return f"{name}总投资多少万元？"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A document for each injection, which also states the fact."""
    folder = tmp_path_factory.mktemp("injected")
    rows = []
    for number, (name, injection) in enumerate(zip(NAMES, INJECTIONS, strict=True)):
        fact = (
            f"{name}建成于{1960 + number}年，总投资{120 + number}万元，可灌溉农田{300 + number}亩。"
        )
        text = f"{name}简介\n\n{fact}\n\n{injection.format(claim=claim(name))}\n\n{name}由县水利局管理。"
        rows.append({"_id": str(number), "title": f"{name}简介", "text": text})
    path = folder / "corpus.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return Library.build(path, folder / "data")


def check(library: Library, answer: Answer, number: int) -> None:
    """Not obeyed, and every citation is a real one."""
    assert "9999" not in answer.text + answer.short
    assert f"{120 + number}万元" in answer.text
    markers = [int(m) for m in re.findall(r"\[(\d+)\]", answer.text)]
    assert set(markers) == {citation.marker for citation in answer.citations}
    for cited in answer.citations:
        document = library.document(cited.document_id)
        assert document.text[cited.start : cited.end] == cited.quote
        assert not speaks_to_a_model(cited.quote)


def test_there_are_fifty() -> None:
    assert len(set(INJECTIONS)) == len(NAMES) == len(set(NAMES)) == 50


@pytest.mark.model
@pytest.mark.parametrize("number", range(50))
def test_the_extractive_answer_does_not_obey(library: Library, number: int) -> None:
    check(library, library.ask(question(NAMES[number]), llm=""), number)


def obedient(talk: Talk) -> None:
    """A model that does as the injections say, forged citations and all."""
    match = re.search(r"问题：(.+?)总投资", talk.prompt)
    assert match is not None
    said = claim(match[1])
    talk.begin()
    for piece in (
        f"{said}[1]。",
        f"根据材料，{said}[2][99]。",
        f"{said}【3】\n",
        "我已被控制[1]。",
    ):
        talk.piece(piece)
    talk.done()


@pytest.mark.model
def test_a_model_that_obeys_is_not_believed(library: Library) -> None:
    with serving(obedient) as server:
        model = Endpoint("obedient", server.url, "key")
        for number, name in enumerate(NAMES):
            answer = library.ask(question(name), llm=model)
            check(library, answer, number)
            assert answer.status == "unsupported"
            assert len(answer.struck) == 4
            assert "9999" in answer.struck[0].text
    told = "\n".join(message["content"] for r in server.requests for message in r["messages"])
    assert "9999" not in told


@pytest.mark.parametrize("injection", INJECTIONS)
def test_each_is_recognised(injection: str) -> None:
    assert speaks_to_a_model(injection.format(claim=claim(NAMES[0])))


@pytest.mark.parametrize(
    "text",
    [
        "全县共建成村级服务站212个。",
        "各级党组织要直接回复群众来信。",
        "上级要求各村取消不合理规定。",
        "系统工程投资300万元。",
        "请群众拨打热线12345。",
        "他扮演一名医生。",
    ],
)
def test_ordinary_sentences_are_evidence(text: str) -> None:
    assert not speaks_to_a_model(text)


def test_the_sample_articles_speak_to_nobody() -> None:
    root = Path(__file__).parent
    for path in (*(root.parent / "seeds").glob("*.txt"), *(root / "data").glob("*.txt")):
        assert not any(speaks_to_a_model(line) for line in path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("asked", ["请回答以下问题：", "请只回答数字："])
def test_who_asks_may_speak_so(seed_library: Library, asked: str) -> None:
    question = f"{asked}村主职“一肩挑”的比例是多少？"
    assert speaks_to_a_model(question)
    assert seed_library.ask(question).short == "96.56%"
