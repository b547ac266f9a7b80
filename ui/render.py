"""An answer as HTML: pure functions from view values to strings, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from index.errors import LanguageModelError
from index.types import Document, Span
from rag import courtesy
from rag.together import told
from rag.types import Struck
from ui import glosses
from ui.marks import answer_spans, emphasised
from ui.texts import both, pair
from ui.views import Sentence, Turn, credits_of, sentences

_LIST_FROM = 3  # sentences that read better as a list


def answer_html(turn: Turn) -> str:
    """The answer: bare answer, sentences with their markers, how sure, what to do next."""
    if met := courtesy.reply(turn.answer.question):
        return f'<p class="refusal">{_own_words(met)}</p>'
    if turn.answer.status == "no_evidence":
        return _refusal(turn)
    open_ = told(turn.answer.unanswered)
    body = _sentences_html([s for s in sentences(turn.answer) if s.text not in open_], turn)
    body += _open_html(open_) + _notice_html(turn.answer.notice)
    short = _understood_html(turn.answer.understood) + _short_html(turn.answer.short)
    return f'{short}<div class="sentences" lang="zh-CN">{body}</div>{_foot(turn)}'


def plain_text(turn: Turn) -> str:
    """The answer with its sources, for the clipboard."""
    answer = turn.answer
    lines = [
        answer.understood or answer.question.strip(),
        "",
        *([answer.short] if answer.short else []),
        answer.text,
    ]
    if answer.citations:
        lines += ["", "出处"]
        lines += [
            f"[{citation.marker}] {_source_words(card.document, citation.section)}"
            for card in turn.cards
            for citation in card.citations
        ]
    return "\n".join(lines)


def error_html(message: str, retry: bool = True) -> str:
    """A failed turn: ``message`` is HTML that `both` made, or escaped text."""
    button = f'<button type="button" class="quiet retry">{both("retry")}</button>' if retry else ""
    return (
        f'<div class="failure" role="alert"><strong>{both("error")}</strong><p>{message}</p>'
        f'<div class="actions">{button}</div></div>'
    )


def _source_words(document: Document, section: str) -> str:
    parts = [f"《{document.title or document.id}》", section, *credits_of(document)]
    return "，".join(part for part in parts if part)


def _understood_html(understood: str) -> str:
    if not understood:
        return ""
    notes = glosses.html(glosses.of_understood(understood))
    return f'<p class="understood">{both("understood", q=understood)}{notes}</p>'


def _short_html(short: str) -> str:
    if not short:
        return ""
    size = " long" if len(short) > 14 else ""
    return f'<p class="short{size}">{_own_words(short)}</p>'


def _own_words(said: str) -> str:
    """In both languages where they are no document's words."""
    english = glosses.of_words(said)
    return pair(said, english) if english else f'<span lang="zh-CN">{escape(said)}</span>'


def _sentences_html(found: Sequence[Sentence], turn: Turn) -> str:
    """A sentence or two as paragraphs, more as a list, its counted items set off."""
    as_list = len(found) >= _LIST_FROM or sum(sentence.is_item for sentence in found) > 1
    mixed = any(s.is_item for s in found) and not all(s.is_item for s in found)
    tag = "li" if as_list else "p"
    pieces: list[str] = []
    for number, sentence in enumerate(found):
        pieces += _struck_before(number, tag, turn)
        pieces.append(_sentence_html(tag, number, sentence, turn, mixed))
    pieces += _struck_before(len(found), tag, turn)
    return f"<ul>{''.join(pieces)}</ul>" if as_list else "".join(pieces)


def _struck_before(line: int, tag: str, turn: Turn) -> list[str]:
    """What the model wrote there and the text does not say, its numbers and names flagged."""
    return [
        f'<{tag} class="sentence struck"><del>{_flagged(struck)}</del> '
        f'<span class="doubt">{both("struck")}</span></{tag}>'
        for struck in turn.answer.struck
        if struck.line == line
    ]


def _flagged(struck: Struck) -> str:
    whole = Span(0, len(struck.text))
    return emphasised(struck.text, whole, struck.flaws, "em")


def _open_html(lines: Sequence[str]) -> str:
    """Which parts of the question are open."""
    if not lines:
        return ""
    items = "".join(f"<li>{_remark_gloss(line)}{escape(line)}</li>" for line in lines)
    return f'<div class="still-open" role="note"><strong>{both("partly")}</strong><ul>{items}</ul></div>'


def _notice_html(notice: str) -> str:
    if not notice:
        return ""
    gloss = glosses.html(glosses.KINDS[LanguageModelError])
    return f'<p class="hint notice-line">{gloss}{escape(notice)}</p>'


def _remark_gloss(line: str) -> str:
    return glosses.html(glosses.of_remark(line))


def _sentence_html(tag: str, number: int, sentence: Sentence, turn: Turn, mixed: bool) -> str:
    supported = bool(sentence.markers) or turn.answer.status == "answered"
    doubt = "" if supported else f' <span class="doubt">{both("unsupported")}</span>'
    refs = "".join(_marker(turn.number, n) for n in sentence.markers)
    quoted = any(citation.quote == sentence.text for citation in turn.answer.citations)
    gloss = "" if quoted else _remark_gloss(sentence.text)
    numbers = " ".join(map(str, sentence.markers))
    place = ("" if not mixed else " head" if sentence.is_item else " under") if tag == "li" else ""
    return (
        f'<{tag} class="sentence{place}{"" if supported else " unsupported"}" '
        f'data-refs="{numbers}" '
        f'style="--n:{number}">{gloss}<span class="words">'
        f"{_with_short(sentence.text, turn.answer.short)}</span>{refs}{doubt}</{tag}>"
    )


def _with_short(text: str, short: str) -> str:
    whole = Span(0, len(text))
    return emphasised(text, whole, answer_spans(text, whole, short), "b")


def _marker(turn: int, number: int) -> str:
    """The link from a sentence to its evidence; a word joiner keeps it off a line of its own."""
    return (
        f'&#8288;<a class="ref" href="#t{turn}-e{number}" data-ref="{number}">'
        f'[{number}]<span class="sr"> {both("marker")}</span></a>'
    )


def _foot(turn: Turn) -> str:
    count = len(turn.answer.citations)
    tip = both("sure_tip", n=round(turn.answer.confidence * 100))
    places = both("places", n=count)
    return (
        '<div class="foot"><p class="meta">'
        f'<span class="sure {turn.level}" tabindex="0" aria-describedby="t{turn.number}-tip">'
        f"<i></i>{both(turn.level)}"
        f'<span class="tip" role="tooltip" id="t{turn.number}-tip">{tip}</span></span>'
        f'<button type="button" class="quiet show" aria-controls="t{turn.number}-evidence">'
        f"{places}</button>{_seconds(turn.seconds)}</p>{_actions()}</div>"
    )


def _seconds(seconds: float) -> str:
    return f'<span class="seconds">{both("seconds", n=f"{max(seconds, 0.1):.1f}")}</span>'


def _actions() -> str:
    return (
        f'<p class="actions"><button type="button" class="quiet copy">{both("copy")}</button>'
        f'<button type="button" class="quiet retry">{both("retry")}</button></p>'
    )


def _refusal(turn: Turn) -> str:
    """No evidence: said once, plainly; the nearest passages stay folded beside it."""
    count = len(turn.others)
    show = (
        f'<button type="button" class="quiet show" aria-controls="t{turn.number}-evidence">'
        f"{both('nearest', n=count)}</button>"
        if count
        else ""
    )
    return (
        f'{_understood_html(turn.answer.understood)}<p class="refusal">{both("no_evidence")}</p>'
        f'<p class="hint">{both("refusal_note")}</p>'
        f'<div class="foot"><p class="meta">{show}{_seconds(turn.seconds)}</p>'
        f'<p class="actions"><button type="button" class="quiet retry">{both("retry")}</button>'
        "</p></div>"
    )
