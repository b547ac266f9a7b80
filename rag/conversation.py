"""Follow-up questions completed from the turns before them, without a language model.

它是什么时候建的？ 那投资呢？ 学院的院长是谁？ say half of what they ask; the other half is the topic
of an earlier question. A question that stands by itself is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index import tokens
from index.errors import InputError
from index.types import Span
from rag import courtesy, dates, names, nouns
from rag.nouns import Phrase, phrases

_DETERMINED = re.compile(
    r"(?:这|那|该|此|上述)(?:一)?(?:个|家|所|座|项|篇|部|本|种|位|款|次|场|条|段|起|批|届)?(?P<noun>[\u4e00-\u9fff]{2,8})?"
)
_PRONOUN = re.compile(
    r"(?<!其)(?:[它他她]们?)|(?<![尤极与及和])其(?![他它她中次实余间因])|(?:这|那)(?:里|儿|边)(?!面)|当地"
    r"|(?:该|此|本)(?=[县市省州镇乡村校院厂社所局司])"
)
_LEADING = re.compile(
    r"^(?:那么?|还有|另外|以及|然后|请问|那请问)[，,]?(?!个|里|儿|些|次|天|年|时)"
)
_WHAT_ABOUT = re.compile(
    r"^(?P<what>[^，。？?]{1,16}?)(?:又|则)?(?:呢|(?<=^那[^的]{2})(?:怎么样|如何)|(?<=^[^的]{2})(?:怎么样|如何))[？?。]*$"
)
_MORE = re.compile(r"^(?:那么?|另外)?还有(?:哪些|什么|吗|别的吗|其他的?吗|呢)[？?]*$")
_ABOUT_THE_SAME = re.compile(
    r"^(?:那么?)?(?:这是|那是)?(?:为什么|为何|怎么回事|怎么做到的|怎么做的|具体(?:呢|说说|有哪些)?|什么原因|原因呢)(?:呢|啊)?[？?]*$"
)
_ASKS = re.compile(
    r"什么|谁|哪|多少|几(?=[个名位人家项条座次年月天])|多[大长高远久重]|怎么|怎样|如何|为何|是否|吗"
)
# How to ask for what an attribute names.
_ATTRIBUTES = (
    (re.compile(r"(?:时间|日期|年份)$"), "是什么时候"),
    (re.compile(r"(?:地点|地址|位置)$"), "在哪里"),
    (
        re.compile(
            r"(?:书记|[市县局校院省镇乡部处科董事]长|主任|经理|主席|作者|编辑|负责人|主办方)$"
        ),
        "是谁",
    ),
    (
        re.compile(
            r"(?:投资|投入|资金|金额|经费|预算|价格|费用|收入|产值|利润|成本|人口|人数|数量|总数|面积|长度|高度|重量"
            r"|比例|占比|增速|增幅|规模|[率量额])$"
        ),
        "是多少",
    ),
    (
        re.compile(
            r"(?:原因|目的|目标|作用|意义|特点|优势|内容|做法|措施|办法|要求|条件|标准|范围|背景|职责|任务|结果|成效)$"
        ),
        "是什么",
    ),
)
_BARE_MAX = 3  # characters of a noun that may stand for a longer name that ends in it
_NAME_MAX = 12  # characters of an answer that is a name
_SPECIFIC = 4  # characters of a phrase that is no mere noun
_ELLIPTIC_MAX = 14  # characters of a question without a subject


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of the conversation."""

    question: str
    answer: str = ""


def turns(history: object) -> tuple[Turn, ...]:
    """Earlier turns from ``[{"q": ..., "a": ...}, ...]``, oldest first; ``a`` may be a list.

    Raises:
        InputError: that is not what ``history`` is.
    """
    if not isinstance(history, Sequence) or isinstance(history, str):
        raise InputError(f"history 应是列表，现在是 {history!r:.60}。")
    return tuple(_turn(item) for item in history)


def _turn(item: object) -> Turn:
    match item:
        case Turn():
            return item
        case Mapping():
            question, answer = item.get("q", item.get("question")), item.get("a", "")
            if isinstance(question, str):
                parts = answer if isinstance(answer, list | tuple) else [answer]
                return Turn(question, "；".join(str(part) for part in parts if part))
    raise InputError(f'history 的每一项应是 {{"q": 问题, "a": 回答}}，现在是 {item!r:.60}。')


def complete(question: str, history: Sequence[Turn]) -> str:
    """``question`` as it would be asked without ``history``; courtesy is no part of either."""
    if courtesy.reply(question):
        return question.strip()
    earlier: list[Turn] = []
    for turn in (turn for turn in history if not courtesy.reply(turn.question)):
        earlier.append(Turn(_completed(turn.question.strip(), earlier), turn.answer))
    return _completed(courtesy.without(question.strip()), earlier)


def _completed(question: str, earlier: Sequence[Turn]) -> str:
    """``question`` completed from turns whose questions are complete, the latest last."""
    topics = [topic for turn in reversed(earlier) for topic in _topics(turn)]
    if not topics:
        return question
    before = earlier[-1].question
    if _MORE.match(question):
        return re.sub(r"(?<!还)有(?=哪|什么)", "还有", before)
    if _ABOUT_THE_SAME.match(question):
        return f"{before.rstrip('？?。')}，{question}"
    bare = _LEADING.sub("", question)
    for rule in (_what_about, _pronoun, _determined, _shortened, _elliptic):
        if completed := rule(bare, before, topics):
            return completed
    return question


def _topics(turn: Turn) -> list[Phrase]:
    """What a turn was about: the specific phrases of its question, then a name it was answered."""
    asked = [topic for topic in phrases(turn.question) if _is_specific(topic.subject)]
    name = turn.answer.strip(" 。")
    if len(name) > _NAME_MAX or not _is_person(name):
        return asked
    return [*asked, Phrase(Span(0, len(name)), Span(0, len(name)), name)]


def _is_person(name: str) -> bool:
    return len(name) > 1 and all(tag.startswith("nr") for _, tag in tokens.tagged_words(name))


def _is_specific(subject: str) -> bool:
    """Whether a phrase can be what a conversation is about: a name, or more than a bare noun."""
    return len(subject) >= _SPECIFIC or bool(names.read(subject))


def _what_about(question: str, before: str, topics: Sequence[Phrase]) -> str | None:
    """那投资呢, 2022年呢, 湖北呢: what is named takes its like's place in the question before."""
    match = _WHAT_ABOUT.match(question)
    if not match or _ASKS.search(match["what"]):
        return None
    what = re.sub(r"^(?:那么?|对于|关于|至于)", "", match["what"])
    asked = next((tail for noun, tail in _ATTRIBUTES if noun.search(what)), None)
    own = phrases(what)
    if asked and own and own[0].span.start == 0 and "的" not in what:
        return f"{topics[0].subject}的{what}{asked}？"
    if asked:
        asked_of = f"{what}{asked}？"
        return _pronoun(asked_of, before, topics) or asked_of
    place = _like(what, before)
    return before[: place.start] + what + before[place.end :] if place else None


def _like(what: str, before: str) -> Span | None:
    """The part of ``before`` that is of the kind of ``what``: a date, a name, else its subject."""
    if dates.read(what):
        dated = dates.read(before)
        return dated[0].span if dated else Span(0, 0)
    tags = {tag for _, tag in tokens.tagged_words(what)}
    at = 0
    for word, tag in tokens.tagged_words(before):
        if tag in tags & {"ns", "nr", "nt", "nz"}:
            return Span(at, at + len(word))
        at += len(word)
    found = phrases(before)
    return found[0].head if found else None


def _pronoun(question: str, before: str, topics: Sequence[Phrase]) -> str | None:
    match = _PRONOUN.search(question)
    if not match:
        return None
    if any(own.span.start < match.start() for own in phrases(question)):
        return None  # it has its antecedent in the question itself
    rest = question[match.end() :]
    joint = "的" if match[0] == "其" and not rest.startswith("的") else ""
    # 该县 keeps its noun where the topic does not end in it.
    if match[0] in ("该", "此", "本"):
        subject = next((t.subject for t in topics if t.subject.endswith(rest[0])), None)
        return question[: match.start()] + subject + rest[1:] if subject else None
    topic = topics[0]
    if match[0][0] in "他她":
        topic = next((topic for topic in topics if _is_person(topic.subject)), topic)
    return question[: match.start()] + topic.subject + joint + rest


def _determined(question: str, before: str, topics: Sequence[Phrase]) -> str | None:
    """该平台, 这个项目: the latest name that ends in the noun, else the topic itself."""
    match = _DETERMINED.match(question) or re.search(
        rf"(?<=在|由|对|是|为){_DETERMINED.pattern}", question
    )
    if not match:
        return None
    noun = match["noun"] or ""
    for length in range(len(noun), 1, -1):
        for topic in topics:
            if topic.subject.endswith(noun[:length]):
                end = match.start("noun") + length
                return question[: match.start()] + topic.subject + question[end:]
    if not noun and re.match(r"[是有在会能由]", question[match.end() :]):
        return question[: match.start()] + topics[0].subject + question[match.end() :]
    return None


def _shortened(question: str, before: str, topics: Sequence[Phrase]) -> str | None:
    """学院的院长是谁: a bare noun that an earlier, longer name ends in."""
    own = phrases(question)
    if not own or own[0].head.start > 0:
        return None
    noun = own[0].head.of(question)
    if len(noun) > _BARE_MAX or not nouns.INSTITUTION.search(noun):
        return None
    longer = (t.subject for t in topics if t.subject.endswith(noun) and t.subject != noun)
    subject = next(longer, None)
    return subject + question[len(noun) :] if subject else None


def _elliptic(question: str, before: str, topics: Sequence[Phrase]) -> str | None:
    """什么时候建成的, 投资多少, 院长是谁: no subject at all, or only an attribute."""
    own = phrases(question)
    if (
        names.read(question)
        or dates.read(question)
        or len(own) > 1
        or len(question) > _ELLIPTIC_MAX
    ):
        return None
    if not own:
        return topics[0].subject + question
    noun = own[0].span.of(question)
    if own[0].head.start > 0:
        return topics[0].subject + question if len(noun) == 1 else None  # 有多少人
    asked_of = any(attribute.fullmatch(noun) for attribute, _ in _ATTRIBUTES)
    return f"{topics[0].subject}的{question}" if asked_of else None
