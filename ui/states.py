"""The page's own states as HTML: first visit, opening, no index, building."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from index.errors import IndexDamaged, IndexMismatch, IndexMissing, StoreError, YoujuError
from ui import glosses
from ui.builds import Build, State, Step
from ui.texts import BUILD_STEPS, both, pair

if TYPE_CHECKING:
    from rag import Library

_TITLES: tuple[tuple[type[YoujuError], str], ...] = (
    (IndexMissing, "missing"),
    (IndexDamaged, "damaged"),
    (IndexMismatch, "mismatch"),
)
_SAID_AFTER = 2.0  # seconds into a step before its rate says anything about its end


def main_html(state: State, questions: Sequence[str]) -> str:
    """What stands in the chat column before the first question."""
    if state.library is not None:
        return welcome_html(questions)
    if state.build is not None and not state.build.ended:
        return _view("building", both("building_first"), _steps(state.build))
    if state.phase == "opening":
        return _view("opening", both("opening_note"), '<progress aria-hidden="true"></progress>')
    return _problem(state)


def banner_html(state: State) -> str:
    """A running or ended rebuild, told beside the library that goes on answering."""
    build = state.build
    if build is None or state.library is None:
        return ""
    dismiss = f'<button type="button" class="quiet dismiss">{both("dismiss")}</button>'
    if not build.ended:
        what = both("building_missed" if build.missed else "building")
        return f"<p>{what}<small>{both('building_note')}</small></p>{_present(build)}"
    if build.error is not None:
        again = f'<button type="button" class="quiet build">{both("try_again")}</button>'
        return f"<p>{both('build_failed')}{message_html(build.error)}</p>{again}{dismiss}"
    return f"<p>{both('built')}{_counts(state.library)}</p>{_left_out(state.library)}{dismiss}"


def _left_out(library: Library) -> str:
    """The files that the build could not read, each with its reason."""
    bad = library.build_report.bad_files if library.build_report else ()
    if not bad:
        return ""
    reasons = "".join(f"<li>{reason_html(file.reason)}</li>" for file in bad)
    return f'<p class="failed">{both("left_out", n=len(bad))}</p><ul>{reasons}</ul>'


def unknown_html(error: Exception) -> str:
    """There is no such collection; those that there are can be chosen below."""
    return _view("broken", message_html(error), "")


def welcome_html(questions: Sequence[str]) -> str:
    """What this is, and questions to begin with."""
    items = "".join(
        f'<li><button type="button" class="example" lang="zh-CN">{escape(question)}</button></li>'
        for question in questions
    )
    listed = f'<h2 class="kicker">{both("try")}</h2><ul class="examples">{items}</ul>'
    return _view("welcome", both("welcome_note"), listed if questions else "")


def message_html(error: Exception) -> str:
    """An error for a person: our own words as they are, anything else without its insides."""
    if isinstance(error, YoujuError):
        return _said(glosses.of_error(error), str(error))
    return both("unexpected")


def reason_html(reason: str) -> str:
    """Why a file was left out."""
    return _said(glosses.of_reason(reason), reason)


def _said(gloss: str, chinese: str) -> str:
    return f'{glosses.html(gloss)}<span class="said" lang="zh-CN">{escape(chinese)}</span>'


def _problem(state: State) -> str:
    error = state.error or YoujuError()
    title = next((title for kind, title in _TITLES if isinstance(error, kind)), "broken")
    failed = state.build.error if state.build else None
    rest = f'<p class="failed">{both("build_failed")}{message_html(failed)}</p>' if failed else ""
    if isinstance(error, StoreError):
        label = both("build_now" if title == "missing" else "mend")
        button = f'<button type="button" class="primary build">{label}</button>'
    else:
        button = f'<button type="button" class="primary reopen">{both("try_again")}</button>'
    return _view(title, message_html(error), f"{rest}{button}{_upload()}")


def _upload() -> str:
    """Where nothing can be built yet, files can be brought; the page hides it where it takes none."""
    return f' <button type="button" class="quiet pick">{both("upload")}</button>'


def _view(title: str, note: str, rest: str) -> str:
    return f'<div class="view {title}"><h1>{both(title)}</h1><p>{note}</p>{rest}</div>'


def _counts(library: Library) -> str:
    info = library.info
    return both("counts", documents=info.documents, passages=info.passages)


def _steps(build: Build) -> str:
    """Every step of a build, with the count, the bar and the time left of the present one."""
    if not build.steps:
        return _preparing()
    seen = {step.progress.step: step for step in build.steps}
    current = build.steps[-1].progress.step
    names = [*BUILD_STEPS, *(name for name in seen if name not in BUILD_STEPS)]
    items = "".join(_step(name, seen.get(name), name == current) for name in names)
    return f'<ol class="steps">{items}</ol>'


def _present(build: Build) -> str:
    """The present step alone, in one line: beside a conversation nothing may jump."""
    if not build.steps:
        return _preparing()
    step = build.steps[-1]
    return f'<ol class="steps">{_step(step.progress.step, step, current=True)}</ol>'


def _preparing() -> str:
    """Before the first step the model is loaded, which reports nothing."""
    return f'<ol class="steps"><li class="current">{both("preparing")}</li></ol>'


def _step(name: str, step: Step | None, current: bool) -> str:
    label = f"<span>{pair(name, BUILD_STEPS.get(name, name))}</span>"
    if step is None:
        return f"<li>{label}</li>"
    done, total = step.progress.done, step.progress.total
    count = f"<small>{done} / {total}</small>" if total > 1 else ""
    if not current:
        return f'<li class="done">{label}{count}</li>'
    bar = f'<progress max="{max(total, 1)}" value="{done}"></progress>' if total > 1 else ""
    return f'<li class="current" aria-current="step">{label}{count}{bar}{_left(step)}</li>'


def _left(step: Step) -> str:
    spent = time.monotonic() - step.began
    done, total = step.progress.done, step.progress.total
    if spent < _SAID_AFTER or not 0 < done < total:
        return ""
    return f"<small>{both('time_left', n=round(spent / done * (total - done)) or 1)}</small>"
