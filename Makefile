# Everything a person types: `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench crash migration lock clean

VENV := .venv
BIN := $(VENV)/bin
ARTICLE := content/strength-training-for-back-pain.md
# Where the folder was moved or renamed since, or Python is gone, the environment is made anew.
STALE := $(shell test -x $(BIN)/python && test "$$(cat $(VENV)/made-in 2>/dev/null)" = "$$(pwd -P)" || echo stale)
ifeq ($(STALE),stale)
.PHONY: $(VENV)/ready $(VENV)/ready-dev
endif

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

demo: $(VENV)/ready ## Practise the whole job: merge the sample lists, send the sample edition in the sandbox
	@$(BIN)/newsletter sandbox reset --yes
	@$(BIN)/newsletter send $(ARTICLE) --practice --yes
	@$(BIN)/newsletter sandbox skip 1h
	@$(BIN)/newsletter report --practice
	@$(BIN)/newsletter sandbox stop
	@echo "To go on in this terminal: source $(BIN)/activate; then newsletter sandbox --open shows the mails."

test: $(VENV)/ready-dev ## Run the tests, without those of crashes, processes, load and browsers (a minute or two)
	@$(BIN)/pytest -n auto --dist loadfile -m "not slow"

check: $(VENV)/ready-dev lint ## Everything that CI checks: all tests on both databases with coverage, style, types, layers
	@$(BIN)/coverage erase
	@FUZZ_EXAMPLES=400 $(BIN)/pytest -n auto --dist loadfile --database both --cov --cov-report=term

lint: $(VENV)/ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

crash: $(VENV)/ready-dev ## Kill a send 5,000 times, and workers 400 times: nobody twice, nobody lost
	@$(BIN)/python -m tests.crash 0-4999
	@$(BIN)/python -m tests.crash 0-399 --workers

bench: $(VENV)/ready-dev ## Measure speed and memory
	@$(BIN)/python -m bench.lists_read 100000 1000000
	@$(BIN)/python -m bench.lists_merge 100000 1000000 --upserts
	@$(BIN)/python -m bench.lists_merge 1000000 --postgresql
	@$(BIN)/python -m bench.lists_odd 1000000
	@$(BIN)/python -m bench.check 10000
	@$(BIN)/python -m bench.preview 10000
	@$(BIN)/python -m bench.freeze 10000 100000 1000000
	@$(BIN)/python -m bench.freeze 10000 100000 --postgresql
	@$(BIN)/python -m bench.dispatch 10000 100000 1000000
	@$(BIN)/python -m bench.workers 40000
	@$(BIN)/python -m bench.peers
	@$(BIN)/python -m bench.send 10000 100000 1000000
	@$(BIN)/python -m bench.render

migration: $(VENV)/ready-dev ## Draft what changed tables need: make migration m="what it brings"
	@$(BIN)/python .ci/migration "$(m)"

lock: $(VENV)/ready-dev ## Lock the dependencies anew
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --extra build pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --all-extras pyproject.toml -o requirements-dev.txt

clean: ## Remove the installed environment (your lists and the store stay)
	rm -rf $(VENV)

$(VENV)/ready: requirements.txt pyproject.toml
	@sh .ci/venv $(VENV) requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt pyproject.toml
	@sh .ci/venv $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/ready
