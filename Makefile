# image-operator: `make demo` shows it, `make test` proves it.

CARGO ?= cargo

.PHONY: test lint tools demo

test: tools
	$(CARGO) test --locked

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

# The pinned etcd, kube-apiserver, kube-controller-manager and kubectl, in target/tools/bin.
tools:
	@tests/kubernetes/build.sh

# etcd, kube-apiserver, the simulator and the operator, with deploy/samples made Ready; stays up on a terminal.
demo: tools
	@$(CARGO) build --locked --bins
	@$(CARGO) run --locked --quiet --example demo
