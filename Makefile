# Two commands: make demo, make test. They need Python >= 3.11, make and a package index.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lab bench samples clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

demo: .venv/installed  ## evaluate the sample round and say where to look
	rm -rf build/demo
	$(BIN)/evaluation init build/demo
	$(BIN)/evaluation score --round build/demo --lang en
	$(BIN)/evaluation run --round build/demo --community c01 --district --lang en
	$(BIN)/evaluation sheet --round build/demo --community c01 --lang both

test: .venv/installed  ## all tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: .venv/installed  ## style, types, layers, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py tests/test_notebooks.py

lab: .venv/installed  ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=.

bench: .venv/installed  ## ratios against named peers, measured now
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,bench]"
	$(BIN)/python -m bench.scoring
	$(BIN)/python -m bench.batch
	$(BIN)/python -m bench.signoff
	$(BIN)/python -m bench.estimation
	$(BIN)/python -m bench.sampling
	$(BIN)/python -m bench.sequential
	$(BIN)/python -m bench.quality
	$(BIN)/python -m bench.imports

samples: .venv/installed  ## rewrite the sample round, byte for byte
	$(BIN)/python data_samples/make.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
