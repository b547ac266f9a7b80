"""The shortest answer string inside a sentence: numbers, dates, people, places, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index import layout, tokens
from index.simplified import simplified
from index.types import Span
from rag.bare import bare
from rag.questions import Kind, Question, weight

# 一是…二是…, 第一, 首先, （一）, 1. at a sentence's beginning.
ENUMERATOR = re.compile(
    r"\s*(?:[一二三四五六七八九十]+(?:是|要|抓|、)|第[一二三四五六七八九十]+[,，、]|首先|其次|再次|最后|"
    r"[（(][一二三四五六七八九十\d]+[)）]|\d+[.、．)）](?!\d)|[①-⑳])"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_HAN_NUMBER = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_NUMBER = re.compile(
    rf"(?:百分之(?:{_HAN_NUMBER}|{_DIGITS})|(?:约|近|超过?|不低于|不少于|至少|最多)?"
    rf"(?:{_DIGITS}\s*(?:[十百千万亿]+)?|{_HAN_NUMBER})[多余来]?\s*(?:万|亿)?"
    r"(?:%|％|‰|个?百分点|[余多]?(?:万|亿)?(?:元|美元|人次|人|名|个|家|项|条|座|所|户|套|辆|台|件|份|次|场|期|轮|批|吨|公里|千米|"
    r"平方公里|平方米|立方米|公顷|亩|米|千克|公斤|克|升|岁|年|个?月|天|日|小时|分钟|秒|倍|成|层|级|度|℃|字|页|本|部|篇|种|类|门|位|支|眼|处|届|村|镇|乡|县|市|省)"
    r"(?:/[\u4e00-\u9fff])?|(?:(?<=\d)|(?<=\d[十百千万亿]))(?![\d.])))"
)
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}|[一二][零〇九][零〇一二三四五六七八九]{2})\s*年(?:\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*月(?:份|\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*日)?|[初末底])?"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月份?(?!\d)|(?:19|20)\d{2}(?=[-—~至到])|[上下本]世纪[^，。]{0,6}年代|\d{2,4}年代"
)
_MEASURED = (Kind.NUMBER, Kind.DATE)
_CLAUSE_END = re.compile(r"[，；。;]|(?<!\d)[,：:]|[,：:](?!\d)")  # 1：0 and 3,403 are whole
_COUNTED = re.compile(r"(?:多少|几)([个名位人家项条座次场期届种类亩元])")
_CONTACT = re.compile(r"联系方式|联系人")
_QUOTED = re.compile(r"[《“「『]([^》”」』]{2,40})[》”」』]")
_PERSON_TAGS, _PLACE_TAGS = ("nr",), ("ns",)
_NAME_TAGS = ("n", "j", "b", "vn", "eng")  # runs of such words make an organisation's name
_MEASURE_REACH = 1  # characters after a number in which its measure may still stand


def candidates(question: Question, sentence: str) -> list[Span]:
    """Spans in ``sentence`` of the kind that ``question`` asks for, in reading order."""
    asked = tokens.normalise(question.text)
    sentence = simplified(sentence)  # as the rules are written
    # What the question says already is not its answer.
    return [
        span
        for span in _of_kind(question, sentence)
        if tokens.normalise(span.of(sentence)).strip("约近超过“”《》") not in asked
    ]


def best(question: Question, sentence: str, read: Span) -> Span:
    """The bare answer: the reader's ``read``, without what the question says already.

    A number or date that is asked for must be in it; else it is
    the number or date in the clause, and at the place, nearest to the question's words.
    """
    read = bare(question.text, sentence, read)
    if question.kind not in _MEASURED:
        return read
    found = candidates(question, sentence)
    touched = [s for s in found if s.start < read.end and read.start < s.end]
    if touched and _CONTACT.search(question.text):
        return read  # a telephone number and an address together
    if touched or not found:
        return _measured(sentence, read, touched)
    anchors = _anchors(question, sentence)
    counted = _COUNTED.search(question.text)

    def order(span: Span) -> tuple[float, bool, float, int]:
        around = clause(sentence, span)
        said = {a.of(sentence) for a in anchors if around.start <= a.start < around.end}
        lacks = bool(counted) and not span.of(sentence).endswith(counted[1] if counted else "")
        return -sum(map(weight, said)), lacks, _distance(span, anchors), span.start

    return min(found, key=order)


def _measured(sentence: str, read: Span, touched: Sequence[Span]) -> Span:
    """The first number or date read: whole, and without what stands before it or in other clauses.

    Of several in its clause (2至23公尺) all that was read. Where more clauses were, it ends with
    its unit.
    """
    if not touched:
        return read
    first = touched[0]
    here = clause(sentence, first)
    if any(other.start < here.end for other in touched[1:]):
        return Span(read.start, min(read.end, here.end))
    goes_on = read.end > here.end and not sentence[first.end - 1].isdigit()
    return Span(first.start, first.end if goes_on else max(first.end, min(read.end, here.end)))


def best_cell(question: Question, header: str, row: str) -> Span | None:
    """The cell of a table's row whose column the question names; None where it names none."""
    columns = layout.cells(header)
    values = list(_cell_spans(row))
    if len(columns) != len(values):
        return None
    asked = set(tokens.bigrams(question.text))
    named = [len(asked.intersection(tokens.bigrams(column))) for column in columns]
    at = max(range(len(named)), key=named.__getitem__, default=0)
    return values[at] if named and named[at] else None


def _cell_spans(row: str) -> Iterator[Span]:
    at = 0
    for cell in layout.cells(row):
        start = row.index(cell, at)
        at = start + len(cell)
        yield Span(start, at)


def clause(sentence: str, span: Span) -> Span:
    """The clause of a sentence that a span begins in, up to the clause's end after it."""
    start = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, span.start)), default=0)
    after = _CLAUSE_END.search(sentence, span.end)
    return Span(start, after.start() if after else len(sentence))


def _of_kind(question: Question, sentence: str) -> Iterator[Span]:
    match question.kind:
        case Kind.NUMBER:
            yield from _numbers(question, sentence)
        case Kind.DATE:
            yield from (Span(*m.span()) for m in _DATE.finditer(sentence))
        case Kind.PERSON:
            yield from _tagged(sentence, _PERSON_TAGS)
        case Kind.PLACE:
            yield from _tagged(sentence, _PLACE_TAGS)
        case Kind.NAME if question.suffix:
            named = _tagged(sentence, _NAME_TAGS)
            yield from (s for s in named if question.suffix.search(s.of(sentence)[-2:]))
        case Kind.NAME:
            yield from (Span(*m.span()) for m in _QUOTED.finditer(sentence))


def _numbers(question: Question, sentence: str) -> Iterator[Span]:
    """Amounts that are no dates; where the question names a measure, those that carry it."""
    dates = [Span(*m.span()) for m in _DATE.finditer(sentence)]
    for match in _NUMBER.finditer(sentence):
        span = Span(*match.span())
        carried = sentence[span.start : span.end + _MEASURE_REACH]
        if any(d.start <= span.start < d.end for d in dates):
            continue
        if question.measure is None or question.measure.search(carried):
            yield span


def _tagged(sentence: str, tags: Sequence[str]) -> Iterator[Span]:
    """Runs of words that jieba tags as one of ``tags``."""
    at, run = 0, None
    for word, tag in tokens.tagged_words(sentence):
        start, at = at, at + len(word)
        if tag.startswith(tuple(tags)) and len(word) > 1:
            run = Span(run.start if run else start, at)
        elif run:
            yield run
            run = None
    if run:
        yield run


def _anchors(question: Question, sentence: str) -> list[Span]:
    folded = simplified(sentence.lower())
    return [
        Span(*match.span())
        for word in question.words
        if len(word) > 1
        for match in re.finditer(re.escape(word), folded)
    ]


def _distance(span: Span, anchors: Sequence[Span]) -> float:
    """Mean gap in characters between a span and the question's words around it."""
    gaps = [
        max(anchor.start - span.end, span.start - anchor.end, 0)
        + (2 if anchor.start >= span.end else 0)  # an answer more often follows its words
        for anchor in anchors
    ]
    return sum(sorted(gaps)[:3]) / min(3, len(gaps)) if gaps else float(span.start)
