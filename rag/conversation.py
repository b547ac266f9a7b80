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
from rag import attributes, courtesy, dates, names, nouns, that_time, topics
from rag.nouns import phrases

_DETERMINED = re.compile(
    r"(?:这|那|该|此|上述)(?:一)?(?:个|家|所|座|项|篇|部|本|种|位|款|次|场|条|段|起|批|届)?(?P<noun>[\u4e00-\u9fff]{2,8})?"
)
_PRONOUN = re.compile(
    r"(?<!其)(?:[它他她]们?)|(?<![尤极与及和])其(?![他它她中次实余间因])|(?:这|那)(?:里|儿|边)(?!面)|当地"
    r"|(?:该|此|本)(?=[县市省州镇乡村校院厂社所局司书词片剧曲歌刊队馆站桥山河湖岛城])"
)
_LEADING = re.compile(
    r"^(?:那么?|还有|另外|以及|然后|请问|那请问)[，,]?(?!个|里|儿|些|次|天|年|时|段|期|[一两几])"
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
_REFERS = re.compile(r"[此本]|该(?![怎如由不])")
_BARE_MAX = 3  # characters of a noun that may stand for a longer name that ends in it
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
    said = [
        text for turn in reversed(earlier) for text in (turn.question, topics.short(turn.answer))
    ]
    return that_time.completed(question, said, lambda rest: _of_subject(rest, earlier))


def _of_subject(question: str, earlier: Sequence[Turn]) -> str:
    about = [name for turn in reversed(earlier) for name in topics.of(turn.question, turn.answer)]
    if not about:
        return question
    before = earlier[-1].question
    if _MORE.match(question):
        return re.sub(r"(?<!还)有(?=哪|什么)", "还有", before)
    if _ABOUT_THE_SAME.match(question):
        return f"{before.rstrip('？?。')}，{question}"
    bare = _LEADING.sub("", question)
    for rule in (_what_about, _pronoun, _determined, _shortened, _elliptic):
        if completed := rule(bare, before, about):
            return completed
    return question


def _what_about(question: str, before: str, about: Sequence[str]) -> str | None:
    """那投资呢, 2022年呢, 湖北呢: what is named takes its like's place in the question before."""
    match = _WHAT_ABOUT.match(question)
    if not match or _ASKS.search(match["what"]) or that_time.is_meant(question):
        return None
    what = re.sub(r"^(?:那么?|对于|关于|至于)", "", match["what"])
    asked = attributes.asked(what)
    own = phrases(what)
    if asked and own and own[0].span.start == 0 and "的" not in what:
        return f"{about[0]}的{what}{asked}？"
    if asked:
        asked_of = f"{what}{asked}？"
        return _pronoun(asked_of, before, about) or asked_of
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


def _pronoun(question: str, before: str, about: Sequence[str]) -> str | None:
    match = _PRONOUN.search(question)
    if not match:
        return None
    if any(own.span.start < match.start() for own in phrases(question)):
        return None  # it has its antecedent in the question itself
    rest = question[match.end() :]
    joint = "的" if match[0] == "其" and not rest.startswith("的") else ""
    # 该县 keeps its noun where the topic does not end in it.
    if match[0] in ("该", "此", "本"):
        subject = next((name for name in about if topics.is_a(rest[0], name)), None)
        return question[: match.start()] + subject + rest[1:] if subject else None
    if match[0][0] in "他她":
        people = [*filter(topics.is_person, about), *filter(topics.are_people, about)]
        return question[: match.start()] + people[0] + rest if people else None
    return question[: match.start()] + about[0] + joint + rest


def _determined(question: str, before: str, about: Sequence[str]) -> str | None:
    """该平台, 这个项目: the latest name that ends in the noun, else the topic itself."""
    if that_time.is_meant(question):
        return None
    match = _DETERMINED.match(question) or re.search(
        rf"(?<=在|由|对|是|为){_DETERMINED.pattern}", question
    )
    if not match:
        return None
    noun = match["noun"] or ""
    for length in range(len(noun), 1, -1):
        for name in about:
            if name.endswith(noun[:length]):
                end = match.start("noun") + length
                return question[: match.start()] + name + question[end:]
    if not noun and re.match(r"[是有在会能由]", question[match.end() :]):
        return question[: match.start()] + about[0] + question[match.end() :]
    return None


def _shortened(question: str, before: str, about: Sequence[str]) -> str | None:
    """学院的院长是谁: a bare noun that an earlier, longer name ends in."""
    own = phrases(question)
    if not own or own[0].head.start > 0:
        return None
    noun = own[0].head.of(question)
    if len(noun) > _BARE_MAX or not nouns.INSTITUTION.search(noun):
        return None
    longer = (name for topic in about if (name := topics.up_to(noun, topic)) not in ("", noun))
    subject = next(longer, None)
    return subject + question[len(noun) :] if subject else None


def _elliptic(question: str, before: str, about: Sequence[str]) -> str | None:
    """什么时候建成的, 投资多少, 院长是谁: no subject at all, or only an attribute."""
    own = phrases(question)
    if (
        names.read(question)
        or dates.read(question)
        or len(own) > 1
        or len(question) > _ELLIPTIC_MAX
        or _REFERS.match(question)  # what they stand for is not known
    ):
        return None
    if not own:
        return about[0] + question
    noun = own[0].span.of(question)
    if own[0].head.start > 0:
        return about[0] + question if len(noun) == 1 else None  # 有多少人
    asked_of = attributes.is_one(noun)
    return f"{about[0]}的{question}" if asked_of else None
