# image-operator: `make demo` shows it, `make test` proves it.

CARGO ?= cargo

.PHONY: test lint

test:
	$(CARGO) test --locked

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
