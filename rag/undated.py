"""A question's year that an article leaves out: it says 7月30日, and no year anywhere.

Such an article may be of the year that is asked for or of another. It answers, and the answer says
that the year is not in it.
"""

from __future__ import annotations

from dataclasses import replace

from index.searchable import SearchIndex
from index.types import Document
from rag import features
from rag.types import Answer

CHECK = "，请核对"  # what every line has that says a time is not sure
HALF = 0.5  # of its confidence is left to such an answer: the other half is the year's


def years(question: str, document: Document) -> tuple[str, ...]:
    """The years that ``question`` names, where ``document`` names none at all; else ()."""
    asked = features.years(question)
    if not asked:
        return ()
    written = (document.title, document.metadata.get("date", ""), document.text)
    return () if any(map(features.years, written)) else tuple(sorted(asked))


def marked(answer: Answer, index: SearchIndex) -> Answer:
    """``answer`` with a line that says so of what it cites, where that is of such articles."""
    cited = [c for c in answer.citations if years(answer.question, index.by_id[c.document_id])]
    if not cited:
        return answer
    asked = "、".join(f"{year}年" for year in sorted(features.years(answer.question)))
    markers = "".join(f"[{one.marker}]" for one in cited)
    line = f"原文没有写是哪一年{CHECK}是不是{asked}。{markers}"
    return replace(answer, text=f"{answer.text}\n{line}")


def is_caveat(line: str) -> bool:
    """Whether a remark in an answer says that a time is not sure: it claims nothing of the world."""
    return CHECK in line
