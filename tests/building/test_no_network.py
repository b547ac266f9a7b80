"""Building and asking need no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import ROOT
from tests.building.articles import FIRST, QUESTION

# Run with the sources, a data folder and a question.
PROGRAM = """
import socket, sys

tried = []

def guarded(method):
    def call(self, address, *rest):
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
            tried.append(address)
            raise OSError("no network here")
        return method(self, address, *rest)
    return call

def no_names(host, *rest, **options):
    tried.append(host)
    raise socket.gaierror("no names here")

socket.socket.connect = guarded(socket.socket.connect)
socket.socket.connect_ex = guarded(socket.socket.connect_ex)
socket.getaddrinfo = no_names

from rag import Library

Library.build(sys.argv[1], sys.argv[2])
answer = Library.open(sys.argv[2]).ask(sys.argv[3])
assert answer.hits, answer
assert not tried, tried
print(answer.hits[0].passage.text)
"""


def test_building_and_asking_need_no_network(sources: Path, tmp_path: Path) -> None:
    clean = {key: value for key, value in os.environ.items() if "OFFLINE" not in key}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(sources), str(tmp_path / "data"), QUESTION],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**clean, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == FIRST
