"""What is asked of a library, and what holds of everything that it finds."""

from __future__ import annotations

from rag import Hit, Library

FACT = "村主职“一肩挑”的比例是多少？"
UNRELATED = "贵州茅台今天的股价是多少？"
QUESTIONS = (
    FACT,
    UNRELATED,
    "这篇文章是谁写的？",
    "“红色铸魂”这一部分讲了哪三条做法？",
    "推动“三高四新”战略落地要抓哪几个方面？",
    "为什么基层党建重要",
    "!!!???",
    "asdf",
    "水\udcff库",  # what a terminal makes of bytes that are no UTF-8
)


def check_hits(library: Library, hits: tuple[Hit, ...] | list[Hit]) -> None:
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)
    for hit in hits:
        text = library.document(hit.passage.document_id).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.found_by
        assert set(hit.found_by) <= {"dense", "lexical"}
        for span in hit.sentences:
            assert hit.passage.start <= span.start < span.end <= hit.passage.end
