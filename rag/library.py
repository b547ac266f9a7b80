"""The entry point: build or open an index, search it, ask it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index import build, searchable, tokens
from index.changes import BuildReport
from index.embedding import Encoder, Prompts, Vector, load_encoder
from index.errors import InputError
from index.lazy import Lazy
from index.manifest import Manifest
from index.searchable import SearchIndex
from index.simplified import simplified
from index.types import Document, Passage, Progress
from rag import (
    answering,
    asked,
    calibration,
    evidence,
    instructions,
    questions,
    ranking,
    retrieval,
    writing,
)
from rag.calibration import Calibration
from rag.conversation import Turn
from rag.evidence import Reading
from rag.generators import Choice
from rag.ranking import RankedPassage, ReadWindow
from rag.reader import Reader
from rag.retrieval import LegRankings, Pool
from rag.types import Answer, Certainty, Hit, IndexInfo, Why

_WHY_WORDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A question's vector (d,) and the windows found for it."""

    query: Vector
    pool: Pool


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A question with what was found for it and read."""

    question: str
    found: _Found
    windows: tuple[ReadWindow, ...]


class Library:
    """An opened index with its model; safe to share between threads."""

    def __init__(
        self,
        manifest: Manifest,
        index: SearchIndex,
        encoder: Encoder,
        build_report: BuildReport | None = None,
    ) -> None:
        self._manifest, self._index, self._encoder = manifest, index, encoder
        self.build_report = build_report  # None where the index was opened, not built
        self._last: _Looked | None = None
        self._calibration: Calibration = calibration.load(encoder.info.fingerprint)
        self.documents: Mapping[str, Document] = index.by_id
        self.passages: Sequence[Passage] = Lazy(index.chunks, lambda chunk: chunk.passage)

    @classmethod
    def build(
        cls,
        sources: str | Path | Sequence[str | Path],
        data: str | Path = "data",
        *,
        model: str | None = None,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Library:
        """Make ``data`` hold exactly what is in ``sources`` (files and folders), and open it.

        ``model`` is any sentence-transformers name or path (default: the bundled model), the
        prompts override what it saved. Unchanged documents keep their passages and vectors.
        ``build_report`` of the result tells what was added, changed, moved and removed, and
        lists the files that could not be read: they are left out, the rest is indexed.

        Raises:
            SourceError: a source is not there, or none of the files can be read.
            ModelError, BuildBusy, StoreError: as they say. The index in ``data`` is untouched.
        """
        paths = [sources] if isinstance(sources, str | Path) else list(sources)
        encoder = load_encoder(model, Prompts(query_prompt, passage_prompt))
        report = progress or (lambda _: None)
        built = build.build([Path(p) for p in paths], Path(data), encoder, report)
        return cls(built.manifest, built.index, encoder, built.report)

    @classmethod
    def open(cls, data: str | Path = "data", *, model: str | None = None) -> Library:
        """Open the index in ``data`` with the model that it names, or with ``model``.

        Raises:
            IndexMissing, IndexDamaged, IndexMismatch: each with the command that mends it.
            ModelError: the model cannot be loaded.
        """
        manifest, index = searchable.read(Path(data))
        stored = manifest.header.model
        # With another model the prompts are its own, so that the mismatch is seen.
        same = model in (None, stored.name)
        prompts = Prompts(stored.query_prompt, stored.passage_prompt) if same else None
        encoder = load_encoder(model or stored.name, prompts)
        searchable.check_model(manifest.header, encoder.info, Path(data))
        return cls(manifest, index, encoder)

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
        """The stored document.

        Raises:
            InputError: there is none of that id.
        """
        try:
            return self.documents[document_id]
        except KeyError:
            raise InputError(f"文库里没有编号为 {document_id!r} 的文档。") from None

    def search(self, question: str, k: int = 5) -> list[Hit]:
        """The ``k`` best passages, best first.

        Raises:
            InputError: the question is empty or too long, or ``k`` is below 1.
        """
        if k < 1:
            raise InputError(f"k 应至少为 1，现在是 {k}。")
        text = asked.checked(question)
        found = self._find(text, k)
        windows = () if ranking.is_sure(found.pool) else self._read(text, found.pool)
        ranked = ranking.passages(found.pool, windows, k)
        return [self._hit(text, passage, k) for passage in ranked]

    def ask(self, question: str, history: Sequence[Turn] = (), llm: Choice = None) -> Answer:
        """Answer with a citation for every sentence.

        ``history``: the turns before, oldest first, from which a follow-up is completed.
        ``llm``: the model that writes, or its name (see `rag.generators.named`; default:
        YOUJU_LLM); '' for none. Without one the answer is the text's own sentences, and
        deterministic.

        Raises:
            InputError: the question is empty or too long, or ``history`` holds no turns.
        """
        return deque(self.stream(question, history, llm), maxlen=1)[0]

    def stream(
        self, question: str, history: Sequence[Turn] = (), llm: Choice = None
    ) -> Iterator[Answer]:
        """`ask`, as the answer grows by checked sentences; each is complete, the last the whole."""
        text = asked.standalone(question, history)
        extract = asked.understood(self._extract(text), question.strip(), self.documents)
        yield from writing.answers(extract, self._index, llm, text)

    def _extract(self, text: str) -> Answer:
        ranked, reading = self._judge(text)
        hits = tuple(self._hit(text, passage, len(ranked)) for passage in ranked)
        reading = instructions.left_out(reading, self._index)
        return answering.compose(text, self._index, reading, hits, self._calibration)

    def read(self, question: str) -> Reading:
        """The candidate sentences with their features, before any judgement; for calibration."""
        return self._judge(asked.checked(question))[1]

    def why(self, question: str, hit: Hit) -> Why:
        """Why a passage was found: the words in common and its rank in each leg."""
        text = asked.checked(question)
        looked = self._look(text)
        pool = looked.found.pool
        ranked = ranking.passages(pool, looked.windows, len(pool.windows))
        chunks = self._index.chunks
        passage = next((p for p in ranked if chunks[p.row].passage.id == hit.passage.id), None)
        if passage is None and all(p.id != hit.passage.id for p in self.passages):
            raise InputError(f"文库里没有编号为 {hit.passage.id!r} 的段落。")
        inside = set(tokens.words(f"{hit.passage.section}\n{hit.passage.text}"))
        shared = [w for w in dict.fromkeys(questions.content_words(text)) if w in inside]
        return Why(
            words=tuple(shared[:_WHY_WORDS]),
            dense_rank=passage.dense_rank if passage else None,
            lexical_rank=passage.lexical_rank if passage else None,
            odds=passage.odds if passage else None,
        )

    def confidence_words(self, answer: Answer) -> Certainty:
        """How sure an answer is, in three steps whose borders come from the calibration."""
        if answer.status == "no_evidence":
            return "none"
        return "strong" if answer.confidence >= self._calibration.strong else "weak"

    def rank_documents(self, question: str, k: int = 100) -> LegRankings:
        """Documents ranked by each leg, by their fusion, and as searched; for evaluation."""
        text = asked.checked(question)
        pool = self._find(text, k).pool
        windows = () if ranking.is_sure(pool) else self._read(text, pool)
        return LegRankings(
            *(
                retrieval.documents(self._index, pool, leg, k)
                for leg in (pool.dense, pool.lexical, pool.fused, ranking.scores(pool, windows))
            )
        )

    def _judge(self, question: str) -> tuple[tuple[RankedPassage, ...], Reading]:
        looked = self._look(question)
        ranked = ranking.passages(looked.found.pool, looked.windows, answering.PASSAGES)
        query = looked.found.query
        reading = evidence.read(question, self._index, ranked, looked.windows, self._encoder, query)
        return ranked, reading

    def _look(self, question: str) -> _Looked:
        # Whoever asks why passages were found asks of the question that was just answered.
        looked = self._last  # another thread may change it meanwhile
        if looked is None or looked.question != question:
            found = self._find(question, answering.PASSAGES)
            looked = _Looked(question, found, self._read(question, found.pool))
            self._last = looked
        return looked

    def _find(self, question: str, k: int) -> _Found:
        query = self._encoder.encode_queries([simplified(question)])[0]
        words = tokens.search_tokens(question)
        return _Found(query, retrieval.find(self._index, query, words, k))

    def _read(self, question: str, pool: Pool) -> tuple[ReadWindow, ...]:
        return ranking.read(self._index, question, pool, self._reader)

    @cached_property
    def _reader(self) -> Reader:
        # A question whose passage is plain does not need it.
        return Reader.load()

    def _hit(self, question: str, found: RankedPassage, k: int) -> Hit:
        chunk = self._index.chunks[found.row]
        return Hit(
            passage=chunk.passage,
            score=round(found.score, 6),
            rank=found.rank,
            sentences=evidence.matching_sentences(question, self._index, chunk),
            found_by=found.found_by(k),
        )
