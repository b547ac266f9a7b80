"""What the systems are compared on, and by."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import material, one_system, own_systems, peers, systems
from benchmarks.compared import BEST, Ask, System
from benchmarks.one_system import Task
from benchmarks.systems import Figures, Row
from index import bundled_model
from index.embedding import Encoder, Vector
from tests.evaluation.scripted import write_rows

TEXTS = [
    "青石桥建于1897年，由李家出资修建，是全县最早的石拱桥，至今仍在使用。",
    "县医院去年新增床位三百张，门诊大楼预计在明年夏天完工。",
    "苹果的价格比上个月上涨了两成，果农说是因为春天的霜冻。",
    "地铁二号线的首班车时间为早上六点，末班车时间为晚上十一点。",
    "图书馆周一闭馆，其余时间从上午九点开放到晚上八点。",
    "足球队在决赛中以二比一获胜，第三次拿到了全国冠军。",
]
QUESTION = "青石桥是哪一年修建的？"
PACKAGES = {  # that only `benchmarks/requirements.txt` installs
    "langchain + faiss": "langchain_community",
    "txtai": "txtai",
    "bm25s (words only)": "bm25s",
    "BM25 rebuilt for each question (words only)": "rank_bm25",
}


class Recorder(System):
    """A system that finds its own texts and remembers what it was given."""

    vectors: Vector | None = None

    def build(self, texts: Sequence[str], vectors: Vector | None, folder: Path) -> None:
        assert not list(folder.iterdir())
        self.vectors = vectors
        (folder / "texts.json").write_text(json.dumps(texts))

    def open(self, folder: Path) -> Ask:
        texts = json.loads((folder / "texts.json").read_text())
        return lambda question: texts


@pytest.fixture
def task(tmp_path: Path) -> Task:
    task = Task(tmp_path)
    task.texts.write_text(json.dumps(["甲", "乙"]))
    task.questions.write_text(json.dumps(["一？", "二？", "三？", "四？"]))
    return task


def test_passages_are_cut_from_articles_without_a_gap(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(440))
    write_rows(tmp_path / "corpus.jsonl", [{"_id": "1", "text": f"{text[:50]}\n{text[50:]}"}])
    pieces = material.pieces(tmp_path, 4, 100)
    assert sorted(pieces) == [text[at : at + 100] for at in (0, 100, 200, 300)]  # 40 are too few
    assert material.pieces(tmp_path, 2, 100) == pieces[:2]
    with pytest.raises(ValueError, match="4 pieces, not 5"):
        material.pieces(tmp_path, 5, 100)


def test_vectors_go_to_those_that_embed_and_each_build_starts_anew(task: Task) -> None:
    system = Recorder(Path())
    one_system.build("it", system, task)
    assert system.vectors is None
    np.save(task.vectors, rows := np.eye(2, dtype=np.float32))
    assert one_system.build("it", system, task).seconds > 0
    np.testing.assert_array_equal(system.vectors, rows)
    system.builds = "words"
    one_system.build("it", system, task)
    assert system.vectors is None


def test_the_first_question_is_the_cold_start_and_the_others_are_counted(task: Task) -> None:
    system = Recorder(Path())
    one_system.build("it", system, task)
    asked = one_system.ask("it", system, task, time.monotonic() - 100)
    assert asked.cold_start_s >= 100
    assert asked.questions == 3
    assert asked.peak_mb > 0


def test_a_slow_system_is_asked_fewer_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 12))  # seconds between any two looks
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    assert one_system._asked(lambda question: [], ["?"] * 100) == [12, 12, 12]
    clock = iter(range(0, 1000, 90))
    assert one_system._asked(lambda question: [], ["?"] * 100) == [90]


def test_the_median_and_the_ratio_are_of_each_figure() -> None:
    rounds = [figures(p50_ms=30, p95_ms=60), figures(p50_ms=10, p95_ms=90), figures(p50_ms=20)]
    middle = systems.median(rounds)
    assert (middle.build_s, middle.p50_ms, middle.p95_ms) == (4, 20, 60)
    ratio = systems.ratio(figures(p50_ms=5, build_s=2), middle)
    assert (ratio.build_s, ratio.p50_ms) == (0.5, 0.25)


def test_the_table_gives_tokens_only_where_the_build_is_whole() -> None:
    found = figures(p50_ms=20)
    ratio = systems.ratio(figures(p50_ms=4000, build_s=1.6), found)
    rows = [
        Row("it", 10_000, 800, built, builds, "abc", found, ratio, (found,))
        for built in ("embedded", "given", "words", "nothing")
        for builds in (5, 1)
    ]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in systems.table(rows)[2:]]
    assert [row[2] for row in cells[::2]] == ["200 (2.5)", "4 s*", "200", "-"]
    assert [row[2] for row in cells[1::2]] == ["200 (2.5, once)", "4 s*, once", "200, once", "-"]
    assert cells[0][0] == "10,000"
    assert cells[0][4] == "20.0 / 50.0 (200; 7)"


def figures(p50_ms: float, p95_ms: float = 50, build_s: float = 4) -> Figures:
    return Figures(build_s, 100, 2, 7, p50_ms, p95_ms, 300)


@pytest.mark.parametrize("name", peers.SYSTEMS)
def test_each_system_finds_the_passage(name: str, tmp_path: Path, encoder: Encoder) -> None:
    if name in PACKAGES:
        pytest.importorskip(PACKAGES[name])
    system = peers.SYSTEMS[name](bundled_model.prepare())
    given = encoder.encode_passages(TEXTS)
    system.prepare()
    for vectors in (None, given):
        folder = tmp_path / ("embedded" if vectors is None else "given") / "it"
        folder.mkdir(parents=True)
        if name == "youju, finding only":  # it opens what youju built beside it
            _build_youju(vectors, folder.with_name(own_systems.NAME))
        system.build(TEXTS, vectors, folder)
        found = system.open(folder)(QUESTION)
        assert len(set(found) & set(TEXTS)) == BEST
        assert found[0] == TEXTS[0]


def _build_youju(vectors: Vector | None, folder: Path) -> None:
    folder.mkdir()
    youju = own_systems.Youju(Path())
    youju.prepare()
    youju.build(TEXTS, vectors, folder)


def test_given_vectors_go_to_their_texts_and_other_texts_are_embedded(encoder: Encoder) -> None:
    rows = np.eye(384, dtype=np.float32)[: len(TEXTS)]
    given = own_systems._Given(encoder, TEXTS, rows)
    found = given.encode_passages([f"标题\n{TEXTS[4]}", "别的文字", TEXTS[0]])
    np.testing.assert_array_equal(found[[0, 2]], rows[[4, 0]])
    np.testing.assert_array_equal(found[1], encoder.encode_passages(["别的文字"])[0])


def test_a_long_build_is_made_once(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def child(action: str, name: str, task: Task, model: Path) -> dict[str, float]:
        if action == "ask":
            return {"cold_start_s": 1, "questions": 3, "p50_ms": 9, "p95_ms": 9, "peak_mb": 5}
        built.append(name)
        return {"seconds": 21 if name == "slow" else 19, "peak_mb": 5}

    monkeypatch.setattr(systems, "SYSTEMS", {"youju": Recorder, "slow": Recorder})
    monkeypatch.setattr(systems, "_child", child)
    monkeypatch.setattr(systems, "_tokens", lambda texts, model: 4)
    rows = systems._compared(task, Path(), 3)
    assert built == ["youju", "slow", "youju", "youju"]
    assert [row.builds for row in rows] == [3, 1]
