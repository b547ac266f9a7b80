"""The second article: nested headings, a table, a list, a dialogue, credits."""

from __future__ import annotations

import pytest

from index.passages import ABOUT
from rag import Library
from tests import DATA
from tests.passages.cutting import cut


def passage_with(library: Library, part: str) -> tuple[str, str]:
    """Section and text of the one passage that holds ``part``."""
    (found,) = (p for p in library.passages if part in p.text)
    return found.section, found.text


def test_headings_nest(second_library: Library) -> None:
    section, _ = passage_with(second_library, "小麦每亩定额200立方米")
    assert section == "二、怎么改 › （二）让价钱说话 › 1. 定额以内不涨价"
    section, _ = passage_with(second_library, "2019年，试点区亩均用水486立方米")
    assert section == "三、改得怎么样"


def test_table_is_one_passage_with_its_caption(second_library: Library) -> None:
    _, table = passage_with(second_library, "石桥镇\t18600")
    rows = table.split("\n")
    assert rows[0].startswith("表1")
    assert rows[1].startswith("乡镇\t改造面积")
    assert rows[-1].startswith("合计\t60000")
    assert len(rows) == 9
    (one,) = (c for c in second_library._index.chunks if c.passage.text == table)
    text = next(iter(second_library.documents.values())).text
    assert [span.of(text) for span in one.sentences] == rows


def test_list_stays_with_the_line_that_announces_it(second_library: Library) -> None:
    section, text = passage_with(second_library, "（1）改完剩余的3.6万亩")
    assert section == "五、下一步"
    assert text.startswith("从现在到2025年，县里打算做好四件事：\n（1）")
    assert text.endswith("（4）为全部管水员办理意外伤害保险。")


def test_dialogue_is_one_passage_a_turn_a_line(second_library: Library) -> None:
    section, text = passage_with(second_library, "李站长：人。")
    assert section == "四、站长怎么说"
    turns = text.split("\n")
    assert [turn.partition("：")[0] for turn in turns] == ["记者", "李站长"] * 4


def test_second_article_has_no_debris(second_library: Library) -> None:
    (document,) = second_library.documents.values()
    for debris in ("分享到", "打印  关闭", "相关阅读", "栖河县启动春季", "除险加固", "上一篇"):
        assert debris in document.text
        assert all(debris not in passage.text for passage in second_library.passages)


def test_credits_above_and_below_are_about_the_article(second_library: Library) -> None:
    about = [p.text for p in second_library.passages if p.section == ABOUT]
    assert about[0].endswith("记者 周敏")
    assert about[-1] == "（责任编辑：何佳）"
    assert len(about) == 2


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_do_not_change_what_is_found(line_end: str) -> None:
    text = (DATA / "second_article.txt").read_text("utf-8")
    plain, other = cut(text), cut(text.replace("\n", line_end))
    assert [c.passage.section for c in plain] == [c.passage.section for c in other]
    assert [c.passage.text for c in plain] == [
        c.passage.text.replace(line_end, "\n") for c in other
    ]
