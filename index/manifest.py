"""What a generation says of itself, and how that becomes bytes and comes back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

FORMAT_VERSION = 3
MANIFEST = "manifest.json"

Buffer = bytes | memoryview

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The embedding model: ``fingerprint`` is a hash over its weights and its tokenizer."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str


@dataclass(frozen=True, slots=True)
class ChunkerSettings:
    """How passages were cut; ``version`` goes up when the rules change."""

    version: int
    window_characters: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generation holds."""

    documents: int
    passages: int
    windows: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a builder states about its generation."""

    model: ModelInfo
    chunker: ChunkerSettings
    counts: Counts
    metric: str = "inner_product"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size in bytes and SHA-256 (hex) of one file."""

    size: int
    sha256: str

    @classmethod
    def of(cls, data: Buffer) -> FileEntry:
        """The entry that ``data`` must have."""
        return cls(len(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """``manifest.json``: ``built_at`` is UTC in ISO 8601, ``files`` has no manifest entry.

    ``checksum`` is the SHA-256 of all the rest: CURRENT vouches only for the generation in use,
    and the others must be checkable before one of them is brought back.
    """

    format_version: int
    generation: str
    built_at: str
    youju_version: str
    header: Header
    files: Mapping[str, FileEntry]
    checksum: str = ""

    def sealed(self) -> Manifest:
        """The same with its checksum."""
        rest = encode(replace(self, checksum=""))
        return replace(self, checksum=hashlib.sha256(rest).hexdigest())


@dataclass(frozen=True, slots=True)
class Generation:
    """A manifest and the bytes of its files, every one checked."""

    manifest: Manifest
    files: Mapping[str, Buffer]


@dataclass(frozen=True, slots=True)
class Pointer:
    """``CURRENT``: the generation in use and what its ``manifest.json`` must be."""

    generation: str
    manifest: FileEntry


class OtherFormat(ValueError):
    """A whole manifest that another format or revision wrote; ``str(error)`` says which."""


def encode(value: Manifest | Pointer) -> bytes:
    """UTF-8 JSON; lone surrogates (of a file name that is not UTF-8) survive."""

    def plain(item: Any) -> Any:
        return dict(item) if isinstance(item, MappingProxyType) else asdict(item)

    shallow = {field.name: getattr(value, field.name) for field in fields(value)}
    text = json.dumps(shallow, default=plain, ensure_ascii=False, indent=1)
    return (text + "\n").encode("utf-8", "surrogatepass")


def decode_pointer(data: bytes) -> Pointer:
    """The pointer in ``data``; ``ValueError`` for anything but its one exact spelling."""
    pointer = _built(Pointer, _json(data), "CURRENT")
    if encode(pointer) != data:
        raise ValueError("内容不合规")
    return pointer


def decode_manifest(data: bytes) -> Manifest:
    """The manifest in ``data``; ``OtherFormat``, or ``ValueError`` for a damaged one."""
    value = _json(data)
    stored = value.get("format_version") if isinstance(value, dict) else None
    if type(stored) is int and stored != FORMAT_VERSION:
        raise OtherFormat(f"索引格式为第 {stored} 版，本程序使用第 {FORMAT_VERSION} 版")
    try:
        manifest = _built(Manifest, value, "manifest")
    except ValueError as error:
        if not _is_whole(value, data):
            raise
        by = f"{value.get('youju_version')}，{value.get('built_at')}"
        raise OtherFormat(f"索引由有据的另一修订建成（{by[:80]}），写法不同") from error
    for name in manifest.files:
        if not is_plain(name):
            raise ValueError(f"文件名 {name!r} 不合规")
    if manifest != manifest.sealed():
        raise ValueError(f"校验和应为 {manifest.sealed().checksum}，实为 {manifest.checksum!r}")
    return manifest


def is_plain(name: str) -> bool:
    """Whether a generation may have a file of this name: no path, nothing hidden."""
    return name != MANIFEST and _PLAIN.fullmatch(name) is not None


def _is_whole(value: Any, data: bytes) -> bool:
    """Whether a manifest is what its own checksum says, whatever its keys."""
    told = value.get("checksum") if isinstance(value, dict) else None
    if not isinstance(told, str):
        return False
    sealed = f'"checksum": "{told}"'.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data.replace(sealed, b'"checksum": ""')).hexdigest() == told


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"不是有效的 JSON（{error}）") from error


def _built(kind: type[_T], value: Any, where: str) -> _T:
    """``value`` as ``kind``: a dataclass, ``Mapping[str, kind]``, ``int`` >= 0 or ``str``."""
    built: Any = None
    if is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        if value.keys() == hints.keys():
            built = kind(**{k: _built(hints[k], value[k], f"{where}.{k}") for k in hints})
    elif get_args(kind) and isinstance(value, dict):
        entry = get_args(kind)[1]
        built = MappingProxyType({k: _built(entry, v, f"{where}.{k}") for k, v in value.items()})
    elif type(value) is kind and (not isinstance(value, int) or value >= 0):
        built = value
    if built is None:
        wanted = list(get_type_hints(kind)) if is_dataclass(kind) else kind.__name__
        raise ValueError(f"{where} 应为 {wanted}，实为 {str(value)[:200]!r}")
    return built  # type: ignore[no-any-return]
