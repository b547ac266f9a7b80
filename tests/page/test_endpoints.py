"""The two endpoints that programs may call by name."""

from __future__ import annotations

from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag import Answer, Hit, Library
from tests.page.browsing import ONE_POST

pytestmark = pytest.mark.browser


def test_the_named_endpoints_give_answers_and_hits(address: str, seed_library: Library) -> None:
    client = Client(address, verbose=False)
    answer = client.predict(ONE_POST, api_name="/chat")
    # Left out where they say nothing.
    silent = {"understood", "struck", "notice", "undated", "unanswered"}
    assert set(answer) == set(Answer.__dataclass_fields__) - silent
    assert answer["short"] == "96.56%"
    (citation,) = [c for c in answer["citations"] if c["marker"] == 1]
    document = seed_library.document(citation["document_id"])
    assert document.text[citation["start"] : citation["end"]] == citation["quote"]
    hits = client.predict(ONE_POST, 2, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2]
    assert set(hits[0]) == set(Hit.__dataclass_fields__)


@pytest.mark.parametrize(
    ("end", "arguments", "words"),
    [
        ("/chat", ("",), "问题"),
        ("/chat", ("问" * 3000,), "3000"),
        ("/search", (ONE_POST, 0), "0"),
        ("/search", (ONE_POST, 100_000), "100000"),
    ],
)
def test_the_named_endpoints_say_what_is_wrong(
    address: str, end: str, arguments: tuple[Any, ...], words: str
) -> None:
    with pytest.raises(AppError, match=words):
        Client(address, verbose=False).predict(*arguments, api_name=end)


def test_only_the_two_endpoints_are_offered(address: str) -> None:
    offered = Client(address, verbose=False).view_api(return_format="dict")
    assert isinstance(offered, dict)
    assert set(offered["named_endpoints"]) == {"/chat", "/search"}
