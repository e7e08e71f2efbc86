#!/usr/bin/env bash
# Builds the pinned Prometheus of go.mod into a folder (default target/tools/bin), unless it is there already. Needs Go
# and nothing else; the first time takes about 10 minutes on 2 cores, since it brings every cloud's discovery along.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
bin="${1:-${CARGO_TARGET_DIR:-$root/target}/tools/bin}"
stamp="$bin/.prometheus-built-from"

wanted="$(cat "$here/go.mod" "$here/go.sum" "${BASH_SOURCE[0]}" | cksum)"
if [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
    exit 0
fi
if ! command -v go >/dev/null; then
    printf 'prometheus: go is not installed: install Go 1.26 or later (https://go.dev/dl)\n' >&2
    exit 1
fi

mkdir -p "$bin"
rm -f "$stamp"
printf 'prometheus: building it into %s (once)\n' "$bin" >&2
cd "$here"
CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o "$bin/prometheus" \
    github.com/prometheus/prometheus/cmd/prometheus
printf '%s\n' "$wanted" >"$stamp"
