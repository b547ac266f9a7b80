"""Two articles as training folders, questions written on them, and a small model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from index import bundled_model
from training import corpus

ARTICLES = {
    "bridge": (
        "青石桥",
        "青石橋建於1897年，由工匠陳大山主持修建。橋長48公尺，寬6公尺。1952年洪水沖毀了南端的兩個橋墩。"
        "三年後，縣政府撥款12萬元重修。如今每天有大約3000人從橋上經過。橋頭的茶館由李家經營。",
        [
            ("青石橋建於哪一年？", "1897年"),
            ("青石橋由誰主持修建？", "陳大山"),
            ("1952年洪水沖毀了什麼？", "南端的兩個橋墩"),
            ("縣政府撥款多少重修青石橋？", "12萬元"),
        ],
    ),
    "orchard": (
        "白云果园",
        "白雲果園位於河谷東岸，佔地250畝。園主王秀蘭在2003年種下第一批梨樹。"
        "2016年果園引進滴灌，用水減少了四成。每年九月果園舉辦採摘節，去年接待遊客8600人。",
        [
            ("白雲果園佔地多少畝？", "250畝"),
            ("王秀蘭在哪一年種下第一批梨樹？", "2003年"),
            ("2016年果園引進了什麼？", "滴灌"),
            ("採摘節去年接待遊客多少人？", "8600人"),
        ],
    ),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The training folders, each with both articles under ids of its own."""
    for name in corpus.SOURCES:
        folder = tmp_path / "data" / name
        (folder / "qrels").mkdir(parents=True)
        documents, queries, qrels = [], [], ["query-id\tcorpus-id\tscore"]
        script = str if name in corpus.TRADITIONAL else corpus.simplified
        for key, (title, text, asked) in ARTICLES.items():
            document = f"{name}-{key}"
            documents.append({"_id": document, "title": title, "text": script(text)})
            for i, (question, answer) in enumerate(asked):
                row = {"text": script(question), "answers": [script(answer)]}
                queries.append({"_id": f"{document}-{i}", **row})
                qrels.append(f"{document}-{i}\t{document}\t1")
        queries.append({"_id": "blank", "text": "", "answers": ["1897年"]})
        for file, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
            (folder / file).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
        (folder / "qrels" / "test.tsv").write_text("\n".join(qrels), "utf-8")
    return tmp_path / "data"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A passage of another genre, and questions on it and on an article of a folder."""
    folder = tmp_path / "written"
    folder.mkdir()
    text = "青石桥维修公告。桥面自五月三日起封闭，行人请走东边的浮桥。工期约两个月。"
    rows = [{"id": "0-1", "title": "公告", "text": text}]
    asked = [
        ("written/0-1", "桥什么时候关", text, "五月三日"),
        ("written/0-1", "修桥要花多少钱", text, None),
        ("cmrc2018_trial/cmrc2018_trial-orchard", "白云果园谁出钱", "", None),
        ("drcd_dev/not-there", "这篇不在", "", None),
    ]
    questions = [
        {
            "article": article,
            "question": question,
            "answer": answer and [whole.index(answer), whole.index(answer) + len(answer)],
        }
        for article, question, whole, answer in asked
    ]
    for name, lines in ((corpus.PASSAGES, rows), (corpus.QUESTIONS, questions)):
        (folder / name).write_text("\n".join(map(json.dumps, lines)), "utf-8")
    (folder / corpus.HELD_OUT).write_text(
        "drcd_dev-orchard\ncmrc2018_trial-orchard\n0-1\n", "utf-8"
    )
    return folder


@pytest.fixture
def questions(data: Path, written: Path) -> corpus.Questions:
    return corpus.read_questions(data, written=written)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled tokenizer with a two-layer encoder, so that a run takes seconds."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("model")
    tokenizer = AutoTokenizer.from_pretrained(bundled_model.prepare())
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=250_037,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
