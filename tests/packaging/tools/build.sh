#!/usr/bin/env bash
# Builds helm, and the Lua interpreter that Argo CD uses, as go.mod pins them, into a folder (default target/tools/bin),
# unless they are there already.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
bin="${1:-${CARGO_TARGET_DIR:-$root/target}/tools/bin}"
stamp="$bin/.packaging-built-from"

say() { printf 'tools: %s\n' "$*" >&2; }

if [[ -n "${KUBEBUILDER_ASSETS:-}" && -x "$KUBEBUILDER_ASSETS/helm" && -x "$KUBEBUILDER_ASSETS/glua" ]]; then
    exit 0
fi
if ! command -v go >/dev/null; then
    say "go is not installed: install Go 1.26 or later (https://go.dev/dl); helm and glua are built with it"
    exit 1
fi

wanted="$(cat "$here/go.mod" "$here/go.sum" "${BASH_SOURCE[0]}" | cksum) $(go env GOOS GOARCH | xargs)"
if [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
    exit 0
fi

mkdir -p "$bin"
rm -f "$stamp"
say "building helm and glua into $bin (once, about 2 minutes on 2 cores)"
(cd "$here" && CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o "$bin/" tool)
printf '%s\n' "$wanted" >"$stamp"
say "done"
