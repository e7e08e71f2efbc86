# image-operator: `make demo` shows it, `make test` proves it.

CARGO ?= cargo

# Tests on a real API server wait more than they work.
TEST_THREADS ?= 6
# The same chance every time, so that a change is judged by what it changes; make soak takes another each time.
CRASH_SEED ?= 1
SOAK_SEED ?= 443792

.DEFAULT_GOAL := help
.PHONY: help demo test sdk lint generate bench crash-matrix soak dashboard-check tools servers image sbom

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Stays up on a terminal.
demo: servers ## etcd, kube-apiserver, the simulator and the operator, with deploy/samples made Ready
	@$(CARGO) build --locked --bins
	@$(CARGO) run --locked --quiet --example demo

test: tools ## Every test, those on a real API server included
	RUST_TEST_THREADS=$(TEST_THREADS) CRASH_SEED=$(CRASH_SEED) SOAK_SEED=$(SOAK_SEED) $(CARGO) test --locked

# Not part of the tests, since it needs Python and its package index.
sdk: ## The vendor's SDK for Python against the simulated SurferCloud
	@$(CARGO) build --locked --bins
	@python3 -m venv target/sdk
	@target/sdk/bin/pip install --quiet --disable-pip-version-check ucloud-sdk-python3==0.11.150
	@target/sdk/bin/python tests/sdk/surfercloud.py target/debug/image-operator

# That the other generated files are current, tests/crds.rs and tests/docs.rs hold.
lint: tools ## Format, clippy, and what is installed: helm lint, values, templates, overlays, generated files
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) test --locked --quiet --test packaging

generate: tools ## The definitions, the rights, the chart's files, and docs/reference
	$(CARGO) run --locked --quiet -- crds --out crds
	UPDATE=1 $(CARGO) test --locked --quiet --test docs --test packaging current

# One part: make bench PART=kills
bench: servers ## The table of figures: latency, a thousand catalogs and custom images, default limits, kills
	$(CARGO) bench --locked --bench operator -- $(PART)

# 150 groups of 8 cases, about 15 minutes; `make test` runs a few of them. One sort: CRASH_ONLY=publish/Done make crash-matrix
crash-matrix: servers ## SIGKILL at every boundary of every remote write, with every fate of the memory: the table
	CRASH_GROUPS=all $(CARGO) test --locked --test crash a_write_cut_off -- --nocapture

# `make test` runs a small one.
soak: export SOAK_CATALOGS ?= 200
soak: export SOAK_VERSIONS ?= 3
soak: export SOAK_SECONDS ?= 240
soak: servers ## 200 catalogs of 3 versions: faults on a tenth of all requests while people edit, then quiet
	$(CARGO) test --locked --test soak -- --nocapture

# Not part of the tests: Prometheus takes about 10 minutes to build, once.
dashboard-check: tools ## Every panel of the dashboard has data and every alert works, on a real Prometheus
	@tests/prometheus/build.sh
	$(CARGO) test --locked --test dashboard -- --ignored --nocapture

tools: servers ## The pinned etcd, kube-apiserver, kube-controller-manager, kubectl and helm, in target/tools/bin
	@tests/packaging/tools/build.sh

# What the demo needs of them.
servers:
	@tests/kubernetes/build.sh

image: ## The container image of this architecture, as target/image/*.tar; no daemon needed with buildah or podman
	@image/build.sh

# cargo install --locked cargo-cyclonedx@0.5.9
sbom: ## What the program is made of, as target/image-operator.cdx.json
	$(CARGO) cyclonedx --format json --target all --override-filename image-operator.cdx
	mv image-operator.cdx.json target/
