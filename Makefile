.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench bench-queue bench-schedule bench-telegram bench-discord faults images clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

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

bench-queue: setup ## measure the job queue beside streaq, saq and taskiq-redis
	@.venv/bin/python -m benchmarks.queue

bench-schedule: setup ## simulate the claim order beside others; writes docs/schedule.md
	@.venv/bin/python -m benchmarks.schedule

bench-telegram: setup ## put one bot under 200 Telegram updates a second
	@.venv/bin/python -m benchmarks.telegram

bench-discord: setup ## put one bot under 100 Discord interactions a second
	@.venv/bin/python -m benchmarks.discord

faults: setup ## make everything fail that can, and write build/faults.json
	@.venv/bin/python -m tests.faults

images: setup ## make the README's picture anew
	@.venv/bin/python -m deploy models fetch
	@scripts/images

clean: ## remove .venv and whatever was built
	rm -rf .venv build
