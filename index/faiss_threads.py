"""How many threads FAISS uses. More than the work is worth wait for each other, busily."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Let FAISS use ``count`` threads in this thread, or as many as it did before with None."""
    import faiss

    before = faiss.omp_get_max_threads()
    if count:
        faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
