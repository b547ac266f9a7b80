"""Four questions to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from index.types import Document, Passage

COUNT = 4

# Questions that we know to be answered well, for documents that come with Youju.
CURATED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "000_5a7c3fc200021728.txt": (
            "村主职“一肩挑”的比例是多少？",
            "城市社区“三联四建”投入了多少资金？",
            "抓组织规范提升有哪些做法？",
            "这篇文章是谁写的，什么时候发表的？",
        )
    }
)


def examples(documents: Mapping[str, Document], passages: Sequence[Passage]) -> tuple[str, ...]:
    """Curated questions where there are some, else questions from the documents' headings."""
    curated = [question for id_ in documents for question in CURATED.get(id_, ())]
    if curated:
        return tuple(curated[:COUNT])
    return tuple(islice(_distinct(_from_headings(documents, passages)), COUNT))


def _from_headings(documents: Mapping[str, Document], passages: Sequence[Passage]) -> Iterable[str]:
    for passage in passages:
        heading = passage.section.rsplit(" › ", 1)[-1].strip("# 　")
        # A heading of the front matter lists what it holds; it makes no question.
        if 3 <= len(heading) <= 24 and passage.section and "：" not in heading:
            inner = heading.replace("“", "‘").replace("”", "’")
            yield f"“{inner}”讲了哪些内容？"
    for document in documents.values():
        if 3 <= len(document.title) <= 40:
            yield f"《{document.title}》是谁写的？"


def _distinct(questions: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for question in questions:
        if question not in seen:
            seen.add(question)
            yield question
