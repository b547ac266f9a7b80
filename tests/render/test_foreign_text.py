"""Nothing foreign becomes markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.errors import YoujuError
from index.types import Span
from rag import Why
from rag.types import Answer, Hit
from tests.render.turns import HOSTILE, Page, citation, document, passage
from ui import article, evidence, render, states, views


def hostile_turns() -> list[str]:
    text = f"标题\n\n{HOSTILE}。\n"
    metadata = {"author": HOSTILE, "publisher": HOSTILE, "date": HOSTILE}
    source = document(text, id=HOSTILE, title=HOSTILE, source=HOSTILE, metadata=metadata)
    place = replace(passage(source), section=HOSTILE)
    cited = citation(source, f"{HOSTILE}。", 1)
    hit = Hit(place, 1.0, 1, (Span(cited.start, cited.end),), ("dense",))
    answer = Answer(HOSTILE, "answered", f"{HOSTILE}。[1]", HOSTILE, 0.9, (cited,), (hit,))
    card = views.Card(place, source, (cited,), Why((HOSTILE,), 1, 1, None))
    turn = views.Turn(1, answer, "strong", 0.1, (card,), (views.Other(hit, source),))
    return [
        render.answer_html(turn),
        evidence.evidence_html(turn),
        evidence.found_html(HOSTILE, [place]),
        article.article_html(source, Span(0, 9), [Span(5, 20)], HOSTILE),
        states.welcome_html([HOSTILE]),
        states.message_html(YoujuError(HOSTILE)),
    ]


@pytest.mark.parametrize("html", hostile_turns())
def test_foreign_text_is_shown_and_never_becomes_markup(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "script", "iframe", "svg"})
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#t").startswith("#t")
    assert "onerror" in page.text()
