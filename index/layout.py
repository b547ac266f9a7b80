"""What each line of an article is: debris, front matter, heading, table, body.

What the file itself says of a line (its role) goes before the rules. Pure rules over lines,
the same for every article and for both scripts; offsets are into the document's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.sentences import stripped
from index.simplified import simplified
from index.types import Kind, Role, Span


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line without its outer white space; ``level`` counts for headings only."""

    kind: Kind
    span: Span
    level: int = 0
    after_blank: bool = True


_DEBRIS = re.compile(
    r"字号[:：]?.{0,12}|字体[:：]?.{0,12}|【?(?:打印|关闭|收藏|纠错|返回顶部|回到顶部)[】]?.{0,12}"
    r"|(?:下载|打开|安装).{0,12}(?:客户端|APP|App|app).{0,16}|.{0,8}浏览更多(?:新闻|内容).{0,8}"
    r"|分享(?:到|至|给)?[:：]?.{0,24}|(?:微信)?扫一扫.{0,20}|扫(?:码|描二维码).{0,20}"
    r"|(?:相关(?:阅读|新闻|链接|推荐|文章)|延伸阅读|热门推荐|猜你喜欢|上一篇|下一篇)(?:[:：].{0,60})?"
    r"|点赞.{0,12}|阅读(?:量|数)?[:：]?\s*\d+.{0,12}|(?:版权|免责)声明[:：].{0,80}"
    r"|.{0,6}(?:点击|长按).{0,10}(?:关注|查看更多).{0,10}"
)
# Below such a line only links to other articles follow.
_RELATED = re.compile(r"(?:相关(?:阅读|新闻|链接|推荐|文章)|延伸阅读|热门推荐|猜你喜欢)[:：]?")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}\s*日?")
_TIME = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_CREDIT = re.compile(
    r"(?:作者|编辑|责编|责任编辑|记者|通讯员|来源|稿源|发布(?:时间|日期|单位|机构)|时间|日期|审核|校对|摄影)"
    r"\s*[:：]|(?:本报|通讯员|记者)\s*[\u4e00-\u9fff]{2,4}(?:\s|$)"
)
_BULLET = re.compile(r"[·•●■◆▪\-*]\s*\S")
_NUMBERED = (
    (re.compile(r"#{1,6}\s+\S"), 0),  # Markdown: the number of # is the level
    (re.compile(r"第[一二三四五六七八九十百\d]+[编篇章部]"), 1),
    (re.compile(r"第[一二三四五六七八九十百\d]+[节条]"), 2),
    (re.compile(r"[一二三四五六七八九十]+[、.．]"), 2),
    (re.compile(r"[（(][一二三四五六七八九十]+[)）]"), 3),
    (re.compile(r"\d+(?:\.\d+)*[、.．\s](?!\d)"), 4),
    (re.compile(r"[（(]\d+[)）]"), 5),
)
_MARKDOWN_TITLE = re.compile(r"#\s")
_PLAIN_HEADING = 2  # the level of a heading without a number, as 一、 has
_HEADING_MAX = 40  # characters; a longer line is a paragraph
_TOLD_MAX = 100  # the same for a line that the file itself calls a heading
_BODY_MIN = 40  # characters from which a line counts as a paragraph whatever its ending
_STOPS = "。！？；，、…!?;,"
_TURN = re.compile(r"[\u4e00-\u9fffA-Za-z·]{1,10}(?:[（(][^）)]{1,10}[)）])?[:：]\s*\S")
_LINKS_MAX = 10  # lines of links below 相关阅读
_LINE_END = re.compile(r"\r\n|\n|\r")
_CELL_GAP = re.compile(r"\t|\s{2,}|\u3000|\s*\|\s*")


def lines(text: str, roles: Sequence[Role] = ()) -> tuple[Line, ...]:
    """Classify every non-empty line of ``text``; ``roles`` are those that the file tells."""
    text = simplified(text)  # as the rules are written; offsets hold
    spans = list(_spans(text))
    body = [span for span, _ in spans]
    first_body = _first_body(text, body)
    told = {role.start: role for role in roles}
    return tuple(
        Line(_kind(role, span), span, role.level, after_blank)
        if (role := told.get(span.start))
        else _classify(text, body, i, first_body, after_blank)
        for i, (span, after_blank) in enumerate(spans)
    )


def _kind(role: Role, span: Span) -> Kind:
    """What the file tells, but for whole paragraphs in the style of a heading."""
    long = role.kind is Kind.HEADING and span.end - span.start > _TOLD_MAX
    return Kind.BODY if long else role.kind


def date_in(text: str) -> str:
    """The first calendar date in ``text`` as YYYY-MM-DD, or ''."""
    match = _DATE.search(text)
    if not match:
        return ""
    year, month, day = re.findall(r"\d+", match[0])
    return f"{year}-{int(month):02}-{int(day):02}"


def without_dates(text: str) -> str:
    """``text`` with its calendar dates and clock times blanked."""
    return _TIME.sub(" ", _DATE.sub(" ", text))


def is_credit(text: str) -> bool:
    """Whether a front-matter line says who, when or where rather than what."""
    return bool(_CREDIT.search(simplified(text)) or _DATE.search(text))


def is_credit_line(line: str) -> bool:
    """Whether a line anywhere is only a credit, as the editor's or author's below an article."""
    bare = simplified(line).strip("（）()【】[]")
    return len(bare) < _BODY_MIN and bool(_CREDIT.match(bare)) and bare[-1] not in _STOPS


def cells(text: str) -> list[str]:
    """A line's table cells (one where it is not a table's row)."""
    return [cell for cell in _CELL_GAP.split(text.strip("| \t")) if cell]


def _spans(text: str) -> Iterator[tuple[Span, bool]]:
    blank = True
    for match in re.finditer(r"[^\n\r]*(?:\r\n|\n|\r|$)", text):
        span = stripped(text, Span(*match.span()))
        if span.start < span.end:
            yield span, blank
            blank = False
        elif match.end() > match.start():
            blank = True


def _first_body(text: str, spans: list[Span]) -> int:
    """Index of the first line that is a paragraph: what precedes it is front matter.

    Without credits above it, only the first line (a title) can be front matter.
    """
    for i, span in enumerate(spans):
        line = span.of(text)
        if is_credit(line) and len(line) < 2 * _BODY_MIN:
            continue
        if i == 0 and _MARKDOWN_TITLE.match(line):
            continue
        if len(line) >= _BODY_MIN or line[-1] in "。！？!?" or _heading_level(line):
            front = any(is_credit(s.of(text)) for s in spans[:i])
            return i if front else min(i, 1)
    return 0 if len(spans) == 1 else 1 if spans else 0


def _classify(text: str, spans: list[Span], i: int, first_body: int, after_blank: bool) -> Line:
    line = spans[i].of(text)
    level = _heading_level(line)
    if _DEBRIS.fullmatch(line) or _is_link(text, spans, i):
        kind = Kind.DEBRIS
    elif i < first_body or is_credit_line(line):
        kind = Kind.FRONT
    elif _is_row(text, spans, i):
        kind = Kind.ROW
    elif _is_item(text, spans, i):
        kind = Kind.ITEM
    elif _is_heading(text, spans, i, level):
        return Line(Kind.HEADING, spans[i], level or _PLAIN_HEADING, after_blank)
    else:
        kind = Kind.TURN if _TURN.match(line) else Kind.BODY
    return Line(kind, spans[i], 0, after_blank)


def _is_link(text: str, spans: list[Span], i: int) -> bool:
    line = spans[i].of(text)
    above = (span.of(text) for span in spans[max(0, i - _LINKS_MAX) : i])
    return line[-1] not in _STOPS and any(_RELATED.fullmatch(other) for other in above)


def _is_item(text: str, spans: list[Span], i: int) -> bool:
    """A line of a list: the line right above or below is numbered alike, or has a bullet too."""
    line = spans[i].of(text)
    near = []
    if i and _adjacent(text, spans[i - 1], spans[i]):
        near.append(spans[i - 1].of(text))
    if i + 1 < len(spans) and _adjacent(text, spans[i], spans[i + 1]):
        near.append(spans[i + 1].of(text))
    if _BULLET.match(line):
        return any(_BULLET.match(other) for other in near)
    level = _heading_level(line)
    return level > 1 and any(_heading_level(other) == level for other in near)


def _adjacent(text: str, above: Span, below: Span) -> bool:
    """Whether no blank line stands between two lines."""
    return len(_LINE_END.findall(text, above.end, below.start)) == 1


def _heading_level(line: str) -> int:
    """The level of a numbered heading; 0 where the line has no number."""
    for pattern, level in _NUMBERED:
        if pattern.match(line):
            return level or len(line) - len(line.lstrip("#"))
    return 0


def _is_heading(text: str, spans: list[Span], i: int, level: int) -> bool:
    line = spans[i].of(text)
    if len(line) > _HEADING_MAX or line[-1] in _STOPS + "：:" or i == len(spans) - 1:
        return False
    if level:
        return not any(stop in line for stop in "。；")
    if _TURN.match(line) or _CREDIT.match(line):
        return False
    # Without a number, only a line that stands over a paragraph is a heading.
    below = spans[i + 1].of(text)
    return len(below) >= max(_BODY_MIN, 2 * len(line)) or _heading_level(below) > _PLAIN_HEADING


def _is_row(text: str, spans: list[Span], i: int) -> bool:
    """A row has cells, and so has a neighbour, as many or nearly."""
    count = len(cells(spans[i].of(text)))
    if count < 2:
        return False
    near = [spans[j] for j in (i - 1, i + 1) if 0 <= j < len(spans)]
    return any(
        len(other) > 1 and abs(len(other) - count) <= 1
        for other in (cells(span.of(text)) for span in near)
    )
