# Kosh: what you can do here. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

# Everything started from here ends with make, even when make itself is killed.
GUARD := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM --)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup:
	@deploy/local/setup.sh

# Some readers of the contracts are programs for node: installed where npm is, their tests say so where it is not.
NODE := tests/contracts/node/node_modules/.package-lock.json
EXPLORE := services/accounting/publish/site/assets/explore
$(NODE) $(EXPLORE)/node_modules/.package-lock.json: %/node_modules/.package-lock.json: %/package-lock.json
	@! command -v npm >/dev/null || npm ci --loglevel=error --ignore-scripts --no-audit --no-fund --prefix $*

.PHONY: assets
assets: $(EXPLORE)/node_modules/.package-lock.json ## the site's chart to explore anew, of uPlot and explore.mjs
	@node $(EXPLORE)/build.mjs $(EXPLORE)/..

.PHONY: run
run: setup ## the whole system on this machine with a small invented country, without a broker; BROKER=kafka, DEMO=no, KOSH_PORT_BASE=8100
	@exec $(GUARD) $(PYTHON) -m deploy.local.run

# Tests start many processes: what has been compiled once is kept, even where the environment says otherwise. They wait for
# servers as much as they work: three at a time keep two cores busy.
test unit: export PYTHONDONTWRITEBYTECODE :=

.PHONY: test
test: setup $(NODE) $(EXPLORE)/node_modules/.package-lock.json ## every test; ARGS="tests/portal -k crossing" for some, JOBS=3 at a time
	@exec $(GUARD) $(PYTHON) -m pytest --numprocesses $(or $(JOBS),3) --dist loadscope $(ARGS)

# No fixtures, no plugins that import a web framework, few examples of each property: seconds, not a minute.
UNIT := --noconftest -p tests.profiles --hypothesis-profile unit

.PHONY: unit
unit: setup ## the tests of pure code (tests/unit.txt) in seconds; ARGS="-k quota" for some
	@exec $(GUARD) $(PYTHON) -m pytest $(UNIT) @tests/unit.txt $(ARGS)

.PHONY: bench
bench: setup ## how fast, each figure as a ratio against a reference of the same run; ARGS="rebuild" for some
	@exec $(GUARD) $(PYTHON) -m tests.bench $(ARGS)

.PHONY: chaos
chaos: setup ## a system of its own under load, killed, frozen and cut off at random; MINUTES=5 SEED=1 BROKER=kafka
	@exec $(GUARD) $(PYTHON) -m tests.chaos $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
		$(if $(filter kafka,$(BROKER)),--kafka)

.PHONY: check
check: setup ## style, types, who may import whom, contracts and migrations as the code says
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON) -m contracts.export --check
	$(PYTHON) -m deploy.local.migrations check

.PHONY: audit
audit: setup ## known vulnerabilities of the locked packages; fails where the index's advisories cannot be asked
	@$(PYTHON) -m deploy.dependencies audit

.PHONY: audit-check
audit-check: setup ## holds every access log of the running system to its chain and anchors; names the first row that does not fit
	@$(GUARD) $(PYTHON) -m deploy.local.audit_check

.PHONY: sbom
sbom: setup ## the software bill of materials (CycloneDX) of the images, as JSON
	@$(PYTHON) -m deploy.dependencies bill

.PHONY: token
token: setup ## a bearer token: ROLE=statistician, and IIN=, BIN=, AGENCY=, PURPOSE= or CLIENT= where it matters
	@$(PYTHON) -m deploy.local.token $(or $(ROLE),$(error say whose: make token ROLE=statistician)) \
		$(if $(IIN),--iin $(IIN)) $(if $(BIN),--bin $(BIN)) $(if $(CLIENT),--client $(CLIENT)) \
		$(if $(AGENCY),--agency "$(AGENCY)") $(if $(PURPOSE),--purpose "$(PURPOSE)")

.PHONY: contracts
contracts: setup ## writes schemas, OpenAPI and AsyncAPI from the code
	$(PYTHON) -m contracts.export

.PHONY: migration
migration: setup ## writes the next migration of a service: SERVICE=portal MESSAGE="what it does"
	@$(PYTHON) -m deploy.local.migrations new "$(SERVICE)" "$(MESSAGE)"

.PHONY: release-dump
release-dump: setup ## small databases of invented data as this version leaves them, for the next one's upgrade test; RELEASE=2026-11-29
	@exec $(GUARD) $(PYTHON) -m tests.upgrade $(if $(RELEASE),--release $(RELEASE))

.PHONY: backup
backup: setup ## all databases of the running system at one moment; TO= for a folder other than .run/backup/<time>
	@TO="$(TO)" $(PYTHON) -m deploy.local.backup

.PHONY: restore
restore: setup ## all databases as they were in FROM=.run/backup/<time>; names what was held beyond it
	@FROM="$(FROM)" exec $(GUARD) $(PYTHON) -m deploy.local.restore

# These work on the system that `make run` has started in another terminal.
.PHONY: demo
demo: setup ## a guided tour of the running system: questions, the calls that ask them, the answers
	@$(PYTHON) -m deploy.local.inside deploy.local.tour

.PHONY: accuracy
accuracy: setup ## the running system's figures beside the truth that make simulate has left; TRUTH=.run/simulation/...
	@$(PYTHON) -m deploy.local.inside tests.accuracy $(or $(TRUTH),$(error say which: make accuracy TRUTH=.run/simulation/...))

.PHONY: judge
judge: setup ## figures beside the truth of countries of their own, without a running system: SEEDS="101 102 103" PEOPLE= YEARS= WORLD= STEPS=
	@exec $(GUARD) $(PYTHON) -m tests.accuracy.judge $(if $(SEEDS),--seeds $(SEEDS)) $(if $(PEOPLE),--people $(PEOPLE)) \
		$(if $(YEARS),--years $(YEARS)) $(if $(WORLD),--world $(WORLD)) $(if $(STEPS),--steps $(STEPS))

.PHONY: coverage
coverage: setup ## how often intervals hold the truth, over several countries and worlds: TRUTHS=".run/judged/*"
	@$(PYTHON) -m tests.accuracy.coverage $(or $(TRUTHS),.run/judged/*)

.PHONY: calibration
calibration: setup ## a simulated country beside the published figures; TRUTH=.run/simulation/...
	@$(PYTHON) -m deploy.simulation.report $(or $(TRUTH),$(error say which: make calibration TRUTH=.run/simulation/...))

.PHONY: simulate
simulate: setup ## an invented country into the running system, its truth in .run/simulation: PEOPLE=20000 YEARS=3 SEED=1, WORLD=lost_year, THROUGH=, OUT=
	@$(PYTHON) -m deploy.local.inside deploy.simulation $(if $(PEOPLE),--people $(PEOPLE)) $(if $(YEARS),--years $(YEARS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(THROUGH),--through $(THROUGH)) $(if $(OUT),--out $(OUT)) $(if $(WORLD),--world $(WORLD))

.PHONY: load
load: setup ## stores figures that other bodies have published, beside ours: FILES="one.csv two.csv"
	@$(PYTHON) -m deploy.local.inside services.accounting load $(ARGS) $(or $(FILES),$(error say what: make load FILES="one.csv"))

.PHONY: reconcile
reconcile: setup ## whether what the registers hold was counted, by source, fact and day, to the record; SOURCE=portal; fails where it was not
	@$(PYTHON) -m deploy.local.inside services.accounting reconcile $(SOURCE) --to $(or $(KOSH_STATE),.run)/reconciliation

.PHONY: estimate
estimate: setup ## estimates how many of the open crossings will be migrations, from what became of past ones (done daily by itself)
	@$(PYTHON) -m deploy.local.inside services.accounting estimate

.PHONY: report
report: setup ## writes a report of the newest release; NAME=progress IN=kk FORMAT=pdf PERIOD=2025 RELEASE=7 TO=reports; without NAME lists them
	@$(PYTHON) -m deploy.local.inside services.accounting report $(NAME) $(if $(IN),--language $(IN)) \
		$(if $(FORMAT),--format $(FORMAT)) $(if $(PERIOD),--period $(PERIOD)) $(if $(RELEASE),--release $(RELEASE)) $(if $(TO),--to $(TO))

.PHONY: release
release: setup ## cuts a release: estimates are made anew where they are of former days, then the figures as they stand are frozen for everybody (one comes each month by itself)
	@$(PYTHON) -m deploy.local.inside services.accounting release

.PHONY: forecast
forecast: setup ## forecasts months from the newest release, once, with the scores of such forecasts in the past (done after each release by itself)
	@$(PYTHON) -m deploy.local.inside services.accounting forecast

.PHONY: replay
replay: setup ## computes all figures anew from the stored facts, beside the present ones, and swaps
	@$(PYTHON) -m deploy.local.inside services.accounting rebuild

.PHONY: export-facts
export-facts: setup ## accounting's facts as Parquet in a new folder that only you may enter: FOLDER=/data/facts
	@$(PYTHON) -m deploy.local.inside deploy.spark export $(or $(FOLDER),$(error say where: make export-facts FOLDER=/data/facts))

.PHONY: adopt
adopt: setup ## brings all readers to what a register holds that was set back: SOURCE=portal
	@$(PYTHON) -m deploy.local.inside services.accounting adopt $(or $(SOURCE),$(error say which: make adopt SOURCE=portal))
	@for copier in portal permits; do $(PYTHON) -m deploy.local.inside services.$$copier adopt || exit; done

.PHONY: signature-review
signature-review: setup ## judges all accepted signatures of notices again, and withdraws what no longer holds
	@$(PYTHON) -m deploy.local.inside services.portal signature-review
