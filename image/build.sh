#!/usr/bin/env bash
# Builds the container image of one architecture (amd64 or arm64, default: this one) and writes it as an OCI archive into
# target/image. With buildah or podman it needs no daemon. The same commit gives the same image: its files bear the time
# of the commit.
#
# Environment: IMAGE (name without tag), TAG, PROFILE (a cargo profile), CERTIFICATES (issuers to trust, PEM).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'image: %s\n' "$*" >&2; }

case "${1:-$(uname -m)}" in
    amd64 | x86_64) arch=amd64 target=x86_64-unknown-linux-musl ;;
    arm64 | aarch64) arch=arm64 target=aarch64-unknown-linux-musl ;;
    *) say "there is no image for ${1:-$(uname -m)}: say amd64 or arm64" && exit 2 ;;
esac

version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
image="${IMAGE:-ghcr.io/image-operator/image-operator}:${TAG:-$version}"
profile="${PROFILE:-release}"
certificates="${CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}"
revision="${IMAGE_OPERATOR_COMMIT:-$(git rev-parse HEAD 2>/dev/null || echo unknown)}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"

builder=""
for candidate in buildah podman docker; do
    if command -v "$candidate" >/dev/null; then
        builder="$candidate"
        break
    fi
done
[[ -n "$builder" ]] || { say "install buildah, podman or docker" && exit 1; }
[[ -r "$certificates" ]] || { say "no $certificates: install ca-certificates, or name a file in CERTIFICATES" && exit 1; }

say "building image-operator $version for $target"
"${CARGO:-cargo}" build --locked --profile "$profile" --target "$target" --bin image-operator

built="${CARGO_TARGET_DIR:-target}"
folder="$profile"
[[ "$profile" == dev ]] && folder=debug
context="$built/image/$arch"
rm -rf "$context" && mkdir -p "$context"
cp image/Containerfile "$context/"
cp "$built/$target/$folder/image-operator" "$context/"
cp "$certificates" "$context/ca-certificates.crt"
chmod 0755 "$context/image-operator"
chmod 0644 "$context/ca-certificates.crt"

say "building $image for linux/$arch with $builder"
options=(--platform "linux/$arch" --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$image")
[[ "$builder" == docker ]] || options+=(--timestamp "$SOURCE_DATE_EPOCH")
"$builder" build --file "$context/Containerfile" "${options[@]}" "$context"

archive="$built/image/image-operator-$arch.tar"
rm -f "$archive"
case "$builder" in
    buildah) buildah push --quiet "$image" "oci-archive:$archive:$image" ;;
    podman) podman save --quiet --format oci-archive --output "$archive" "$image" ;;
    docker) docker save --output "$archive" "$image" ;;
esac
say "wrote $archive"
