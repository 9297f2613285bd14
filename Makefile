.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench images clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## make .venv hold everything that running, testing and checking need
	@scripts/setup dev

demo: ## set up and run Zoetrope on this machine; Ctrl-C stops it
	@scripts/demo

test: ## set up and run the tests; scripts/test takes pytest's arguments
	@scripts/test

check: ## lint, formatting, types and import contracts
	@scripts/check

format: setup ## format the code
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

bench: setup ## time every look and write build/bench.json
	@.venv/bin/python -m deploy models fetch
	@.venv/bin/python -m deploy bench

images: setup ## make the README's picture anew
	@.venv/bin/python -m deploy models fetch
	@scripts/images

clean: ## remove .venv and whatever was built
	rm -rf .venv build
