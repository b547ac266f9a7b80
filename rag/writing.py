"""From what a model writes to an Answer, sentence by sentence, each held against the text first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from index.errors import LanguageModelError
from index.searchable import SearchIndex
from index.types import Passage, Span
from rag import dates, drafts, generators, prompting, support, together
from rag.claims import Source
from rag.drafts import Draft
from rag.generators import Choice, Generator
from rag.instructions import is_tainted, speaks_to_a_model
from rag.support import Support
from rag.types import Answer, Citation, Hit, Struck

_OFFERED = 0.5  # coverage from which a sentence of the text can stand for what was struck
_DECLINES = (
    "没有找到依据",
    "没有找到相关",
    "材料没有",
    "材料中没有",
    "无法从材料",
    "未提及",
    "没有提到",
)
_OMITTED = "（略去一句）"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage as the model is shown it; ``sentences`` in offsets of the document."""

    passage: Passage
    title: str
    day: date | None
    sentences: tuple[Span, ...]

    def evidence(self) -> list[Evidence]:
        """Its sentences, without those that speak to a model."""
        around = f"{self.title}\n{self.passage.section}\n{self.passage.text}"
        found = []
        for span in self.sentences:
            inside = span.shifted(-self.passage.start)
            if not is_tainted(self.passage.text, inside):
                source = Source(inside.of(self.passage.text), around, self.day)
                found.append(Evidence(self, span, source))
        return found

    def shown(self) -> str:
        """What the model reads."""
        head = " ".join(part for part in (self.title, self.passage.section) if part)
        kept = [e.source.text for e in self.evidence()]
        omitted = _OMITTED if len(kept) < len(self.sentences) else ""
        head = "" if speaks_to_a_model(head) else f"（{head}）"
        return f"{head}{''.join(kept)}{omitted}"


def quoted(index: SearchIndex, hits: Sequence[Hit]) -> list[Quoted]:
    """The passages of ``hits`` as a model is shown them."""
    return [_quoted(index, hit.passage) for hit in hits]


def _quoted(index: SearchIndex, passage: Passage) -> Quoted:
    document = index.by_id[passage.document_id]
    chunk = next(c for c in index.chunks_of(document.id) if c.passage.id == passage.id)
    day = dates.parse(document.metadata.get("date", ""))
    return Quoted(passage, document.title, day, chunk.sentences)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that can be cited."""

    quoted: Quoted
    span: Span
    source: Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """A written sentence with what was found for it; ``cited`` is () where nothing was."""

    text: str
    found: Support
    cited: tuple[Evidence, ...]


def answers(extract: Answer, index: SearchIndex, llm: Choice, question: str) -> Iterator[Answer]:
    """``extract`` as a model, if there is one, writes it anew; one refused is left alone."""
    generator = generators.named(llm) if extract.status != "no_evidence" else None
    if generator is None:
        yield extract
    else:
        yield from write(extract, quoted(index, extract.hits), generator, question)


def write(
    extract: Answer, passages: Sequence[Quoted], generator: Generator, question: str
) -> Iterator[Answer]:
    """The answer as it grows by checked sentences; the last one is the whole.

    ``extract`` is the answer from the text itself: what is shown where the model fails or
    nothing that it writes holds.
    """
    verdicts: list[Verdict] = []
    prompt = prompting.prompt(question, [one.shown() for one in passages])
    notice = ""
    try:
        with closing(generator.stream(prompt)) as pieces:  # type: ignore[type-var]
            for draft in drafts.sentences(pieces):
                if not _declines(draft):
                    verdicts.append(judge(draft, passages))
                    yield compose(extract, verdicts)
    except LanguageModelError as error:
        notice = f"{error}（以下直接取自原文。）" if not verdicts else str(error)
    yield replace(compose(extract, verdicts), notice=notice)


def judge(draft: Draft, passages: Sequence[Quoted]) -> Verdict:
    """Hold a sentence against the passages that it cites, then, if they fail, against all."""
    cited = [passages[n - 1] for n in draft.markers if 0 < n <= len(passages)]
    verdict = _held_against(draft.text, cited) if cited else None
    if verdict is None or not verdict.found.holds:
        verdict = _held_against(draft.text, passages)
    if speaks_to_a_model(draft.text):
        return replace(verdict, found=replace(verdict.found, coverage=0.0))
    return verdict


def _held_against(text: str, passages: Sequence[Quoted]) -> Verdict:
    evidence = [one for passage in passages for one in passage.evidence()]
    found = support.best(text, [one.source for one in evidence])
    return Verdict(text, found, tuple(evidence[i] for i in found.places))


def _declines(draft: Draft) -> bool:
    return any(word in draft.text for word in _DECLINES)


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
            self.say(verdict.cited[0].source.text, verdict.cited[:1])

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
        return self._cited(Citation(0, *place, evidence.source.text))
