#!/usr/bin/env bash
# Builds the pinned servers and clients of go.mod into a folder (default target/tools/bin), unless they are there
# already. Needs Go and nothing else. With KUBEBUILDER_ASSETS set nothing is built: those binaries are used.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tools=(etcd kube-apiserver kube-controller-manager kubectl)

say() { printf 'tools: %s\n' "$*" >&2; }

if [[ -n "${KUBEBUILDER_ASSETS:-}" ]]; then
    for tool in "${tools[@]}"; do
        [[ -x "$KUBEBUILDER_ASSETS/$tool" ]] && continue
        if [[ "$tool" != kube-controller-manager ]]; then
            say "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no $tool: complete that folder, or unset it to build the pinned tools"
            exit 1
        fi
        say "KUBEBUILDER_ASSETS has no $tool: deleted namespaces will not be emptied, and tests of that will fail"
    done
    say "using $KUBEBUILDER_ASSETS (KUBEBUILDER_ASSETS is set), nothing to build"
    exit 0
fi

root="$(cd "$here/../.." && pwd)"
bin="${1:-${CARGO_TARGET_DIR:-$root/target}/tools/bin}"
stamp="$bin/.built-from"

if ! command -v go >/dev/null; then
    say "go is not installed: install Go 1.26 or later (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl"
    exit 1
fi

wanted="$(cat "$here/go.mod" "$here/go.sum" "${BASH_SOURCE[0]}" | cksum) $(go env GOOS GOARCH | xargs)"
if [[ -f "$stamp" && "$(cat "$stamp")" == "$wanted" ]]; then
    exit 0
fi

# The version is compiled in: without it kubectl and helm refuse the server as too old.
version="$(cd "$here" && go list -m -f '{{.Version}}' k8s.io/kubernetes)"
major="${version#v}" && major="${major%%.*}"
minor="${version#v*.}" && minor="${minor%%.*}"
version_of=k8s.io/component-base/version
flags="-s -w -X $version_of.gitVersion=$version -X $version_of.gitMajor=$major -X $version_of.gitMinor=$minor -X $version_of.gitTreeState=clean"

package_of() {
    case "$1" in
        etcd) echo go.etcd.io/etcd/server/v3 ;;
        *) echo "k8s.io/kubernetes/cmd/$1" ;;
    esac
}

mkdir -p "$bin"
rm -f "$stamp"
say "building Kubernetes $version and etcd into $bin (once, about 5 minutes on 2 cores)"
say "1/$((${#tools[@]} + 1)) fetching modules"
(cd "$here" && go mod download)
step=2
for tool in "${tools[@]}"; do
    say "$step/$((${#tools[@]} + 1)) building $tool"
    started=$SECONDS
    (cd "$here" && CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "$flags" -o "$bin/$tool" "$(package_of "$tool")")
    say "$step/$((${#tools[@]} + 1)) $tool done in $((SECONDS - started)) s"
    step=$((step + 1))
done
printf '%s\n' "$wanted" >"$stamp"
say "done"
