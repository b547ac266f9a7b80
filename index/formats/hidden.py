"""What a web page hides from its reader must not become evidence."""

from __future__ import annotations

import re
from typing import Any

# Their content is not shown as text, or not without a script.
_TAGS = ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_NESTED = re.compile(r"@[^{;]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")  # @media print and the like
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"([\w-]*)((?:[.#][\w-]+)*)")


def remove(tree: Any) -> None:
    """Take out of ``tree`` what cannot be seen, by tag, attribute, style or the page's own rules.

    Of style sheets only rules of one simple selector (``.a``, ``p.b#c``) are understood, and
    sheets in other files are not read.
    """
    selectors = [s for sheet in tree.iter("style") for s in _hiding_selectors(sheet.text or "")]
    gone = list(tree.iter(*_TAGS))
    for element in tree.iter():
        own = _HIDING.search(element.get("style") or "") or element.get("hidden") is not None
        if own or any(_matches(element, tag, names) for tag, names in selectors):
            gone.append(element)
    for element in gone:
        if element.getparent() is not None and element.tag not in ("html", "body"):
            element.drop_tree()


def _hiding_selectors(sheet: str) -> list[tuple[str, frozenset[str]]]:
    """Tag ('' for any) and the names with their . or # of each selector that hides."""
    plain = _NESTED.sub("", _COMMENT.sub("", sheet))
    found = []
    for selectors, declarations in _RULE.findall(plain):
        if _HIDING.search(declarations):
            for selector in selectors.split(","):
                match = _SIMPLE.fullmatch(selector.strip())
                if match and match[0]:
                    found.append((match[1], frozenset(re.findall(r"[.#][\w-]+", match[2]))))
    return found


def _matches(element: Any, tag: str, names: frozenset[str]) -> bool:
    if tag and tag.lower() != element.tag:
        return False
    own = {f".{name}" for name in (element.get("class") or "").split()}
    return names <= own | {f"#{element.get('id')}"}
