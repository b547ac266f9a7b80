"""The one library that the page answers from: opened in the background, swapped by a rebuild."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index import origins, sources, store, uploads
from index.errors import IndexMissing, InputError, YoujuError
from index.types import Progress
from index.uploads import Upload
from ui.builds import Build, State

if TYPE_CHECKING:
    from rag import Library

log = logging.getLogger(__name__)


class Shelf:
    """Holds one immutable `State`; every change swaps it whole, so readers need no lock."""

    def __init__(
        self,
        open_library: Callable[[], Library],
        build_library: Callable[[Callable[[Progress], None]], Library],
        root: Path | None = None,
    ) -> None:
        """Take the two ways to a library; nothing happens until `open` or `build`.

        ``root`` is the folder of the index, where files may be uploaded to it.
        """
        self._root, self._again = root, False
        self._open_library = open_library
        self._build_library = build_library
        self._changing, self._following = threading.Lock(), threading.Lock()
        self._seen: str | None = None  # the generation that is held, or was last tried
        self._settled = threading.Event()
        self._state = State("opening")

    @classmethod
    def at(
        cls, data: Path, seeds: Path | None, model: str | None, reranker: str | None = None
    ) -> Shelf:
        """A shelf for the index in ``data``, built of ``seeds`` or, without, of what it was before."""

        def open_library() -> Library:
            from rag import Library

            return Library.open(data, model=model, reranker=reranker)

        def build_library(progress: Callable[[Progress], None]) -> Library:
            from rag import Library

            return Library.build(
                _sources(data, seeds), data, model=model, reranker=reranker, progress=progress
            )

        return cls(open_library, build_library, data)

    @property
    def state(self) -> State:
        """The present state."""
        return self._state

    def library(self) -> Library:
        """The library of the current generation, waited for while it is being opened.

        Raises:
            YoujuError: there is none, for the reason given.
        """
        self._settled.wait()
        self.follow()
        state = self._state
        if state.library is not None:
            return state.library
        assert state.error is not None
        raise state.error

    def follow(self) -> None:
        """Take over what another process has made current; where it cannot be opened, nothing changes."""
        with self._following:
            now = store.current_name(self._root) if self._root else None
            if now in (None, self._seen) or not self._settled.is_set():
                return
            self._seen, before = now, self._state.library  # tried once, not at every question
            try:
                library = self._open_library()
            except Exception as error:  # noqa: BLE001 - the former one goes on answering
                log.warning("索引第 %s 版打不开，没有换用：%s", now, error)
                return
            with self._changing:
                if self._state.library is before:  # else a build of this one came between
                    self._take(library)

    def uploading_to(self) -> Path:
        """The folder of the index that files are uploaded to.

        Raises:
            InputError: this shelf takes none.
        """
        if self._root is None:
            raise InputError("这个文库不能上传文件。")
        return self._root

    @property
    def takes_uploads(self) -> bool:
        """Whether files may be uploaded to it."""
        return self._root is not None

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The files uploaded so far."""
        return uploads.listed(self._root) if self._root else ()

    @property
    def left_out(self) -> Mapping[str, str]:
        """Uploaded files that the index does not hold, each with the reason; '' if it is not known.

        Empty while a build runs that may take them in.
        """
        library, build = self._state.library, self._state.build
        if self._root is None or library is None or (build and not build.ended):
            return {}
        folder = f"{uploads.path(Path(), '').as_posix()}/"  # wherever it lay when it was read
        held = {file.rpartition("/")[2] for file in library.files if folder in file}
        bad = library.build_report.bad_files if library.build_report else ()
        reasons = {file.path: file.reason.removeprefix(f"{file.path}：") for file in bad}
        names = (upload.name for upload in self.uploads if upload.name not in held)
        return {name: reasons.get(str(uploads.path(self._root, name)), "") for name in names}

    def remove(self, name: str) -> None:
        """Take an uploaded file out; the next build forgets it.

        Raises:
            InputError: there is none of that name, or nothing would be left to answer from.
            StoreError: it cannot be deleted.
        """
        root = self.uploading_to()
        if self._state.library is not None and sources.is_last(root, name):
            raise InputError(
                f"{name[:60]} 是这个文库的最后一个文件，没有移除：文库不能是空的。"
                f"请先上传别的文件再移除它；若整个文库都不要了，请删除文件夹 {root}"
            )
        uploads.remove(root, name)

    def hold(self, library: Library) -> None:
        """Answer from ``library``, which is open already."""
        with self._changing:
            self._take(library)
        self._settled.set()

    def open(self) -> None:
        """Open the stored index in the background, unless there is a library already."""
        with self._changing:
            if self._state.library is not None:
                return
            self._settled.clear()
            self._state = replace(self._state, phase="opening", error=None)
        threading.Thread(target=self._open, name="youju-open", daemon=True).start()

    def build(self, again: bool = False, missed: bool = False) -> None:
        """Rebuild in the background, unless a build runs already.

        ``again``: what has changed may have come too late for that one, so another follows it.
        ``missed``: see `Build`.
        """
        with self._changing:
            if self._state.build is not None and not self._state.build.ended:
                self._again |= again
                return
            self._state = replace(self._state, build=Build(missed=missed))
        threading.Thread(target=self._build, name="youju-build", daemon=True).start()

    def _take(self, library: Library) -> None:
        self._seen = library.info.generation
        self._state = replace(self._state, phase="ready", library=library, error=None)

    def catch_up(self, quiet: float = 0.0) -> None:
        """Build where no build followed an upload, or the removal of one, for ``quiet`` seconds.

        Then the process was killed, or the page closed, before the build that the page asks for.
        After a build that failed nothing happens of itself: the next one would fail as well.
        """
        at = uploads.changed_at(self._root) if self._root else None
        build = self._state.build
        idle = build is None or (build.ended and build.error is None)
        if at is not None and idle and time.time() - at >= quiet:
            self.build(missed=True)

    def _open(self) -> None:
        self._seen = store.current_name(self._root) if self._root else None
        try:
            library = self._open_library()
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to catch
            _log_unexpected(error)
            with self._changing:
                self._state = replace(self._state, phase="failed", error=error)
            self._settled.set()
            if isinstance(error, IndexMissing):  # what is damaged is not replaced unasked
                self.catch_up()
        else:
            self.hold(library)
            self.catch_up()

    def _build(self) -> None:
        try:
            library = self._build_library(self._advance)
        except Exception as error:  # noqa: BLE001 - as above
            _log_unexpected(error)
            self._end_build(error)
        else:
            self.hold(library)
            self._end_build(None)

    def _end_build(self, error: Exception | None) -> None:
        with self._changing:
            build = self._state.build or Build()
            self._state = replace(self._state, build=replace(build, ended=True, error=error))
            again, self._again = self._again, False
        if again:
            self.build()

    def _advance(self, progress: Progress) -> None:
        with self._changing:
            build = self._state.build or Build()
            self._state = replace(self._state, build=build.advanced(progress))


def _sources(root: Path, seeds: Path | None) -> Sequence[Path]:
    found = origins.recall(root) if seeds is None else (seeds,)
    if not found and not uploads.listed(root):
        raise InputError(
            f"不知道 {root} 由哪些文件建成。请上传文件，或在命令行建立：youju index 路径 --data {root}"
        )
    return found


def _log_unexpected(error: Exception) -> None:
    if not isinstance(error, YoujuError):
        log.error("unexpected failure", exc_info=error)
