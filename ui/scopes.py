"""What a question is limited to: as a page or program sends it, and as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from rag.scope import EVERYTHING, Scope
from ui.texts import both

if TYPE_CHECKING:
    from rag import Covered

OFFERED = 1000  # names that a field offers at once

_NAMES = frozenset(field.name for field in fields(Scope))


def scope_of(sent: Mapping[str, Any] | None) -> Scope:
    """The scope of JSON values by the names of its fields; nothing sent is everything.

    Raises:
        InputError: another field, or a value of another type.
    """
    values = dict(sent or {})
    if unknown := set(values) - _NAMES:
        raise InputError(
            f"范围里没有 {sorted(unknown)} 这样的项。可用：{'、'.join(sorted(_NAMES))}"
        )
    return Scope(
        documents=_several(values, "documents"),
        publishers=_several(values, "publishers"),
        since=_one(values, "since"),
        until=_one(values, "until"),
    )


def _several(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = sent.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"范围的 {name} 应为字符串的列表，实为 {str(value)[:60]!r}。")
    return tuple(value)


def _one(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise InputError(f"范围的 {name} 应为一个字符串，实为 {str(value)[:60]!r}。")
    return value


def label_html(scope: Scope, covered: Covered) -> str:
    """A scope in a line, with the number of its documents; all of them in two words."""
    if scope == EVERYTHING:
        return both("scope_all")
    said = [f'<span lang="zh-CN">{escape(name)}</span>' for name in _names(scope)]
    said += [both("scope_since", day=scope.since)] if scope.since else []
    said += [both("scope_until", day=scope.until)] if scope.until else []
    count = both("scope_count", n=covered.documents)
    undated = both("scope_undated", n=covered.undated) if covered.undated else ""
    return f"{' · '.join(said)}<small> · {count}{undated}</small>"


def offers_html(names: Sequence[str]) -> str:
    """Titles or publishers to choose from; where there are more, another letter finds them."""
    return "".join(f'<option value="{escape(name)}"></option>' for name in names[:OFFERED])


def _names(scope: Scope) -> tuple[str, ...]:
    return tuple(f"《{name}》" for name in scope.documents) + scope.publishers
