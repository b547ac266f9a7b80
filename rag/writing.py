"""From what a model writes to an Answer, sentence by sentence, each held against the text first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from index.errors import LanguageModelError
from index.searchable import SearchIndex
from rag import drafts, generators, prompting, together
from rag.generators import Choice, Generator
from rag.judging import Judge, Verdict
from rag.quoting import Evidence, Quoted, quoted
from rag.reader import Reader
from rag.types import Answer, Citation, Struck

_OFFERED = 0.5  # coverage from which a sentence of the text can stand for what was struck


def answers(
    extract: Answer, index: SearchIndex, reader: Callable[[], Reader], llm: Choice, question: str
) -> Iterator[Answer]:
    """``extract`` as a model, if there is one, writes it anew; one refused is left alone."""
    generator = generators.named(llm) if extract.status != "no_evidence" else None
    if generator is None:
        yield extract
    else:
        yield from write(extract, quoted(index, extract.hits), reader(), generator, question)


def write(
    extract: Answer,
    passages: Sequence[Quoted],
    reader: Reader,
    generator: Generator,
    question: str,
) -> Iterator[Answer]:
    """The answer as it grows by checked sentences; the last one is the whole.

    ``extract`` is the answer from the text itself: what is shown where the model fails or
    nothing that it writes holds.
    """
    verdicts: list[Verdict] = []
    judge = Judge(question, passages, reader)
    prompt = prompting.prompt(question, [one.shown() for one in passages])
    notice = ""
    try:
        with closing(generator.stream(prompt)) as pieces:  # type: ignore[type-var]
            for draft in drafts.sentences(pieces):
                is_new = all(draft.text != verdict.text for verdict in verdicts)
                if is_new and judge.is_answer(draft):
                    verdicts.append(judge.verdict(draft))
                    yield compose(extract, verdicts)
    except LanguageModelError as error:
        notice = f"{error}（以下直接取自原文。）" if not verdicts else str(error)
    yield replace(compose(extract, verdicts), notice=notice)


def compose(extract: Answer, verdicts: Sequence[Verdict]) -> Answer:
    """The answer of the sentences that hold; sentences of the text stand for the others."""
    if not verdicts:
        return extract
    page = _Page()
    for verdict in verdicts:
        if verdict.found.holds:
            page.say(verdict.text, verdict.cited)
        else:
            page.strike(verdict)
    for remark in together.remarks(extract):
        page.remark(remark, extract.citations)
    if not any(verdict.found.holds for verdict in verdicts):
        struck = tuple(replace(one, line=0) for one in page.struck)
        return replace(extract, status="unsupported", struck=struck)
    return replace(
        extract,
        status="answered",
        text="\n".join(page.lines),
        citations=tuple(page.citations),
        struck=tuple(page.struck),
    )


class _Page:
    """Lines with their markers, growing; a sentence that is cited twice has one marker."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.citations: list[Citation] = []
        self.struck: list[Struck] = []

    def say(self, text: str, cited: Sequence[Evidence]) -> None:
        markers = sorted({self._marker(evidence) for evidence in cited})
        line = text + "".join(f"[{marker}]" for marker in markers)
        if line not in self.lines:
            self.lines.append(line)

    def strike(self, verdict: Verdict) -> None:
        flaws = tuple(flaw.span for flaw in verdict.found.flaws)
        self.struck.append(Struck(verdict.text, flaws, len(self.lines)))
        if verdict.found.coverage >= _OFFERED:
            self.say(verdict.cited[0].quote, verdict.cited[:1])

    def remark(self, line: str, cited: Sequence[Citation]) -> None:
        """A line on what the documents say (parts left open, values that differ), with its places."""
        own = [one for one in cited if line.endswith("]") and f"[{one.marker}]" in line]
        self.lines.append(together.with_markers(line, {o.marker: self._cited(o) for o in own}))

    def _cited(self, citation: Citation) -> int:
        for known in self.citations:
            if (known.document_id, known.start) == (citation.document_id, citation.start):
                return known.marker
        self.citations.append(replace(citation, marker=len(self.citations) + 1))
        return len(self.citations)

    def _marker(self, evidence: Evidence) -> int:
        passage, span = evidence.quoted.passage, evidence.span
        place = (passage.document_id, passage.section, span.start, span.end)
        return self._cited(Citation(0, *place, evidence.quote))
