"""What stands around the question box: which documents are asked, who writes, files to add.

Like the rest of the frame it holds nothing from documents; the script fills it in.
"""

from __future__ import annotations

from html import escape

from index.documents import SUFFIXES
from index.uploads import FILE_MAX
from ui.texts import TEXTS, both

MEGABYTES = FILE_MAX >> 20
PICK_MAX = 100  # files that the page sends for one choice or drop
KINDS = " ".join(suffix.removeprefix(".") for suffix in SUFFIXES)


def options_html() -> str:
    """The line below the question box; each part is shown where there is something to choose."""
    return (
        '<div class="options">'
        f'<label class="choice" hidden>{both("collection")}<select class="collection"></select>'
        f'</label><span class="choice within" hidden><button type="button" class="quiet limit" '
        f'aria-expanded="false" aria-controls="youju-scope">{both("scope")}'
        f'<span class="scope-label">{both("scope_all")}</span></button>'
        f'<button type="button" class="quiet unlimit" hidden>{both("scope_clear")}</button></span>'
        f'<label class="choice" hidden>{both("writer")}<select class="writer">'
        '<option value="model"></option>'
        f'<option value="" {_two("text", "writer_none")}>{escape(TEXTS["writer_none"].zh)}</option>'
        "</select></label></div>"
    )


def panel_html() -> str:
    """The fields that limit a question to some documents."""
    fields = "".join(
        _field(name, label, hint, list_)
        for name, label, hint, list_ in (
            ("documents", "scope_document", "scope_part", "titles"),
            ("publishers", "scope_publisher", "scope_part", "publishers"),
            ("since", "scope_from", "scope_date", ""),
            ("until", "scope_to", "scope_date", ""),
        )
    )
    return (
        '<form class="scope" id="youju-scope" hidden novalidate>'
        f'<div class="fields">{fields}</div><p class="scope-error failed" role="alert"></p>'
        f'<p class="actions"><button type="submit" class="primary">{both("scope_apply")}</button>'
        f'<button type="button" class="quiet unlimit">{both("scope_clear")}</button></p>'
        '<datalist id="youju-titles"></datalist><datalist id="youju-publishers"></datalist></form>'
    )


def upload_html() -> str:
    """The way to add files, beside the list of what the library holds."""
    accept = ",".join(SUFFIXES)
    hint = both("upload_hint", kinds=KINDS, megabytes=MEGABYTES, count=PICK_MAX)
    return (
        f'<section class="upload" hidden><button type="button" class="quiet pick">{both("upload")}'
        f'</button><p class="hint">{hint}</p><input type="file" class="files" multiple hidden '
        f'accept="{accept}" data-max="{FILE_MAX}" data-count="{PICK_MAX}"><div class="uploaded"></div></section>'
    )


def _field(name: str, label: str, hint: str, list_: str) -> str:
    offered = f'list="youju-{list_}"' if list_ else ""
    return (
        f'<label>{both(label)}<input name="{name}" autocomplete="off" maxlength="200" {offered} '
        f'placeholder="{escape(TEXTS[hint].zh)}" {_two("placeholder", hint)}></label>'
    )


def _two(attribute: str, key: str) -> str:
    """Words in both languages for the script, where no style sheet can choose."""
    return (
        f'data-of="{attribute}" data-zh="{escape(TEXTS[key].zh)}" data-en="{escape(TEXTS[key].en)}"'
    )
