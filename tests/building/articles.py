"""A short article to build from, and where its index lies."""

from __future__ import annotations

import json
from pathlib import Path

QUESTION = "水库的水从哪里来？"
FIRST = "白石湾灌区建成于1974年，从青石水库引水，设计灌溉面积12.8万亩，有效灌溉面积9.6万亩。"
SECOND = (
    "试点区把187条漏水的土渠换成了地下管道，总投资1.08亿元，农户没有出一分钱设备费，大家都说好。"
)
THIRD = "县水利局提醒，试点目前不包括蔬菜大棚和果园，这两类用水户的水价办法将另行制定，请耐心等待。"


def write(folder: Path, *paragraphs: str) -> None:
    (folder / "a.txt").write_text("节水试点\n\n" + "\n\n".join(paragraphs) + "\n", "utf-8")


def current(data: Path) -> Path:
    pointer = json.loads((data / "CURRENT").read_text("utf-8"))
    return data / "generations" / pointer["generation"]
