"""The seed article: its headings, figures and debris."""

from __future__ import annotations

import pytest

from index.passages import ABOUT
from rag import Library


def test_seed_has_its_debris_in_no_passage(seed_library: Library) -> None:
    (document,) = seed_library.documents.values()
    for debris in ("字号", "下载时刻客户端"):
        assert debris in document.text
        assert all(debris not in passage.text for passage in seed_library.passages)


def test_seed_headings_are_attached_and_no_passages(seed_library: Library) -> None:
    headings = [
        "以“红色铸魂”凝聚发展共识",
        "以“素质提升”蓄足发展动能",
        "以“先锋引领”厚植发展优势",
        "以“保障优化”夯实发展基础",
    ]
    found = [passage.section for passage in seed_library.passages]
    assert found == [ABOUT, ABOUT, "", *headings]
    begins = [passage.text[:8] for passage in seed_library.passages[3:]]
    assert begins == ["统筹推动省委“三", "推动省委“三高四", "发挥党建对落实省", "基础不牢,地动山"]
    assert all(p.text not in headings for p in seed_library.passages)


@pytest.mark.parametrize("whole", ["9.89亿元", "23.4%", "“1+5”文件", "2500元/人", "1.2亿元"])
def test_seed_figures_stay_in_one_sentence_and_one_window(
    seed_library: Library, whole: str
) -> None:
    (document,) = seed_library.documents.values()
    at = document.text.index(whole)
    for spans in (
        [span for one in seed_library._index.chunks for span in one.sentences],
        [span for one in seed_library._index.chunks for span in one.windows],
    ):
        assert [s for s in spans if s.start <= at and at + len(whole) <= s.end]
