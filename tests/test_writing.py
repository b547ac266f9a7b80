"""What a model writes, held against the text sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LanguageModelError
from index.sentences import sentence_spans
from index.types import Passage
from rag import Answer, Citation
from rag.drafts import LIMIT, Draft, sentences
from rag.prompting import Prompt, prompt, shown
from rag.quoting import Quoted
from rag.reader import Reader
from rag.writing import write

FIRST = "2021年，全县投资300余万元，建成“澧兰党建”云平台。平台覆盖党员2.3万名，同比增长12.5%。"
SECOND = "村主职“一肩挑”比例为96.56%。不得擅自改变物资用途。"


def quoted(text: str, number: int, title: str = "澧县党建") -> Quoted:
    start = 100 * number
    passage = Passage(f"p{number}", "d", "基层", text, start, start + len(text))
    spans = tuple(span.shifted(start) for span in sentence_spans(text))
    return Quoted(passage, title, None, spans)


PASSAGES = [quoted(FIRST, 1), quoted(SECOND, 2)]
EXTRACT = Answer(
    "问？", "answered", "原文。[1]", "短", 0.9, (Citation(1, "d", "", 0, 3, "原文。"),), ()
)


@dataclass(frozen=True)
class Scripted:
    """A generator that fails after its text, if told to."""

    text: str
    error: str = ""
    name: str = "scripted"

    def stream(self, prompt: Prompt) -> Iterator[str]:
        yield from self.text
        if self.error:
            raise LanguageModelError(self.error)


@cache
def reader() -> Reader:
    return Reader.load()


def written(text: str, error: str = "") -> Answer:
    *_, last = write(EXTRACT, PASSAGES, reader(), Scripted(text, error), "问？")
    return last


def test_a_sentence_that_holds_keeps_its_marker_and_cites_the_sentence() -> None:
    answer = written("全县投资300余万元建成“澧兰党建”云平台[1]。")
    assert answer.status == "answered"
    assert answer.text == "全县投资300余万元建成“澧兰党建”云平台。[1]"
    (cited,) = answer.citations
    assert cited.quote == "2021年，全县投资300余万元，建成“澧兰党建”云平台。"
    assert (cited.marker, cited.section, cited.start) == (1, "基层", 100)
    assert cited.end == cited.start + len(cited.quote)
    assert answer.struck == ()


def test_a_missing_marker_is_added_and_a_wrong_one_corrected() -> None:
    for draft in (
        "村主职“一肩挑”比例为96.56%。",
        "村主职“一肩挑”比例为96.56%。[1]",
        "村主职“一肩挑”比例为96.56%[9]。",
    ):
        answer = written(draft)
        assert answer.text == "村主职“一肩挑”比例为96.56%。[1]"
        assert [c.start for c in answer.citations] == [200]


def test_a_wrong_number_is_struck_flagged_and_replaced_by_the_text() -> None:
    answer = written("村主职“一肩挑”比例为95.56%[2]。平台覆盖党员2.3万名[1]。")
    assert answer.status == "answered"
    (struck,) = answer.struck
    assert [span.of(struck.text) for span in struck.flaws] == ["95.56%"]
    assert struck.line == 0
    assert answer.text.splitlines() == [
        "村主职“一肩挑”比例为96.56%。[1]", "平台覆盖党员2.3万名。[2]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "draft",
    [
        "全县投资300万元建成平台[1]。",
        "全县投资300余万美元建成平台[1]。",
        "平台同比下降12.5%[1]。",
        "2022年建成“澧兰党建”云平台[1]。",
        "常德市建成“澧兰党建”云平台[1]。",
        "可以擅自改变物资用途[2]。",
        "今天天气很好，适合出门散步[1]。",
    ],
)
def test_what_the_text_does_not_say_is_struck(draft: str) -> None:
    answer = written(draft)
    assert answer.status == "unsupported"
    assert [s.text for s in answer.struck] == [draft.replace("[1]", "").replace("[2]", "")]
    assert draft[:-4] not in answer.text


def test_nothing_of_the_text_fits_so_the_extract_stands() -> None:
    answer = written("今天天气很好[1]。")
    assert (answer.status, answer.text, answer.citations) == (
        "unsupported", EXTRACT.text, EXTRACT.citations,
    )  # fmt: skip


def test_equal_writings_hold() -> None:
    answer = written("二〇二一年，平台建成[1]。平台覆盖党员23000名，同比增长百分之十二点五[1]。")
    assert (answer.status, answer.struck) == ("answered", ())


def test_a_model_that_declines_leaves_the_extract() -> None:
    assert written("文中没有找到依据。") == EXTRACT


def test_a_sentence_over_two_passages_cites_both() -> None:
    answer = written("2021年建成“澧兰党建”云平台，村主职“一肩挑”比例为96.56%[1][2]。")
    assert answer.status == "answered"
    assert [c.start for c in answer.citations] == [100, 200]
    assert answer.text.endswith("[1][2]")


def test_a_model_that_fails_at_once_is_told_once() -> None:
    answer = written("", "模型服务连不上。")
    assert answer.text == EXTRACT.text
    assert answer.notice == "模型服务连不上。（以下直接取自原文。）"


def test_what_held_before_a_failure_stays() -> None:
    answer = written("村主职“一肩挑”比例为96.56%[2]。平台覆", "断了。")
    assert answer.text == "村主职“一肩挑”比例为96.56%。[1]"
    assert answer.notice == "断了。"


def test_the_answer_grows_by_sentences_that_are_complete() -> None:
    text = "村主职“一肩挑”比例为96.56%[2]。平台覆盖党员2.3万名[1]。"
    grown = list(write(EXTRACT, PASSAGES, reader(), Scripted(text), "问？"))
    assert [len(answer.text.splitlines()) for answer in grown] == [1, 2, 2]


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        ("甲是乙[1]。丙是丁。[2][3]戊。", [("甲是乙。", (1,)), ("丙是丁。", (2, 3)), ("戊。", ())]),
        ("甲【1】；乙［２］。", [("甲；", (1,)), ("乙。", (2,))]),
        ("甲[1, 3]。", [("甲。", (1, 3))]),
        ("甲[材料2]。\n\n- 乙[1]\n", [("甲。", (2,)), ("乙", (1,))]),
        ("**甲**是<b>乙</b>。", [("甲是乙。", ())]),
        ("他说：“好。”丙。", [("他说：“好。”", ()), ("丙。", ())]),
        ("甲[1][1]。", [("甲。", (1,))]),
        ("[1]。", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_drafts(text: str, drafts: list[tuple[str, tuple[int, ...]]], size: int) -> None:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(sentences(pieces)) == [Draft(*draft) for draft in drafts]


@given(st.text(alphabet="甲乙[]【1９2】。；!\n *<b>", max_size=40), st.integers(1, 5))
def test_drafts_do_not_depend_on_the_pieces(text: str, size: int) -> None:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(sentences(pieces)) == list(sentences([text]))


def test_an_endless_answer_is_stopped() -> None:
    def forever() -> Iterator[str]:
        while True:
            yield "甲乙丙。"

    assert sum(len(draft.text) for draft in sentences(forever())) <= LIMIT + 4


@given(st.text(max_size=200))
def test_no_passage_can_forge_our_marks(text: str) -> None:
    made = prompt("问？", [text])
    assert made.user.count("\n") == 1
    assert made.user.count("[") == 1
    assert all(character.isprintable() for character in shown(text))


def test_of_one_endless_piece_no_more_is_judged_than_an_answer_may_have() -> None:
    found = list(sentences(["平台建成。" * 100_000]))
    assert sum(len(draft.text) for draft in found) <= LIMIT


def test_a_sentence_that_a_model_repeats_is_judged_and_told_once() -> None:
    answer = written("比例为95.56%[2]。" * 50 + "平台覆盖党员2.3万名[1]。" * 50)
    assert [struck.text for struck in answer.struck] == ["比例为95.56%。"]
    assert answer.text.count("平台覆盖党员2.3万名。") == 1
