"""What the Chinese messages and remarks of the other layers say, in English sentences beside them.

Errors are told by their class, and those that a reader can cause by their words; so are files that
were left out, and the remarks that answers make. The Chinese words stay, for they hold the values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from index.errors import (
    BuildBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    InputError,
    LanguageModelError,
    ModelError,
    SourceError,
    StoreError,
    YoujuError,
)

_REMARK_MAX = 300  # characters


@dataclass(frozen=True, slots=True)
class Gloss:
    """An English sentence for what ``said`` finds; ``{name}`` in it stands for a named group."""

    said: re.Pattern[str]
    en: str


def _glosses(known: Mapping[str, str]) -> tuple[Gloss, ...]:
    return tuple(Gloss(re.compile(said, re.DOTALL), en) for said, en in known.items())


KINDS: Mapping[type[YoujuError], str] = MappingProxyType(
    {
        YoujuError: "This could not be done; what is wrong stands below.",
        InputError: "This cannot be used as it was given: correct it and try again.",
        SourceError: "A source file or folder cannot be read: mend it or take it out, then rebuild.",
        ModelError: "A model is missing, damaged or gives wrong output: check its name and files, "
        "or install it again.",
        LanguageModelError: "The language model could not be used, or did not finish: check that it "
        "runs, and its name, address and key (YOUJU_LLM, OPENAI_BASE_URL, OPENAI_API_KEY); "
        "YOUJU_LLM_TIMEOUT gives it more time.",
        StoreError: "The stored index cannot be read or written: check the free space and the "
        "permissions of its folder, then try again.",
        IndexMissing: "Nothing has been indexed in this folder yet: build the index.",
        IndexDamaged: "Files of the index are damaged or missing: rebuild it from its sources.",
        IndexMismatch: "The index was built with another model, other settings or another version: "
        "go back to those, or rebuild it.",
        BuildBusy: "Another process is building this index: wait until it is done, then try again. "
        "The old index goes on answering.",
    }
)

# What a reader of the page can cause, by the words that only this message has; the first counts.
_FAULTS = _glosses(
    {
        # questions and scopes
        r"^问题是空的": "The question is empty: write what you want to know.",
        r"^问题有 (?P<n>\d+) 个字，最多 (?P<most>\d+) 个": "The question has {n} characters; the limit "
        "is {most}: ask the one thing only, and put the material into the library.",
        r"^没有.+含“.+”的文档": "No document has this title or publisher: try a part of it, or one of "
        "those named below.",
        r"^没有一篇文档同时合": "No document has both this title and this publisher: leave one out.",
        r"^没有日期合": "No document is of this time; which times there are stands below.",
        r"^起始日期 .+ 晚于截止日期": "The first day is after the last: swap them.",
        r"^看不懂日期": "This date cannot be read: write it as 2021, 2021-09 or 2021-09-15.",
        # collections
        r"^没有名为“": "There is no collection of this name; those that there are are named below.",
        r"^文库不能叫": "A collection cannot have this name; what it may be stands below.",
        r"^文库里没有编号为": "This document is no longer in the library.",
        r"^不知道 .+ 由哪些文件建成": "What this index was built of is not known: upload files, or run "
        "youju index FOLDER.",
        # uploads
        r"不能用：含有路径|太长（\d+ 字节，最多|不会被当作文章（": "A file of this name cannot be taken: "
        "rename it and upload it again.",
        r"的类型读不了。可以上传": "Files of this kind cannot be read; those that can are named below.",
        r"字节，应在 1 到 \d+ MB 之间|超过 \d+ MB": "The file is empty, or too large to "
        "upload: split a large one into several.",
        r"放不下：已上传": "There is no room for this file: remove others first, or put the files in a "
        "folder and run: youju index FOLDER",
        r"^没有上传过": "No file of this name was uploaded; it may have been removed already.",
        r"是这个文库的最后一个文件": "This is the last file of the library, which cannot be empty: upload "
        "another one first.",
        r"^这个文库不能上传文件": "This library takes no files from the page.",
        r"个文件正在上传": "Other files are coming in: wait until they are here, then try again.",
        r"^不接受来自": "Files are taken from this page only.",
        # builds
        r"^没有一个源文件能用（共 \d+ 个）|^有 \d+ 处源文件不能用": "Nothing was indexed, "
        "for files cannot be used; the reason for each stands below.",
        r"里没有文章。请放入": "There are no documents in this folder: put some in and build again.",
        r"^找不到源文件": "The source file or folder is not there: check its path.",
        r"源文件夹正在变动": "The source folder is changing: build again when it has come to rest.",
        # files that were left out
        r"文件加了密码，或者是旧版": "The file has a password or is of an old Office format: take the "
        "password off and save it in the present format.",
        r"加了密码。请去掉": "The file has a password: take it off and save it again.",
        r"加了密（DRM）": "The book is protected (DRM): bring one that is not.",
        r"文件是空的": "The file holds no text: write something in it or take it out.",
        r"旧格式 (?P<old>\S+) 读不了。请另存为 (?P<new>\S+)": "The old format {old} cannot be read: save "
        "the file as {new}.",
        r"不认识 .+ 文件。请移走": "Files of this kind cannot be read: take it out, or save it as one of "
        "those named below.",
        r"编号 .+ 重复。请改名": "Another file has the same id: rename or remove one of them.",
        r"读不了（": "The file cannot be opened: check its permissions and the disk.",
        r"认不出文字编码|编码不能确定|标明是 ": "In which encoding the text is cannot be told, or it is no "
        "text: open it in the program that wrote it and save it as UTF-8.",
        r"压缩比 .+ 高得反常|XML 实体": "The file is made so that it could do harm: open it in the program "
        "that wrote it and save a plain copy.",
        r"超过上限|一张表超过": "The file is too large: split it into several.",
        r"都没有文字，只有图片": "The PDF has pictures only, a scan perhaps: have its text recognised (OCR) "
        "first.",
        r"网页里没有文字": "The page holds no text; a script may write it: save it from a browser as a "
        "complete page or a PDF.",
        r"公式没有存下结果": "Formulas without stored results: open the file in Excel or WPS and save it.",
        r"还没有读完，已放弃": "Reading the file took too long: save a copy from the program that made it, "
        "or split it.",
        r"启动不了读取 PDF": "No process for PDFs could be started: check the memory and build again.",
        r"不是 JSON|字段 _id 和 text": "A line of the corpus is not as it must be (JSON with _id, text and "
        "title): mend or delete it.",
        r"损坏|崩溃|不是合规的": "The file is damaged or not what its name says: bring it anew, or save a "
        "copy from the program that made it.",
    }
)

_REMARKS = _glosses(
    {
        r"这一问没有找到依据：(?P<asked>.+)": "No evidence was found for this part: {asked}",
        r"原文没有写是哪一年，请核对是不是.+。": "The document does not say of which year it is: check that "
        "it is the one you mean.",
        r"没有找到(?P<meant>.+)的内容，“.+”按文章日期(?P<day>[\d-]+)理解为(?P<told>.+)，请核对。": "Nothing "
        "was found of {meant}: counted from the date of the document, {day}, it is {told}. Check "
        "that this is what you mean.",
        r"文章没有日期，“.+”是不是(?P<meant>.+)无法确定，请核对。": "The document has no date: check that "
        "it is of {meant}.",
        r"[两三]处说法不同：.+": "The documents differ: each is named below with its date and value, the "
        "newest first.",
        r"没有分别找到两边的数，无法比较。": "A figure was not found for each side: they cannot be compared.",
        r"“(?P<one>.+)”与“(?P<other>.+)”不是同一种数，无法比较。": "{one} and {other} measure different "
        "things: they cannot be compared.",
        r"“(?P<one>.+)”与“(?P<other>.+)”不都是确切的数，无法比较。": "{one} and {other} are not both exact: "
        "they cannot be compared.",
        r"(?P<one>.+)与(?P<other>.+)一样，都是(?P<value>.+)。": "{one} and {other} are the same: {value}.",
        r"(?P<one>.+)更\w{1,2}：(?P<value>.+)，(?P<other>.+)是(?P<second>.+)，相差(?P<gap>.+)。": "{one}, "
        "with {value} against {second} of {other}; the difference is {gap}.",
        r"(?P<one>.+)更\w{1,2}：(?P<value>.+)，(?P<other>.+)是(?P<second>.+)。": "{one}, with {value} "
        "against {second} of {other}.",
    }
)

# What an answer says in words of its own that hold no value, so that the English can replace them.
_WORDS = _glosses(
    {
        r"是": "Yes",
        r"否": "No",
        r"一样": "The same",
        r"不客气！.*": "You are welcome. Ask what you want to know of the documents.",
        r"你好！.*": "Hello. Ask what you want to know of the documents.",
        r"再见！.*": "Goodbye. Ask again whenever something is to be looked up.",
        r"好的。.*": "All right. Ask what you want to know of the documents.",
    }
)

_NOTES = _glosses(
    {
        r"，按文章日期(?P<day>[\d-]+)）": "Times are counted from the date of the document, {day}.",
        r"，按今天(?P<day>[\d-]+)）": "Times are counted from today, {day}.",
        r"（截至(?P<day>[\d-]+)）": "What is recent is read as up to {day}.",
        r"（取(?P<title>《.+》)）": "The article is taken to be {title}.",
    }
)


def of_error(error: YoujuError) -> str:
    """What is wrong and what to do about it, by the words of the error or by its class."""
    return _of_fault(str(error), type(error))


def of_reason(reason: str) -> str:
    """Why a file was left out (see `BadFile`), and what to do about it."""
    return _of_fault(reason, SourceError)


def of_remark(line: str) -> str:
    """A line of an answer that no document says; '' where it is none."""
    return _whole(line, _REMARKS)


def of_words(said: str) -> str:
    """A bare answer or reply in words of our own, which needs no Chinese beside it; else ''."""
    return _whole(said, _WORDS)


def of_understood(question: str) -> str:
    """What a question was taken for, as notes in it say: which year, which article; else ''."""
    notes = [_put(gloss, match) for gloss in _NOTES for match in gloss.said.finditer(question)]
    return " ".join(dict.fromkeys(notes))


def html(gloss: str) -> str:
    """An English sentence that goes before Chinese words; the Chinese view hides it."""
    return f'<span class="gloss en" lang="en">{escape(gloss)} </span>' if gloss else ""


def _of_fault(said: str, kind: type[YoujuError]) -> str:
    found = _first(said, _FAULTS) if issubclass(kind, InputError) else ""
    return found or next(KINDS[one] for one in kind.__mro__ if one in KINDS)


def _first(said: str, known: Sequence[Gloss]) -> str:
    found = ((gloss, gloss.said.search(said)) for gloss in known)
    return next((_put(gloss, match) for gloss, match in found if match), "")


def _whole(said: str, known: Sequence[Gloss]) -> str:
    if len(said) > _REMARK_MAX:
        return ""  # a model's sentence; the patterns try each way to part it
    found = ((gloss, gloss.said.fullmatch(said)) for gloss in known)
    return next((_put(gloss, match) for gloss, match in found if match), "")


def _put(gloss: Gloss, match: re.Match[str]) -> str:
    return gloss.en.format(**match.groupdict())
