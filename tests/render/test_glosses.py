"""Every message and remark that is Chinese has an English sentence beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from index.errors import SourceError, YoujuError
from index.types import Document
from rag import Library, articles, courtesy, together, verdict, when
from tests import DATA
from tests.parts.test_compared import compared
from tests.render.turns import FIRST, SECOND, Page, answered, document
from tests.test_architecture import ROOT, descendants, parsed
from tests.test_disputes import REMARK as DISPUTE
from tests.test_undated import LINE as UNDATED
from ui import glosses, question_file, render, states
from ui.texts import pair

# Where errors are made that a reader of the page can cause, and reasons why a file is left out.
CAUSED = [ROOT / path for path in ("rag/asked.py", "rag/scope.py", "ui/shelf.py", "ui/shelves.py")]
CAUSED += [ROOT / "ui/uploading.py", *sorted(ROOT.glob("index/formats/*.py"))]
CAUSED += [ROOT / f"index/{name}.py" for name in ("collections", "documents", "encodings")]
CAUSED += [ROOT / f"index/{name}.py" for name in ("sources", "uploads")]
# Whoever writes into the text of an answer; another module that does belongs into this list.
WRITERS = {"answering", "asked", "comparing", "together", "undated", "writing"}
SPEAKERS = {"comparing", "together", "undated"}  # what they say is plain in the source
ELSE = set(glosses.KINDS.values())


def words(node: ast.expr) -> str:
    """A message as it is written in the source, with 12 for each value."""
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.JoinedStr():
            return "".join(map(words, node.values))
        case ast.BinOp():
            return words(node.left) + words(node.right)
    return "12"


def messages() -> Iterator[str]:
    for path in CAUSED:
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Call(func=ast.Name("InputError" | "SourceError"), args=[said]):
                    # What another process has put into words is a message of this list already.
                    if not isinstance(said, ast.Subscript):
                        yield words(said)


def test_every_kind_of_error_has_its_sentence() -> None:
    assert set(glosses.KINDS) == {YoujuError, *descendants(YoujuError)}


@pytest.mark.parametrize("said", sorted(set(messages())))
def test_what_a_reader_can_cause_is_told_by_a_sentence_of_its_own(said: str) -> None:
    for shown in (said, said.removeprefix("12：")):  # an upload's reason is told without its path
        assert glosses.of_reason(shown) not in ELSE


def test_no_sentence_is_for_nothing() -> None:
    found = list(messages())
    assert len(found) > 40
    idle = [g.said.pattern for g in glosses._FAULTS if not any(map(g.said.search, found))]
    assert idle == ["^文库里没有编号为"]  # of Library.document


def bare(line: str) -> str:
    """A line without the markers at its end."""
    return re.sub(r"(?:\[\d+\])+$", "", line)


def remarks() -> Iterator[str]:
    yield from together.told(["乙县的投资是多少？"])
    for one, other in (
        ("5000万元", "1.2亿元"),
        ("300余万元", "1.2亿元"),
        ("300余万元", "350万元"),
        ("300万元", "12个"),
        ("一亿元", "10000万元"),
        ("300万元", "很多"),
        ("300万元", ""),
    ):
        yield from together.remarks(compared(one, other))
    yield from (DISPUTE, UNDATED)
    for written in (date(2023, 4, 12), None):
        yield when.guessed("去年投资多少？", written, date(2026, 1, 1))


@pytest.mark.parametrize("line", sorted(set(remarks())))
def test_every_remark_is_told_in_english(line: str) -> None:
    turn = answered(FIRST, SECOND)
    html = render.answer_html(replace(turn, answer=replace(turn.answer, text=line)))
    assert Page(html).with_class("gloss")
    assert glosses.of_remark(bare(line))


def writes(call: ast.Call) -> bool:
    """Whether a call makes an answer, or changes one, with a text of its own."""
    made = isinstance(call.func, ast.Name) and call.func.id in ("Answer", "replace")
    return made and any(keyword.arg == "text" for keyword in call.keywords)


def test_all_who_write_remarks_are_known() -> None:
    calls = {
        path.stem: [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
        for path in ROOT.glob("rag/*.py")
    }
    assert {stem for stem, found in calls.items() if any(map(writes, found))} == WRITERS


def sentences_of(tree: ast.AST) -> set[str]:
    """The literals that are whole sentences in Chinese."""
    found, parts = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts |= {words(part) for part in node.values}
        if isinstance(node, ast.JoinedStr | ast.Constant):
            found.add(words(node))
    return {said for said in found - parts if re.search(r"[\u4e00-\u9fff][^()|]*[。？]$", said)}


def test_what_they_say_is_told_in_english() -> None:
    trees = [parsed(ROOT / f"rag/{name}.py") for name in SPEAKERS]
    said = set[str]().union(*map(sentences_of, trees))
    assert len(said) > 4
    assert [line for line in said if not glosses.of_remark(line)] == []


def test_no_sentence_on_a_remark_is_for_nothing() -> None:
    found = [bare(line) for line in remarks()]
    assert all(any(map(gloss.said.fullmatch, found)) for gloss in glosses._REMARKS)


@pytest.mark.parametrize("name", ["seed", "second"])
def test_what_is_no_sentence_of_a_document_is_told(
    request: pytest.FixtureRequest, name: str
) -> None:
    library: Library = request.getfixturevalue(f"{name}_library")
    for asked in question_file.read_questions(DATA / f"{name}_questions.jsonl"):
        answer = library.ask(asked.text)
        if answer.status == "answered":
            for line in together.remarks(answer):
                assert glosses.of_remark(bare(line)), line


@pytest.mark.parametrize(
    "said", [verdict.YES, verdict.NO, "一样", *(reply for _, reply in courtesy._REPLIES)]
)
def test_words_of_our_own_without_a_value_are_replaced(said: str) -> None:
    assert glosses.of_words(said)
    html = render.answer_html(answered(FIRST, short=said))
    assert re.search(
        rf'<p class="short[^>]*>{re.escape(pair(said, glosses.of_words(said)))}</p>', html
    )


def test_a_documents_own_words_are_not_glossed() -> None:
    line = "这一问没有找到依据：水价？"
    assert glosses.of_remark(line)
    source = document(f"标题\n\n{line}\n")
    assert not Page(render.answer_html(answered(line, of=source))).with_class("gloss")


@pytest.mark.parametrize(
    ("understood", "said"),
    [
        (
            when.explained("去年投资多少？", date(2023, 4, 12), date(2024, 1, 1)),
            "document, 2023-04-12",
        ),
        (when.explained("去年投资多少？", None, date(2024, 1, 1)), "today, 2024-01-01"),
        (when.explained("最近投资多少？", date(2023, 4, 12), date(2024, 1, 1)), "up to 2023-04-12"),
        (articles.told("作者是谁？", Document("a", "水价", "", "a", {})), "《水价》"),
    ],
)
def test_what_a_question_was_taken_for_is_told(understood: str, said: str) -> None:
    assert said in glosses.of_understood(understood)


def test_the_chinese_words_stay_for_their_values() -> None:
    error = SourceError("坏.docx：文件损坏，打不开（<b>）。请重新下载或另存")
    for html in (states.message_html(error), states.reason_html(str(error))):
        page = Page(html)
        assert page.text().startswith("The file is damaged")
        (said,) = page.with_class("said")
        assert said == {"class": "said", "lang": "zh-CN"}
        assert page.text().endswith(str(error))


def test_why_the_model_did_not_write_is_told_before_its_notice() -> None:
    turn, notice = answered(FIRST), "模型服务 127.0.0.1 连不上。"
    page = Page(render.answer_html(replace(turn, answer=replace(turn.answer, notice=notice))))
    said = page.text()
    assert -1 < said.find("The language model could not be used") < said.find(notice)


def test_a_long_sentence_of_a_model_is_not_parted_in_every_way() -> None:
    assert glosses.of_remark("更多：甲，乙是" * 500) == ""
