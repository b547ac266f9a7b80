"""What a number must carry to answer: money, per cent, age, people, or the classifier asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """``asked`` is looked for in the question, ``given`` in the number and what follows it."""

    asked: re.Pattern[str]
    given: re.Pattern[str]


_HAVE = r"(?:是|为|有|达到?|了|共|总共|一共|约)*"
_MONEY_NOUN = r"(?:工资|薪酬|金额|资金|经费|补助|补贴|费用|价格|产值|营收|利润|成本|预算|罚款|投资|投入|贷款|总额|造价)"
_MEASURES = (
    Measure(
        re.compile(
            rf"多少[^，。]{{0,6}}?钱|(?:多少|几)[十百千万亿]*(?:元|块|美元)|{_MONEY_NOUN}{_HAVE}(?:多少|几)"
            rf"|(?:投资|投入|花费){_HAVE}$|(?:投|花){_HAVE}多少(?![\u4e00-\u9fff])"
        ),
        re.compile(r"元|块钱|美元|欧元|英镑"),
    ),
    Measure(
        re.compile(
            r"百分(?:之|比)|比例|占比|比重|几成|(?:增|涨|降)幅|增速"
            r"|(?:增长|下降|上升|提高|上涨|下跌)了?多少[？?]?$|同比[增减多少长降]{1,2}了?多少"
            r"|(?:[利汇税比效合胜命]|收缴|覆盖|出生|死亡|就业|失业|增长|完成|实现|通过|占有|合格|入住|使用|节水)率"
        ),
        re.compile(r"[%％‰成倍]|百分"),
    ),
    Measure(re.compile(r"多大(?:岁数|年纪|年龄|了)|几岁|年龄|岁数"), re.compile(r"岁")),
    Measure(
        re.compile(r"多久|多长时间|(?:几|多少)(?:年|个月|天|小时|分钟)"),
        re.compile(r"[年月天日周秒]|小时|分钟"),
    ),
    Measure(re.compile(r"(?:多少|几)个?[人名位]"), re.compile(r"[人名位]")),
)
_CLASSIFIER = re.compile(
    r"(?:多少|几)[十百千万亿]*(场|期|次|届|轮|家|项|条|座|所|户|套|辆|台|件|份|吨|公里|千米|平方米|平方公里|"
    r"立方米|亩|公顷|米|本|部|篇|种|类|门|支|级|层|倍|岁|度|克|公斤|千克|升|字|页|句|处|对|眼)"
)


def of(question: str) -> re.Pattern[str] | None:
    """What the asked number must carry, or None where any number may answer."""
    for measure in _MEASURES:
        if measure.asked.search(question):
            return measure.given
    match = _CLASSIFIER.search(question)
    return re.compile(re.escape(match[1])) if match else None
