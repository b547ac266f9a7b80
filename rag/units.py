"""Units of amounts, each with the canonical one that it is converted to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A written unit: its canonical ``name``, and how many of that one is."""

    name: str
    factor: Fraction


NONE = Unit("", Fraction(1))
_MONEY = "美元 欧元 英镑 日元 港元 卢布 韩元 澳元 加元"
_CONVERTED = (
    ("%", "%", 1),
    ("‰", "%", Fraction(1, 10)),
    ("个百分点 百分点", "百分点", 1),
    ("元 块钱 块 元人民币 圆", "元", 1),
    ("角", "元", Fraction(1, 10)),
    ("美金", "美元", 1),
    ("港币", "港元", 1),
    ("米 m", "米", 1),
    ("公里 千米 km", "米", 1000),
    ("厘米 公分 cm", "米", Fraction(1, 100)),
    ("毫米 mm", "米", Fraction(1, 1000)),
    ("平方米 平米 ㎡ m2 m²", "平方米", 1),
    ("公顷", "平方米", 10**4),
    ("平方公里 平方千米 km2 km²", "平方米", 10**6),
    ("立方米 m3 m³", "立方米", 1),
    ("升 L", "升", 1),
    ("毫升 ml", "升", Fraction(1, 1000)),
    ("克 g", "克", 1),
    ("千克 公斤 kg", "克", 1000),
    ("斤", "克", 500),
    ("毫克 mg", "克", Fraction(1, 1000)),
    ("瓦 W", "瓦", 1),
    ("千瓦 kW", "瓦", 1000),
    ("兆瓦 MW", "瓦", 10**6),
    ("千瓦时 度电", "千瓦时", 1),
    ("分钟", "分钟", 1),
    ("秒钟 秒", "分钟", Fraction(1, 60)),
    ("个小时 小时 个钟头 钟头", "分钟", 60),
    ("天", "分钟", 24 * 60),
    ("周 星期 个星期", "分钟", 7 * 24 * 60),
    ("个月 月", "个月", 1),
    ("年", "个月", 12),
    ("世纪", "世纪", 1),
    ("岁 周岁", "岁", 1),
    ("倍", "倍", 1),
    ("℃ °C 摄氏度", "℃", 1),
    ("人 名 位 个人", "人", 1),
)
_COUNTED = """
    人次 日 号 度 分 级 层 楼 页 字 个 家 项 条 种 类 件 所 座 处 户 套 辆 台 份 次 场 期 轮 批 届 本 部 篇 门
    支 只 头 匹 棵 株 张 幅 枚 架 艘 列 节 段 片 根 幢 栋 间 村 镇 乡 县 市 省 组 队 对 双 车次 班 架次 季 箱 袋
    瓶 盒 站 点 季度 年代 周年 年级 口 款 颗 尊 道 国 州 区 街道 社区 大类 路 眼 线
"""
_UNCONVERTED = f"吨 亩 海里 光年 英寸 {_MONEY}"

KNOWN = {
    **{name: Unit(name, Fraction(1)) for name in (_COUNTED + _UNCONVERTED).split()},
    **{
        written: Unit(name, Fraction(factor))
        for many, name, factor in _CONVERTED
        for written in many.split()
    },
}
# Things that are merely counted may be said with 个, or without a word; these may not.
MEASURED = frozenset(
    {name for _, name, _ in _CONVERTED if name != "人"}
    | set(_UNCONVERTED.split())
    | {"第", "钟点", "年代"}
)
PATTERN = "|".join(sorted(map(re.escape, KNOWN), key=len, reverse=True))
