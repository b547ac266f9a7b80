"""Every word of the page, in Chinese and English.

Both languages are written into the page and the style sheet shows one of them, so that a
switch needs no server and leaves the conversation alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Text:
    """One phrase; ``{name}`` in it stands for a value."""

    zh: str
    en: str


TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        # top bar
        "name": Text("有据", "Youju"),
        "motto": Text("问文章，句句有出处", "Ask the documents. Every sentence has its source."),
        "library": Text("文库", "Library"),
        "rebuild": Text("重建索引", "Rebuild"),
        "language": Text("English", "中文"),
        "dark": Text("深色", "Dark"),
        "light": Text("浅色", "Light"),
        # question box
        "question_label": Text("问题", "Question"),
        "placeholder": Text("就这些文章问点什么……", "Ask something about these documents…"),
        "placeholder_off": Text("建好索引以后就能提问", "Build the index first, then ask"),
        "send": Text("发送", "Send"),
        "stop": Text("停止", "Stop"),
        "keys": Text(
            "Enter 发送　Shift+Enter 换行　/ 回到这里　← → 逐个看出处",
            "Enter sends · Shift+Enter new line · / comes back here · ← → through the sources",
        ),
        "empty_question": Text("还没有写问题。", "There is no question yet."),
        # around it
        "collection": Text("文库：", "Collection: "),
        "scope": Text("范围：", "Scope: "),
        "scope_all": Text("全部文章", "all documents"),
        "scope_document": Text("文章", "Document"),
        "scope_publisher": Text("来源", "Publisher"),
        "scope_from": Text("从", "From"),
        "scope_to": Text("到", "To"),
        "scope_part": Text("可只写一部分", "a part will do"),
        "scope_date": Text("如 2021 或 2021-09", "such as 2021-09"),
        "scope_apply": Text("应用", "Apply"),
        "scope_clear": Text("清除", "Clear"),
        "scope_since": Text("{day} 起", "since {day}"),
        "scope_until": Text("{day} 止", "until {day}"),
        "scope_count": Text("{n} 篇", "documents: {n}"),
        "scope_undated": Text(
            "，另有 {n} 篇没有日期，不在其中", "; {n} more have no date and are left out"
        ),
        "writer": Text("回答：", "Answer: "),
        "writer_none": Text("只取原文", "extracts only"),
        "one_at_a_time": Text(
            "上一个问题还在回答，可以先停止它。",
            "The last question is still being answered; you can stop it.",
        ),
        # a turn
        "reading": Text("正在读题……", "Reading the question…"),
        "queued": Text("前面还有人在问，请稍等……", "Others are asking right now; one moment…"),
        "found": Text(
            "找到 {n} 段相关的原文，正在逐句核对……",
            "Found {n} related passages, checking them sentence by sentence…",
        ),
        "stopped": Text("已停止。", "Stopped."),
        "strong": Text("依据充分", "Well supported"),
        "weak": Text("依据较弱，请核对", "Weakly supported, please check"),
        "none": Text("没有找到依据", "No evidence found"),
        "sure_tip": Text(
            "在带标准答案的问题上校准：有这样把握的回答，每 100 个大约 {n} 个的依据确实答了所问。",
            "Calibrated on questions with known answers: of 100 answers rated like this one, "
            "about {n} rest on evidence that does answer.",
        ),
        "understood": Text("理解为：{q}", "Understood as: {q}"),
        "partly": Text("只答了一部分", "Partly answered"),
        "places": Text("{n} 处出处", "Sources: {n}"),
        "seconds": Text("{n} 秒", "{n} s"),
        "copy": Text("复制（带出处）", "Copy with sources"),
        "copied": Text("已复制", "Copied"),
        "copy_failed": Text("没有复制成", "Could not copy"),
        "retry": Text("再问一次", "Ask again"),
        "marker": Text("出处", "Source"),
        "to_sentence": Text(
            "回到答案中的这一句，出处", "Back to this sentence of the answer, source"
        ),
        "unsupported": Text("这一句没有找到依据", "No evidence was found for this sentence"),
        "struck": Text("原文没有这样说，已划去", "Not what the documents say: struck"),
        "no_evidence": Text("文中没有找到依据。", "The documents hold no evidence for this."),
        "refusal_note": Text(
            "换一种说法再问，或看看最接近的段落。",
            "Try other words, or look at the nearest passages.",
        ),
        "nearest": Text(
            "最接近的段落（{n}），不是答案", "The {n} nearest passages, which are not an answer"
        ),
        # evidence
        "evidence": Text("依据", "Evidence"),
        "found_title": Text("找到的段落", "Passages found"),
        "no_cards": Text("没有依据", "No evidence"),
        "why": Text("为什么找到它", "Why it was found"),
        "why_words": Text("问题里的这些词出现在这一段：", "Words of the question found here: "),
        "why_no_words": Text(
            "这一段没有问题里的原词，是按意思找到的。",
            "None of the question's words occur here; it was found by its meaning.",
        ),
        "rank_dense": Text("按意思相近，排第 {n}", "by meaning, rank {n}"),
        "rank_lexical": Text("按用词相同，排第 {n}", "by words, rank {n}"),
        "read_answer": Text(
            "读过，像是答案（对数几率 {n}）", "read: looks like the answer (log-odds {n})"
        ),
        "read_no_answer": Text(
            "读过，不像答案（对数几率 {n}）", "read: hardly an answer (log-odds {n})"
        ),
        "reranked": Text("重排模型打分 {n}", "score of the reranker {n}"),
        "unread": Text("排名已明，没有细读", "not read: its rank was plain"),
        "no_dense": Text("按意思相近，没有排到前面", "by meaning, not near the top"),
        "no_lexical": Text("按用词相同，没有排到前面", "by words, not near the top"),
        "in_article": Text("在原文中查看", "See it in the article"),
        "others": Text("也看过，没有采用（{n}）", "Also read, not used ({n})"),
        "expand": Text("展开整段", "Show the whole paragraph"),
        "no_section": Text("正文", "Body text"),
        # article and library
        "back": Text("返回", "Back"),
        "opening_article": Text("正在打开原文……", "Opening the article…"),
        "counts": Text(
            "{documents} 篇文章，{passages} 段", "Documents: {documents}, passages: {passages}"
        ),
        "built_at": Text("索引建于 {time}", "Indexed at {time}"),
        "model": Text("向量模型 {name}", "Embedding model {name}"),
        "model_bundled": Text("自带的向量模型 {name}", "Bundled embedding model {name}"),
        "more_documents": Text(
            "另有 {n} 篇没有列出；在提问框下的“范围”里可以按题目找到。",
            "{n} more are not listed; Scope, below the question box, finds them by title.",
        ),
        # uploads
        "upload": Text("上传文件", "Upload files"),
        "upload_hint": Text(
            "也可以拖到页面上。{kinds}；每个不超过 {megabytes} MB，一次最多 {count} 个。",
            "Or drop them on the page. {kinds}; up to {megabytes} MB each, {count} at a time.",
        ),
        "upload_drop": Text("松开即上传", "Drop to upload"),
        "upload_sending": Text("正在上传", "Uploading"),
        "upload_same": Text("已经有了，一字不差。", "It is there already, byte for byte."),
        "upload_taken": Text(
            "已有另一个同名文件，没有动它。", "Another file has this name; it was left alone."
        ),
        "upload_replace": Text("替换它", "Replace it"),
        "upload_large": Text("超过上限，没有上传。", "Too large; not uploaded."),
        "upload_many": Text(
            "一次选得太多，都没有上传。请分批上传，或放进文件夹，在命令行建立：youju index 文件夹",
            "Too many at a time; none was uploaded. Upload fewer at a time, or put them in a folder "
            "and run: youju index FOLDER",
        ),
        "uploaded": Text("上传的文件", "Uploaded files"),
        "remove": Text("移除", "Remove"),
        "not_indexed": Text("未收录", "Not indexed"),
        "not_indexed_why": Text("重建索引会说明原因。", "A rebuild tells why."),
        # states
        "try": Text("可以这样问", "For example"),
        "welcome": Text("问文章，句句有出处", "Every sentence has its source"),
        "welcome_note": Text(
            "答案只取自文库里的原句，每句都标明出自哪一段；文章没有写的，就说没有找到依据。",
            "Answers are sentences of these documents, each marked with the place it stands in. "
            "What the documents do not say is said to be missing.",
        ),
        "opening": Text("正在打开文库……", "Opening the library…"),
        "opening_note": Text("第一次要几秒钟，载入模型。", "The model is loading; a few seconds."),
        "missing": Text("还没有索引", "There is no index yet"),
        "damaged": Text("索引不能用了", "The index cannot be used"),
        "mismatch": Text("索引与现在的设置不符", "The index does not fit the settings"),
        "broken": Text("打不开文库", "The library cannot be opened"),
        "build_now": Text("建立索引", "Build the index"),
        "mend": Text("重新建立索引", "Rebuild the index"),
        "try_again": Text("再试一次", "Try again"),
        "building": Text("正在建立索引", "Building the index"),
        "building_missed": Text(
            "上传的文件有变动，还没有收入索引。正在建立索引",
            "Uploads have changed and are not in the index yet. Building it",
        ),
        "building_note": Text(
            "原来的索引照常回答，不必等。", "The old index goes on answering meanwhile."
        ),
        "building_first": Text("建好以后就能提问。", "You can ask as soon as it is done."),
        "preparing": Text("载入模型", "Load the model"),
        "time_left": Text("大约还要 {n} 秒", "about {n} s left"),
        "built": Text("索引已经建好：", "The index is ready: "),
        "left_out": Text("没有收录的文件（{n}）：", "Files left out ({n}):"),
        "build_failed": Text("没有建成：", "The build failed: "),
        "dismiss": Text("知道了", "Dismiss"),
        # errors
        "error": Text("没有答成", "This did not work"),
        "unexpected": Text(
            "程序出了意外，详情已写入日志。可以再试一次；还不行，请重启有据。",
            "Something unexpected happened; details are in the log. Try again, or restart Youju.",
        ),
        "offline": Text(
            "连不上有据的服务。请看运行它的终端窗口是否还开着，然后再试一次。",
            "Youju's server does not answer. See whether its terminal is still open, then retry.",
        ),
        "busy": Text(
            "现在问的人太多，请稍后再试。", "Too many questions right now; try again soon."
        ),
    }
)

BUILD_STEPS: Mapping[str, str] = MappingProxyType(
    {
        "读取文档": "Read documents",
        "切分段落": "Cut passages",
        "计算向量": "Compute vectors",
        "建立词索引": "Index words",
        "写入索引": "Write the index",
    }
)


def both(key: str, **values: object) -> str:
    """HTML with the phrase in both languages; ``values`` are escaped."""
    text = TEXTS[key]
    return pair(text.zh.format(**values), text.en.format(**values))


def pair(zh: str, en: str) -> str:
    """HTML with ``zh`` and ``en``, of which the style sheet shows one."""
    return (
        f'<span class="zh" lang="zh-CN">{escape(zh)}</span><span class="en" lang="en">{escape(en)}'
        "</span>"
    )
