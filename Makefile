# Two commands: `make chat` (install, index, serve) and `make test` (install, check, test).
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 7860
DATA ?= data
SEEDS ?= seeds
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: chat test test-slow check index eval bench screenshots lock clean

chat: $(VENV)/.installed
	$(BIN)/youju chat --data $(DATA) --seeds $(SEEDS) --port $(PORT)

index: $(VENV)/.installed
	$(BIN)/youju index $(SEEDS) --data $(DATA)

test: $(VENV)/.installed-dev $(VENV)/.chromium check
	$(BIN)/pytest -m "not slow"

test-slow: $(VENV)/.installed-slow $(VENV)/.chromium
	$(BIN)/pytest

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# make eval EVAL="path/to/policy_covid path/to/crud_news"
eval: $(VENV)/.installed
	for folder in $(EVAL); do $(BIN)/youju eval $$folder --data $(DATA) || exit 1; done

# make bench QUESTIONS=path/to/policy_covid CORPUS=path/to/news_30k [NAMES="embedding start"]
bench: $(VENV)-bench/.installed
	$(VENV)-bench/bin/python -m benchmarks $(NAMES) --questions $(QUESTIONS) --corpus $(CORPUS)

screenshots: $(VENV)/.installed-dev $(VENV)/.chromium
	$(BIN)/python docs/screenshots.py

# Pin what is installed now; CONTRIBUTING.md says when.
lock: $(VENV)/.installed-dev
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//; s/ @ .*//' > constraints.txt

clean:
	rm -rf $(VENV) $(VENV)-bench build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11：apt-get install python3.11 python3.11-venv，或 make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-slow: $(VENV)/.installed-dev
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev,llm,slow]'
	touch $@

# Peers have a place of their own: they must not move what is installed for use.
$(VENV)-bench/.installed: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install -q -c constraints.txt -e . -r benchmarks/requirements.txt
	touch $@

# The browser tests drive Debian's Chromium; its page needs a Chinese face to look at.
$(VENV)/.chromium: | $(BIN)/python
	@command -v chromium >/dev/null && fc-list :lang=zh | grep -q . || $(MAKE) --no-print-directory chromium
	touch $@

.PHONY: chromium
chromium:
	$(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk fontconfig
