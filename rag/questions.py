"""What a question asks for: its content words, and the kind of answer that would do."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

from index import tokens
from index.simplified import simplified
from rag import measures


class Kind(Enum):
    """The kind of the shortest answer."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"  # an organisation, a title, a thing with a name
    YES_NO = "yes_no"
    LIST = "list"
    OTHER = "other"  # why, how, what is it about: a sentence answers


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is needed to look for its answer.

    ``measure`` is what a number must carry to answer (元, %, 岁), ``suffix`` what a name must
    end with (公司, 大学); None where anything may. ``asked`` is the noun that is counted or
    measured (多少游客, 工资多少), or the post whose holder is asked for (书记叫什么), or ''.
    """

    text: str
    kind: Kind
    measure: re.Pattern[str] | None
    suffix: re.Pattern[str] | None
    asked: str
    words: tuple[str, ...]


_LIST = re.compile(
    r"哪些|哪几|哪[两三四五六七八九十]|哪\d|几(?:个|大|项)?(?:方面|方向|部分|途径|措施|做法|举措|工作)"
    r"|分别|有什么(?:措施|做法|举措|要求|内容|特点|好处|优势)|都(?:有|做|包括)|包括什么|列举|具体(?:措施|做法|内容)"
)
_YES_NO = re.compile(
    r"(?:吗|(?<![什怎那这多])么|没有|与否)[？?。]?$|是不是|是否|有没有|能不能|可不可以|能否|可否|会不会|要不要"
)
_DATE = re.compile(
    r"什么时候|何时|何年|几时|几月|几号|几日|(?:哪|那)(?:一)?(?:年|天|日|月)|什么时间|多久开始"
    r"|(?:日期|时间)(?:是|为)?(?:什么|多少|哪)?[？?]?$|哪个(?:月|年份|时间|日子)|截至时间"
)
_NUMBER = re.compile(
    r"多少|几(?!乎|何|时|月|号|日)|多大|多高|多长|多远|多重|多久|比例|百分之|占比|总额|金额|数量|总数|人数|增幅|增速|幅度"
)
_PERSON = re.compile(
    r"谁|哪(?:一)?位|何人|哪个人|什么人|哪些人"
    r"|(?:书记|市长|县长|省长|局长|部长|主任|校长|院长|经理|总裁|主席|队长|站长|作者|老师|教授|负责人|人)(?:的)?(?:是)?"
    r"(?:叫什么|姓名|名字|姓什么)"
)
_POST = r"(书记|市长|县长|区长|镇长|省长|局长|部长|主任|校长|院长|总裁|董事长|主席|队长|站长|社长)"
_HOLDER = re.compile(
    rf"{_POST}(?:的)?(?:是谁|是哪(?:一)?[位个]|是什么人|叫什么|姓什么|姓名|名字)"
    rf"|谁(?:是|任|担任|当|做|出任)[^，。？?]{{0,12}}{_POST}(?:[？?]|$)"
)
_PLACE = re.compile(
    r"哪里|哪儿|何处|何地|在哪(?!个(?:方|领)|一?方)|什么地方|哪(?:一)?个?(?:省|市|县|区|州|国家|国|城市|地区|地方|镇|乡|村)|地点"
)
_NAME = re.compile(
    r"哪(?:一|个|家|所|本|部|种|项|类|支|款|条|座)|叫(?:做)?什么|名(?:称|字)|称为什么|什么(?:名|称|工程|活动|计划|平台|学校|大学|公司|奖|专业|职务|职位|战略|品牌|行动|项目|体系)"
)
# The kind of organisation asked for, and how the names of such end.
_SUFFIXES = (
    (
        re.compile(r"(?:哪(?:一)?家|哪个|什么)(?:科技|开发|建设)?(?:公司|企业|厂商|集团)"),
        "公司|集团|企业|厂",
    ),
    (re.compile(r"(?:哪(?:一)?所|哪个|什么)(?:大学|学校|高校|院校)"), "大学|学院|学校|中学|小学"),
    (re.compile(r"哪(?:一)?(?:家|个|所)医院"), "医院"),
    (re.compile(r"哪(?:一)?(?:家|个)银行"), "银行"),
    (re.compile(r"(?:哪(?:一)?(?:家|个|份)|什么)(?:报纸|报社|媒体|网站|报刊)"), "报|网|社|台|网站"),
)
# Function and question words: they say nothing of what is asked about.
_STOP = frozenset(
    """
    的 了 和 与 及 或 在 是 为 有 对 于 把 被 将 从 到 向 以 等
    么 请问 请 问 哪些 哪里 哪个 哪儿 哪家 哪位 哪几 哪几个 何时 时候
    什么时候 何处 多大 多久 多长 多高 是否 有没有 能否 可以 一下 告诉 我
    你 我们 他们 它 她 他 也 都 还 就 又 而 并 中 里 上 下 之 个
    名 些 来 去 会 能 要 让 给 由 所 该 此 主要 具体 分别 包括 属于
    进行 介绍 说 讲 提到 文中 文章 本文 这篇 里面 当中 其中 关于 有关
    情况 方面 以及 什么样 样 得 着 过 一共 总共 共 到底 究竟 做 用
    或者 还是 没有 不 没 呀 啊
    """.split()
)
NUMERALS = {numeral: i for i, numeral in enumerate("一二三四五六七八九十", 1)}

_TOTAL = 60_101_967  # words that jieba's dictionary was counted on
MAX_WEIGHT = math.log(_TOTAL)


def parse(text: str) -> Question:
    """Read a question, in either script."""
    text = simplified(text)
    suffix = next((ends for asked, ends in _SUFFIXES if asked.search(text)), None)
    kind = _kind(text)
    return Question(
        text=text,
        kind=kind,
        measure=measures.of(text),
        suffix=re.compile(suffix) if suffix else None,
        asked=_asked_post(text) if kind is Kind.PERSON else _asked_noun(text),
        words=content_words(text),
    )


def content_words(text: str) -> tuple[str, ...]:
    """jieba's search words without function and question words, in order, each once."""
    found = dict.fromkeys(word for word in tokens.words(text) if word not in _STOP)
    return tuple(found)


@cache
def weight(word: str) -> float:
    """How much a word says: minus its log-probability in general Chinese text, in nats."""
    count = tokens.dictionary_count(word)
    return math.log(_TOTAL / count) if count else MAX_WEIGHT


def _asked_noun(text: str) -> str:
    """The noun right after 多少 or 几; failing that, the one right before it."""
    pairs = tokens.tagged_words(text)
    at = next((i for i, (word, _) in enumerate(pairs) if word in ("多少", "几")), None)
    if at is None:
        return ""
    after = [word for word, tag in pairs[at + 1 : at + 3] if _is_noun(word, tag)]
    before = [word for word, tag in pairs[max(0, at - 2) : at] if _is_noun(word, tag)]
    return (after or before[::-1] or [""])[0]


def _asked_post(text: str) -> str:
    """The post whose holder is asked for."""
    found = _HOLDER.search(text)
    return (found[1] or found[2]) if found else ""


def _is_noun(word: str, tag: str) -> bool:
    return len(word) > 1 and tag.startswith(("n", "vn"))


def _kind(text: str) -> Kind:
    for kind, pattern in (
        (Kind.LIST, _LIST),
        (Kind.DATE, _DATE),
        (Kind.NUMBER, _NUMBER),
        (Kind.PERSON, _PERSON),
        (Kind.PLACE, _PLACE),
        (Kind.YES_NO, _YES_NO),
        (Kind.NAME, _NAME),
    ):
        if pattern.search(text):
            return kind
    return Kind.OTHER
