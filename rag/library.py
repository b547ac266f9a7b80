"""The entry point: build or open an index, search it, ask it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from index import build, chosen_model, collections, searchable
from index.changes import BuildReport
from index.embedding import Encoder, Prompts, load_encoder
from index.errors import InputError
from index.lazy import Lazy
from index.manifest import Manifest
from index.searchable import SearchIndex
from index.types import Document, Passage, Progress
from rag import (
    answering,
    asked,
    calibration,
    evidence,
    explaining,
    instructions,
    together,
    writing,
)
from rag import reranker as rerankers
from rag.calibration import Calibration
from rag.conversation import Turn
from rag.evidence import Reading
from rag.generators import Choice
from rag.ranking import RankedPassage
from rag.reranker import Reranker
from rag.retrieval import LegRankings
from rag.scope import EVERYTHING, Scope
from rag.search import Search
from rag.types import Answer, Certainty, Covered, Hit, IndexInfo, Why


class Library:
    """An opened index with its model; safe to share between threads."""

    def __init__(
        self,
        manifest: Manifest,
        index: SearchIndex,
        encoder: Encoder,
        build_report: BuildReport | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._manifest, self._index, self._encoder = manifest, index, encoder
        self.build_report = build_report  # None where the index was opened, not built
        self._search = Search(index, encoder, reranker)
        self.offered = self._search.offered  # titles and publishers, to limit a question to
        self._calibration: Calibration = calibration.load(encoder.info.fingerprint)
        self.files = tuple(source.path for source in index.sources)  # that the documents are from
        self.documents: Mapping[str, Document] = index.by_id
        self.passages: Sequence[Passage] = Lazy(index.chunks, lambda chunk: chunk.passage)

    @classmethod
    def build(
        cls,
        sources: str | Path | Sequence[str | Path],
        data: str | Path = "data",
        *,
        collection: str | None = None,
        model: str | None = None,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        reranker: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Library:
        """Make ``data`` hold exactly what is in ``sources`` (files and folders), and open it.

        Files uploaded to it are kept. ``collection`` names an index beside the one in ``data``.
        ``model`` is "bundled" or any sentence-transformers name or path, the prompts override what
        it saved; what is not given stays as the index was built with (a new one: "bundled"). Unchanged
        documents keep their passages and vectors. ``reranker``: see `open`. ``build_report`` tells what
        was added, changed, moved and removed, and lists the files that were left out as unreadable.

        Raises:
            InputError: a collection cannot be called that.
            SourceError: a source is not there, or none of the files can be read.
            ModelError, BuildBusy, StoreError: as they say. The index in ``data`` is untouched.
        """
        paths = [sources] if isinstance(sources, str | Path) else sources
        root = collections.root(Path(data), collection)
        encoder = chosen_model.load(root, model, Prompts(query_prompt, passage_prompt))
        chosen = rerankers.named(reranker)
        made = build.build([Path(p) for p in paths], root, encoder, progress or (lambda _: None))
        return cls(made.manifest, made.index, encoder, made.report, chosen)

    @classmethod
    def open(
        cls,
        data: str | Path = "data",
        *,
        collection: str | None = None,
        model: str | None = None,
        reranker: str | None = None,
    ) -> Library:
        """Open the index in ``data``, or a ``collection`` there, with its own or another ``model``.

        ``reranker`` is the name or path of a sentence-transformers CrossEncoder, which then orders
        the best windows (BAAI/bge-reranker-v2-m3); the bundled reader still marks the answers.

        Raises:
            InputError: there is no such collection.
            IndexMissing, IndexDamaged, IndexMismatch: each with the command that mends it.
            ModelError: a model cannot be loaded.
        """
        root = collections.existing(Path(data), collection)
        manifest, index = searchable.read(root)
        stored = manifest.header.model
        # With another model the prompts are its own, so that the mismatch is seen.
        same = model in (None, stored.name)
        prompts = Prompts(stored.query_prompt, stored.passage_prompt) if same else None
        encoder = load_encoder(model or stored.name, prompts, stored.fingerprint)
        searchable.check_model(manifest.header, encoder.info, root)
        return cls(manifest, index, encoder, reranker=rerankers.named(reranker))

    @property
    def info(self) -> IndexInfo:
        """The opened index in numbers."""
        header = self._manifest.header
        return IndexInfo(
            generation=self._manifest.generation,
            built_at=self._manifest.built_at,
            model=header.model.name,
            documents=header.counts.documents,
            passages=header.counts.passages,
        )

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the embedding model in use."""
        return self._encoder.info.fingerprint

    def document(self, document_id: str) -> Document:
        """The stored document; raises ``InputError`` where there is none of that id."""
        if document_id not in self.documents:
            raise InputError(f"文库里没有编号为 {document_id!r} 的文档。")
        return self.documents[document_id]

    def covered(self, within: Scope) -> Covered:
        """How many documents are in ``within``, and how many have no date to be judged by.

        Raises:
            InputError: there is none, or a date in ``within`` cannot be read.
        """
        return self._search.covered(within)

    def search(self, question: str, k: int = 5, *, within: Scope = EVERYTHING) -> list[Hit]:
        """The ``k`` best passages of the documents in ``within``, best first.

        Raises:
            InputError: the question is empty or too long, ``k`` is below 1, or ``within`` holds
                no document.
        """
        if k < 1:
            raise InputError(f"k 应至少为 1，现在是 {k}。")
        text = asked.checked(question)
        ranked = self._search.found(text, k, within).passages(k)
        return [self._hit(text, passage, k) for passage in ranked]

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        llm: Choice = None,
        *,
        within: Scope = EVERYTHING,
    ) -> Answer:
        """Answer with a citation for every sentence.

        ``history``: the turns before, oldest first, from which a follow-up is completed.
        ``llm``: the model that writes, or its name (see `rag.generators.named`; default:
        YOUJU_LLM); '' for none. Without one the answer is the text's own sentences, and
        deterministic. ``within``: the documents to answer from.

        Raises:
            InputError: the question is empty or too long, ``history`` holds no turns, or
                ``within`` no document.
        """
        return deque(self.stream(question, history, llm, within=within), maxlen=1)[0]

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        llm: Choice = None,
        *,
        within: Scope = EVERYTHING,
    ) -> Iterator[Answer]:
        """`ask`, as the answer grows by checked sentences; each is complete, the last the whole."""
        text = asked.standalone(question, history)
        article = self._article(asked.before(text, history), within)
        one = partial(self._extract, article=article, within=within)
        extract = together.answer(text, partial(asked.in_its_time, one, self.documents))
        extract = asked.understood(extract, question.strip(), self.documents)
        yield from writing.answers(extract, self._index, lambda: self._search.reader, llm, text)

    def _article(self, before: str, within: Scope) -> str:
        """The id of the article that the turn before was about; '' where there was none."""
        hits = self.search(before, 1, within=within) if before else []
        return hits[0].passage.document_id if hits else ""

    def _extract(self, text: str, article: str, within: Scope) -> Answer:
        ranked, reading = self._judge(text, within)
        hits = tuple(self._hit(text, passage, len(ranked)) for passage in ranked)
        reading = instructions.left_out(reading, self._index)
        judge = self._calibration
        answer = answering.compose(text, self._index, reading, hits, judge, article)
        return replace(answer, undated=self.covered(within).undated)

    def read(self, question: str, *, within: Scope = EVERYTHING) -> Reading:
        """The candidate sentences with their features, before any judgement; for calibration."""
        return self._judge(asked.checked(question), within)[1]

    def why(self, question: str, hit: Hit, *, within: Scope = EVERYTHING) -> Why:
        """Why a passage was found: the words in common and its rank in each leg."""
        looked = self._search.read(asked.checked(question), answering.PASSAGES, within)
        return explaining.why(self._index, looked, hit)

    def confidence_words(self, answer: Answer) -> Certainty:
        """How sure an answer is, in three steps whose borders come from the calibration."""
        strong = answer.confidence >= self._calibration.strong
        return "none" if answer.status == "no_evidence" else "strong" if strong else "weak"

    def rank_documents(self, question: str, k: int = 100) -> LegRankings:
        """Documents ranked by each leg, by their fusion, and as searched; for evaluation."""
        return self._search.rank_documents(asked.checked(question), k)

    def _judge(self, question: str, within: Scope) -> tuple[tuple[RankedPassage, ...], Reading]:
        looked = self._search.read(question, answering.PASSAGES, within)
        ranked = looked.passages(answering.PASSAGES)
        return ranked, evidence.read(question, self._index, ranked, looked, self._encoder)

    def _hit(self, question: str, found: RankedPassage, k: int) -> Hit:
        chunk = self._index.chunks[found.row]
        return Hit(
            passage=chunk.passage,
            score=round(found.score, 6),
            rank=found.rank,
            sentences=evidence.matching_sentences(question, self._index, chunk),
            found_by=found.found_by(k),
            query=question,
        )
