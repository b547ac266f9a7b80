"""Files below folders that are held open, so that no symbolic link leads elsewhere."""

from __future__ import annotations

import errno
import logging
import mmap
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from index.errors import StoreError

FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW

_log = logging.getLogger(__name__)


@contextmanager
def opened(path: str, flags: int, parent: int | None = None) -> Iterator[int]:
    """A descriptor of ``path``, below the folder that is open as ``parent``."""
    descriptor = os.open(path, flags, 0o666, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened_plain(root: Path, path: Sequence[str]) -> Iterator[int]:
    """A descriptor to read the regular file ``path`` below ``root``; ``OSError`` for all else."""
    with ExitStack() as stack:
        folder = stack.enter_context(opened(os.fspath(root), os.O_DIRECTORY))
        for part in path[:-1]:
            folder = stack.enter_context(opened(part, FOLDER, folder))
        # Without O_NONBLOCK, opening a named pipe would wait for its writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        file = stack.enter_context(opened(path[-1], flags, folder))
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.ENXIO, "not a regular file")
        yield file


def exists(path: Path) -> bool:
    """Whether something is at ``path``, or may be."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass  # reading it will meet the same error and explain it
    return True


def mapped(file: int, size: int) -> bytes | memoryview:
    """The ``size`` bytes of an open file, read where they are used."""
    # An empty file cannot be mapped.
    return memoryview(mmap.mmap(file, size, access=mmap.ACCESS_READ)) if size else b""


def write_synced(folder: int, name: str, data: bytes | memoryview) -> None:
    """Write a new file in the open ``folder`` and see it to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with opened(name, flags, folder) as file, os.fdopen(file, "wb", closefd=False) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(file)


def replace_synced(folder: int, name: str, data: bytes) -> None:
    """Put a file in the open ``folder`` in the place of another, whole or not at all."""
    new = f"{name}.tmp"
    with suppress(FileNotFoundError):
        os.unlink(new, dir_fd=folder)  # of a process that was killed
    write_synced(folder, new, data)
    os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def delete_folder(name: str, parent: int) -> None:
    """Delete an old or unfinished generation; a failure is logged, the next build tries again."""
    try:
        shutil.rmtree(name, dir_fd=parent)
    except FileNotFoundError:
        pass
    except OSError as error:
        _log.warning("无法删除旧索引 generations/%s：%s；下次建立时再试。", name, error)


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turn what the system refuses (disk full, no permission) into ``StoreError``."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "?")
        raise StoreError(
            f"无法写入 {root}：{error.strerror}（{name}）。请检查剩余空间和写入权限，"
            "或用 --data 换一个文件夹；已有的索引不受影响。"
        ) from error
