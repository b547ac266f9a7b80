"""What holds of the source as a whole: its layers, its public names, what it never does."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).parent.parent
LAYERS = ("index", "rag", "ui")  # each may import itself and what stands before it
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).glob("**/*.py"))
# They take seconds to import: only what needs them may pay for them, when it needs them.
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "faiss", "jieba")
HEAVY += ("lxml", "trafilatura", "docx", "openpyxl", "pptx", "pypdfium2")
PUBLIC = [
    "Answer",
    "BadFile",
    "BuildBusy",
    "BuildReport",
    "Certainty",
    "Citation",
    "Covered",
    "Document",
    "Hit",
    "IndexDamaged",
    "IndexInfo",
    "IndexMismatch",
    "IndexMissing",
    "InputError",
    "LanguageModelError",
    "Library",
    "ModelError",
    "Move",
    "Passage",
    "Progress",
    "Scope",
    "SourceError",
    "Span",
    "StoreError",
    "Turn",
    "Why",
    "YoujuError",
]


def imported(tree: ast.AST) -> set[str]:
    """Top-level packages that a module imports, at its top or inside its functions."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_only_ui_to_rag_to_index(path: Path) -> None:
    layer = LAYERS.index(path.relative_to(ROOT).parts[0])
    assert not imported(parsed(path)) & set(LAYERS[layer + 1 :])


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_source_runs_no_code_from_data(path: Path) -> None:
    tree = parsed(path)
    assert not imported(tree) & {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"))
            for keyword in node.keywords:
                if keyword.arg in ("allow_pickle", "trust_remote_code"):
                    assert isinstance(keyword.value, ast.Constant)
                    assert keyword.value.value is False


@pytest.mark.parametrize("path", [p for p in MODULES if LAYERS[2] not in p.parts], ids=name)
def test_library_code_does_not_print(path: Path) -> None:
    calls = (node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    assert not [f for f in calls if isinstance(f, ast.Name) and f.id == "print"]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


def test_there_is_something_to_check() -> None:
    assert {name(path).partition("/")[0] for path in MODULES} == set(LAYERS)
    assert len(MODULES) > 40


@pytest.mark.parametrize("layer", LAYERS)
def test_everything_beside_the_source_ships(layer: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shipped = project["tool"]["setuptools"]["package-data"][layer]
    folder = ROOT / layer
    besides = {p.name for p in folder.iterdir() if p.is_file() and p.suffix != ".py"}
    assert besides == {p.name for pattern in shipped for p in folder.glob(pattern)}
    folders = {p.parent.relative_to(ROOT).as_posix().replace("/", ".") for p in MODULES}
    assert folders == set(project["tool"]["setuptools"]["packages"])


def test_each_licence_of_what_ships_comes_along() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["license"].split(" AND ")) == {"MIT", "CC-BY-SA-4.0", "Apache-2.0"}
    texts = [p.read_text("utf-8") for name in project["license-files"] for p in ROOT.glob(name)]
    for words in ("MIT License", "creativecommons.org/licenses/by-sa/4.0", "Apache License"):
        assert any(words in text for text in texts)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_module_is_named_in_the_description_of_its_layer(layer: str) -> None:
    whole = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    described = whole.partition(f"\n## {layer}/")[2].partition("\n## ")[0]
    for path in (ROOT / layer).glob("**/*.py"):
        named = f"`{path.name}`" if path.parent.name == layer else f"`{path.stem}`"
        assert path.stem == "__init__" or named in described
    for file in re.findall(r"`([a-z0-9_]+\.(?:py|json|txt|safetensors))`", described):
        assert (ROOT / layer / file).is_file() or file == "manifest.json", file


def test_public_names() -> None:
    assert sorted(rag.__all__) == rag.__all__ == PUBLIC
    for public in PUBLIC:
        assert hasattr(rag, public)


def test_every_error_is_in_the_tree() -> None:
    errors = {getattr(rag, n) for n in PUBLIC} & set(descendants(rag.YoujuError))
    assert errors == set(descendants(rag.YoujuError))
    assert issubclass(rag.SourceError, rag.InputError)
    for error in (rag.IndexMissing, rag.IndexDamaged, rag.IndexMismatch, rag.BuildBusy):
        assert issubclass(error, rag.StoreError)


def descendants(error: type) -> list[type]:
    ours = [e for e in error.__subclasses__() if e.__module__ == "index.errors"]
    return [error, *(d for e in ours for d in descendants(e))]


@pytest.mark.parametrize("module", ["rag", "ui.cli", "ui.terminal", "ui.doctor", "index.build"])
def test_importing_is_cheap(module: str) -> None:
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert module in loaded
    assert not loaded & set(HEAVY)
