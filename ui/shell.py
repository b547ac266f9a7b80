"""The page's fixed frame: top bar, chat column, evidence column, reader.

It holds nothing from documents or questions; those arrive later, escaped, from `ui.render`.
"""

from __future__ import annotations

from html import escape

from ui.options import options_html, panel_html, upload_html
from ui.texts import TEXTS, both

# What the script says by itself, as templates that it copies.
_PHRASES = (
    "reading",
    "queued",
    "stopped",
    "copied",
    "copy_failed",
    "retry",
    "empty_question",
    "one_at_a_time",
    "error",
    "offline",
    "busy",
    "unexpected",
    "opening_article",
    "scope_all",
    "upload_sending",
    "upload_same",
    "upload_taken",
    "upload_replace",
    "upload_large",
    "upload_many",
    "dismiss",
)


def shell_html() -> str:
    """The frame as HTML."""
    return (
        f'<div class="youju">{_bar()}<div class="columns">{_chat()}{_pane()}{_reader()}</div>'
        f'<div class="sr spoken" aria-live="polite"></div>{_phrases()}'
        f'<div class="drop" hidden>{both("upload_drop")}</div></div>'
    )


def _bar() -> str:
    other_language = '<span class="zh" lang="en">English</span><span class="en">中文</span>'
    theme = f'<span class="to-dark">{both("dark")}</span><span class="to-light">{both("light")}'
    return (
        '<header class="bar"><p class="brand"><span class="seal" aria-hidden="true">据</span>'
        f'<b>{both("name")}</b></p><p class="motto">{both("motto")}</p><nav>'
        f'<button type="button" class="to-library">{both("library")}</button>'
        f'<button type="button" class="build">{both("rebuild")}</button>'
        f'<button type="button" class="language">{other_language}</button>'
        f'<button type="button" class="theme">{theme}</span></button></nav></header>'
    )


def _chat() -> str:
    return (
        '<main class="chat"><div class="banner" role="status" hidden></div>'
        '<ul class="uploading" role="status"></ul>'
        '<div class="scroll"><div class="stage"></div><div class="turns"></div></div>'
        f'{panel_html()}<form class="ask" novalidate><p class="notice" role="alert"></p><div class="box">'
        f'<textarea rows="1" autocomplete="off" aria-label="{TEXTS["question_label"].zh}" '
        f'placeholder="{TEXTS["placeholder"].zh}" {_hints()}></textarea>'
        f'<button type="submit" class="primary send">{both("send")}</button>'
        f'<button type="button" class="primary stop" hidden>{both("stop")}</button></div>'
        f'{options_html()}<p class="keys">{both("keys")}</p></form></main>'
    )


def _pane() -> str:
    return (
        f'<aside class="pane"><header class="pane-bar">{_leave()}'
        f'<h2 class="kicker">{both("library")}</h2></header>{upload_html()}'
        '<div class="holdings"></div></aside>'
    )


def _reader() -> str:
    return (
        f'<section class="reader" tabindex="-1" hidden><header class="pane-bar">{_leave()}'
        '<p class="reading-title" lang="zh-CN"></p></header><div class="page"></div></section>'
    )


def _leave() -> str:
    arrow = '<span aria-hidden="true">← </span>'
    return f'<button type="button" class="quiet leave">{arrow}{both("back")}</button>'


def _hints() -> str:
    """Attribute texts in both languages for the script, which no style sheet can swap."""
    keys = {
        "aria-label": "question_label",
        "placeholder": "placeholder",
        "off": "placeholder_off",
    }
    return " ".join(
        f'data-zh-{name}="{escape(TEXTS[key].zh)}" data-en-{name}="{escape(TEXTS[key].en)}"'
        for name, key in keys.items()
    )


def _phrases() -> str:
    spans = "".join(f'<span data-phrase="{key}">{both(key)}</span>' for key in _PHRASES)
    return f'<div class="phrases" hidden>{spans}</div>'
