"""Questions about the article itself: title, author, editor, date, publisher."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import layout
from index.passages import ABOUT
from index.types import Chunk, Document, Span

_ARTICLE = r"(?:文章|文|报道|新闻|消息|稿子?|通讯|文件|通知|帖子)"
_ASKED = (
    ("title", re.compile(r"(?:标题|题目|篇名)(?:是|叫|为)?(?:什么|啥)?|叫什么题目")),
    (
        "author",
        re.compile(
            rf"作者|谁(?:写|撰写|采写|执笔)|记者是|哪位记者|{_ARTICLE}.{{0,4}}(?:是)?(?:谁|哪位).{{0,2}}(?:写|撰)"
        ),
    ),
    (
        "editor",
        re.compile(r"(?:责任?)?编辑?(?:是)?(?:谁|哪位|叫)|(?:编辑|责编)(?:姓名|名字)?(?:是|$)"),
    ),
    (
        "date",
        re.compile(
            rf"{_ARTICLE}.{{0,6}}(?:什么时候|何时|哪(?:一)?[天年日]|几[月号]|时间|日期)"
            r"|(?:发表|刊登|刊发|发布|登载|见报)(?:的)?(?:时间|日期|于何时|于哪天|是什么时候)"
        ),
    ),
    (
        "publisher",
        re.compile(
            rf"{_ARTICLE}.{{0,12}}(?:哪里|哪儿|哪家|哪个(?:网|媒|报|平台|站)|何处|来源|出自)"
            r"|(?:发表|刊登|刊发|发布|登载|登)(?:于|在)?(?:哪|何处|什么(?:媒体|网站|报纸))|来源(?:是|媒体)"
        ),
    ),
)


def fields(question: str) -> list[str]:
    """The metadata fields that a question asks for, in the order of the question's words."""
    found = [(m.start(), name) for name, asked in _ASKED if (m := asked.search(question))]
    return [name for _, name in sorted(found)]


def answer(
    names: Sequence[str], document: Document, chunks: Sequence[Chunk]
) -> tuple[list[Span], list[str]]:
    """The lines that hold the fields, and the values; both empty unless all are there."""
    values = {**document.metadata, "title": document.title}
    if not names or not all(values.get(name) for name in names):
        return [], []
    lines = [s for c in chunks if c.passage.section == ABOUT for s in c.sentences]
    places = [_place(name, values[name], document.text, lines) for name in names]
    if None in places:  # metadata that is not in the text cannot be cited
        return [], []
    spans = sorted({span for span in places if span})
    return spans, list(dict.fromkeys(values[name] for name in names))


def _place(name: str, value: str, text: str, lines: Sequence[Span]) -> Span | None:
    def holds(line: str) -> bool:
        return layout.date_in(line) == value if name == "date" else value in line

    found = [span for span in lines if holds(span.of(text))]
    # A name may stand in the title too; the credit line says what it is.
    credits = [span for span in found if layout.is_credit(span.of(text))]
    return next(iter(credits if name != "title" else found), None) or next(iter(found), None)
