"""PDFs that crash their library, hang in it, or take all memory: each one bad file, no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from index import build, searchable
from index.changes import BadFile
from index.documents import SourceFile, read_source
from index.errors import SourceError
from index.formats import pdf, pdf_process
from index.formats.pdf_process import PdfProcess
from index.types import Document
from tests import samples
from tests.editions import SmallEncoder

FAULTS = {
    "crash": "ctypes.string_at(0)",  # a true segmentation fault
    "hang": "os.write(2, b'hanging\\n'), ctypes.CDLL(None).pause()",  # in native code
    "killed": "os.kill(os.getpid(), 9)",
    "hog": "bytearray(8 << 30)",
    "noise": "os.write(1, b'{}\\n')",
}
# Stands before the real library: a file that ends with a fault's name has that fault.
LIBRARY = """
import ctypes, os, sys
sys.path.remove(os.path.dirname(__file__))
del sys.modules["pypdfium2"]
import pypdfium2
real = pypdfium2.PdfDocument
def opened(data):
    {}
    return real(data)
pypdfium2.PdfDocument = opened
"""


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"if data.endswith(b'%{name}'): {fault}" for name, fault in FAULTS.items()]
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "pypdfium2.py").write_text(LIBRARY.format("\n    ".join(lines)))
    monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    real_start, processes = pdf_process._start, []

    def start(source: str) -> subprocess.Popen[bytes]:
        processes.append(real_start(source))
        return processes[-1]

    monkeypatch.setattr(pdf_process, "_start", start)
    return processes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "源"
    path.mkdir()
    return path


def write(folder: Path, name: str, fault: str = "") -> Path:
    path = folder / name
    text = [(72, 740, 12, f"{path.stem}号文件说的是水库和渠道。")]
    path.write_bytes(samples.printed([text]) + (f"\n%{fault}".encode() if fault else b""))
    return path


def built(folder: Path, root: Path) -> tuple[list[str], tuple[BadFile, ...]]:
    """The documents of an index of ``folder``, and the files that it could not take."""
    report = build.build([folder], root, SmallEncoder()).report
    return [document.id for document in searchable.read(root)[1].documents], report.bad_files


def test_what_the_process_gives_is_what_the_reader_gives(folder: Path) -> None:
    data = samples.pdf()
    with PdfProcess() as pdfs:
        found = pdfs.read(data, "a.pdf")
        assert found == pdf.read(data, "a.pdf")
        assert found.roles
        assert found.places
        with pytest.raises(SourceError) as apart:
            pdfs.read(data[:300], "坏.pdf")
    with pytest.raises(SourceError) as here:
        pdf.read(data[:300], "坏.pdf")
    assert str(apart.value) == str(here.value)


@pytest.mark.usefixtures("faulty")
def test_bad_files_are_listed_and_the_rest_is_indexed(
    folder: Path,
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf_process, "_seconds", lambda size: 2)
    for name in ("0.pdf", "1.pdf", "9.pdf"):
        write(folder, name)
    (folder / "5.txt").write_text("文章\n\n这是一篇普通的文章。\n", "utf-8")
    for number, fault in enumerate(("crash", "hang", "killed", "hog"), 2):
        write(folder, f"{number}.pdf", fault)
    good, bad = built(folder, tmp_path / "data")
    assert good == ["0.pdf", "1.pdf", "5.txt", "9.pdf"]
    assert [Path(file.path).name for file in bad] == ["2.pdf", "3.pdf", "4.pdf", "5.pdf"]
    told = ("崩溃了（SIGSEGV）", "读了 2 秒还没有读完", "崩溃了（SIGKILL）", "MemoryError")
    for file, part in zip(bad, told, strict=True):
        assert file.path in file.reason
        assert part in file.reason
        assert "请用原来的程序打开" in file.reason
    # One for the first three, one after each that died; none is left.
    ends = [-signal.SIGSEGV, -signal.SIGALRM, -signal.SIGKILL, -signal.SIGKILL]
    assert [process.returncode for process in started] == ends
    for name in ("2.pdf", "3.pdf", "4.pdf", "5.pdf"):
        write(folder, name)
    assert len(built(folder, tmp_path / "data")[0]) == 8


@pytest.mark.usefixtures("faulty")
def test_what_a_library_prints_is_no_answer(folder: Path) -> None:
    path = write(folder, "a.pdf", "noise")
    (found,) = read_source(SourceFile(path, "a.pdf"))
    assert "水库和渠道" in found.text


def test_a_process_killed_between_two_files_harms_neither(
    folder: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    with PdfProcess() as pdfs:
        for name in ("a.pdf", "b.pdf", "c.pdf"):
            (found,) = read_source(SourceFile(write(folder, name), name), pdfs)
            assert f"{name[0]}号文件" in found.text
            if name == "a.pdf":
                started[-1].kill()
                started[-1].wait()
    assert len(started) == 2


def test_folders_without_pdf_start_nothing(
    folder: Path, tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    (folder / "a.txt").write_text("文章\n\n这是一篇普通的文章。\n", "utf-8")
    assert built(folder, tmp_path / "data") == (["a.txt"], ())
    assert started == []
    write(folder, "b.pdf")
    for _ in range(2):  # the second time its bytes are known
        assert built(folder, tmp_path / "data")[0] == ["a.txt", "b.pdf"]
    assert len(started) == 1


def test_threads_read_side_by_side(folder: Path) -> None:
    files = [SourceFile(write(folder, f"{n}.pdf"), f"{n}.pdf") for n in range(6)]
    found: dict[str, Document] = {}

    def read(own: list[SourceFile]) -> None:
        with PdfProcess() as pdfs:
            for file in own:
                (found[file.name],) = read_source(file, pdfs)

    threads = [threading.Thread(target=read, args=[files[n::3]]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [file.name for file in files]
    assert all(f"{name[0]}号文件" in document.text for name, document in found.items())


# --- in a user's own script -----------------------------------------------------------------------

SCRIPT = """
import sys
from pathlib import Path
from index import build
from index.formats import pdf_process
from tests.editions import SmallEncoder
pdf_process._seconds = lambda size: 5
start = pdf_process._start
def told(source):
    process = start(source)
    print(process.pid, flush=True)
    return process
pdf_process._start = told
print(build.build([Path(sys.argv[1])], Path(sys.argv[2]), SmallEncoder()).report.added)
"""


def run(folder: Path, tmp_path: Path) -> subprocess.Popen[str]:
    """A script without ``if __name__ == "__main__"``, in a folder with modules of its own."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "script.py").write_text(SCRIPT)
    for name in ("json", "index"):
        (place / f"{name}.py").write_text("raise SystemExit('this is not ours')")
    command = [sys.executable, "-P", "script.py", str(folder), str(tmp_path / "data")]
    path = os.pathsep.join(filter(None, sys.path))
    pipe, env = subprocess.PIPE, {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(command, cwd=place, env=env, stdout=pipe, stderr=pipe, text=True)


def test_a_script_needs_no_guard_and_its_folder_is_not_imported(
    folder: Path, tmp_path: Path
) -> None:
    write(folder, "a.pdf")
    out, _ = run(folder, tmp_path).communicate(timeout=60)
    assert out.split("\n")[1] == "('a.pdf',)"


@pytest.mark.usefixtures("faulty")
def test_a_hanging_process_ends_when_its_parent_was_killed(folder: Path, tmp_path: Path) -> None:
    write(folder, "a.pdf", "hang")
    script = run(folder, tmp_path)
    assert script.stdout
    child = Path("/proc") / script.stdout.readline().strip()
    assert script.stderr
    while script.stderr.readline() != "hanging\n":
        pass
    script.kill()
    script.communicate()
    deadline = time.monotonic() + 60
    while child.exists() and (child / "stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)
