"""An evaluation as tables for a terminal; they are Markdown, to be pasted into a page."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rag.metrics import RankingScores
from rag.reports import (
    AnswerReport,
    GeneratorReport,
    RefusalReport,
    Report,
    RetrievalReport,
    SpanReport,
    SpanRow,
    TextScores,
)
from rag.trust import Evidence, Reliability, RiskPoint

_NONE = "-"
_COVERAGES = (0.2, 0.4, 0.6, 0.8)  # rows of the risk-coverage curve; the last point as well


def render(report: Report | SpanReport) -> RenderableType:
    """What ``youju eval`` prints for a folder or for a file of labelled questions."""
    return _spans(report) if isinstance(report, SpanReport) else _folder(report)


def _folder(report: Report) -> Group:
    head = (
        f"{report.name}：{report.documents} 篇文档，{report.passages} 个段落，"
        f"{report.questions} 个问题；模型 {report.model}"
    )
    notes = []
    if report.limit is not None:
        notes.append(f"只取了每个问题文件的前 {report.limit} 题，不是完整评测。")
    if report.answered_first is not None:
        notes.append(
            f"检索指标用全部问题；回答和拒答指标只用每个问题文件的前 {report.answered_first} 题。"
        )
    if report.blank:
        notes.append(f"另有 {report.blank} 题没有文字，没有提问，不计入任何数字。")
    if report.follow_ups:
        notes.append(f"{report.follow_ups} 个追问带上文提问。")
    parts: list[RenderableType] = [Text(line) for line in (head, *notes)]
    if report.retrieval:
        parts += _retrieval(report.retrieval)
    if report.answers:
        parts += _answers(report.answers)
    return Group(*parts, *_refusal(report.refusal), *_generators(report.generators))


def _generators(reports: Sequence[GeneratorReport]) -> list[RenderableType]:
    """A row a generator; the first is the text's own sentences."""
    table = _table(
        [
            "",
            "答了",
            "误答",
            "引用查全",
            "引用查准",
            "无据（写）",
            "无据（示）",
            "字数",
            "EM",
            "F1",
            "全文 F1",
        ]
    )
    for one in reports:
        table.add_row(
            Text(one.generator or "原文摘句"),
            f"{one.answered}/{one.answerable}",
            f"{one.false_answers}/{one.questions - one.answerable}",
            *_cells([one.citation_recall, one.citation_precision]),
            *_cells([one.unsupported_written, one.unsupported_shown]),
            _NONE if one.characters is None else f"{one.characters:.0f}",
            *_cells([one.short_em, one.short_f1, one.text_f1]),
        )
    title = "各生成方式（引用按 ALCE 的定义，由标注的证据判断；EM、F1 指短答案）"
    notes = [
        Text(f"{one.generator}：{one.unfinished} 题没有写成或没有写完，缺的以原文摘句计。")
        for one in reports
        if one.unfinished
    ]
    return [Text(f"\n{title}"), table, *notes]


def _retrieval(report: RetrievalReport) -> list[RenderableType]:
    legs = {
        "向量": report.dense,
        "词": report.lexical,
        "融合": report.fused,
        "读后": report.ranked,
    }
    columns = ["R@1", "R@5", "R@20", "MRR@10", "nDCG@10"]
    title = f"检索：{report.queries} 个有标注的可答问题"
    if report.several:
        columns += ["hit@1", "hit@5", "hit@20"]
        title += f"（{report.several} 个有多篇相关文档）"
    table = _table(["", *columns])
    for name, scores in legs.items():
        table.add_row(name, *_cells(_ranking(scores, hits=report.several > 0)))
    return [Text(f"\n{title}"), table]


def _ranking(scores: RankingScores, *, hits: bool) -> list[float]:
    plain = [scores.recall_1, scores.recall_5, scores.recall_20, scores.mrr_10, scores.ndcg_10]
    return [*plain, scores.hit_1, scores.hit_5, scores.hit_20] if hits else plain


def _answers(report: AnswerReport) -> list[RenderableType]:
    title = f"答案：{report.queries} 个有标准答案的问题，回答了 {report.answered} 个；未答记 0 分"
    table = _table(["", "非空", "EM", "F1"])
    for name, scores in (("短答案", report.short), ("证据", report.evidence)):
        table.add_row(name, *_text_scores(scores))
    recall = f"回答了的问题中，引用里有标准答案原文的占 {_cell(report.evidence_recall)}"
    return [Text(f"\n{title}"), table, Text(recall), *_reliability(report.reliability)]


def _reliability(report: Reliability | None) -> list[RenderableType]:
    """A row a bin, then the two sums."""
    if not report:
        return []
    table = _table(["把握", "回答", "平均把握", "含标准答案", "是标注的依据", "在标注的文档"])
    for one in report.bins:
        share = f"{one.low:.1f}–{one.high:.1f}"
        table.add_row(share, str(one.answers), _cell(one.confidence), *_evidence(one.right))
    for name, sums in (("Brier", report.brier), ("ECE", report.ece)):
        table.add_row(name, str(sum(b.answers for b in report.bins)), _NONE, *_evidence(sums))
    title = "把握与引用属实的比例（含对不可答问题的误答，都算不属实）"
    return [Text(f"\n{title}"), table]


def _evidence(shares: Evidence | None) -> list[str]:
    return _cells([shares.holds, shares.gold, shares.document] if shares else [None] * 3)


def _refusal(report: RefusalReport) -> list[RenderableType]:
    title = f"拒答：可答 {report.answerable} 题，不可答 {report.unanswerable} 题"
    if report.weak:
        title += f"（其中 {report.weak} 题是弱标注：原文不在语料中，别的文档可能碰巧能答）"
    table = _table(["AUROC", "回答率", "误拒率", "误答率", "误答率≤5%时的回答率"])
    shares = [
        report.auroc,
        report.coverage,
        report.false_refusals,
        report.false_answers,
        report.coverage_at_limit,
    ]
    table.add_row(*_cells(shares))
    return [Text(f"\n{title}"), table, *_curve(report.curve)]


def _curve(points: Sequence[RiskPoint]) -> list[RenderableType]:
    """The first point that reaches each of a few coverages, and the last."""
    reached = (next((p for p in points if p.coverage >= least), None) for least in _COVERAGES)
    table = _table(["把握至少", "回答率", "其中误答", "其中误答或依据不对"], left=0)
    for point in dict.fromkeys([*filter(None, reached), *points[-1:]]):
        table.add_row(*_cells([point.confidence, point.coverage, point.risk, point.wrong]))
    title = "风险与覆盖：只显示把握够高的回答时（末行是现在的门槛）"
    return [Text(f"\n{title}"), table] if points else []


def _spans(report: SpanReport) -> Group:
    total = report.answerable + report.unanswerable
    first = "" if report.limit is None else f"前 {report.limit} 题，"
    head = f"{report.name}：{first}{total} 个问题；模型 {report.model}"
    rows = _span_rows(report.rows)
    figures = _span_figures(report)
    return Group(Text(head), rows, Text(""), figures, *_generators(report.generators))


def _span_rows(rows: Sequence[SpanRow]) -> Table:
    table = _table(["", "编号", "类型", "问题", "把握", "证据", "短答案", "F1"], left=5)
    for row in rows:
        table.add_row(
            "✓" if row.right else "✗",
            Text(row.id),
            Text(row.type),
            Text(row.text),
            _cell(row.confidence),
            _verdict(row),
            Text(row.short or _NONE),
            _cell(row.short_f1),
        )
    return table


def _verdict(row: SpanRow) -> str:
    if not row.answered:
        return "正确拒答" if row.unanswerable else "误拒"
    if row.unanswerable:
        return "误答"
    recall = "" if row.evidence_recall is None else f"，找全 {row.evidence_recall:.0%}"
    return f"对{recall}" if row.evidence_right else "错"


def _span_figures(report: SpanReport) -> Table:
    table = _table(["", "题数", "数值"])
    yes, no = str(report.answerable), str(report.unanswerable)
    lists = sum(row.evidence_recall is not None for row in report.rows)
    table.add_row("证据句正确", yes, _cell(report.evidence_right))
    table.add_row("列举题的证据句找全", str(lists), _cell(report.list_recall))
    table.add_row("误拒", yes, _cell(report.false_refusals))
    table.add_row("正确拒答", no, _cell(report.refusals_right))
    if report.short:
        scored = str(sum(row.short_f1 is not None for row in report.rows))
        table.add_row("短答案 EM", scored, _cell(report.short.em))
        table.add_row("短答案 F1", scored, _cell(report.short.f1))
    return table


def _table(columns: Sequence[str], *, left: int = 1) -> Table:
    """A Markdown table whose columns after the first ``left`` ones are numbers."""
    table = Table(box=box.MARKDOWN)
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at < left else "right")
    return table


def _text_scores(scores: TextScores) -> list[str]:
    return [str(scores.given), *_cells([scores.em, scores.f1])]


def _cells(values: Sequence[float | None]) -> list[str]:
    return [_cell(value) for value in values]


def _cell(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"
