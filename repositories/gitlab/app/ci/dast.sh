#!/usr/bin/env bash
# Runs the image of this commit, and has OWASP ZAP look at it from outside: https://www.zaproxy.org/docs/docker/baseline-scan/
# Fails on what ZAP calls a failure; warnings are in the log. Needs docker, REGISTRY_USER and REGISTRY_PASSWORD.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/image-name.sh

: "${REGISTRY_USER:?is empty. Set the CI variable REGISTRY_USER to the registry account that pulls}"
: "${REGISTRY_PASSWORD:?is empty. Set the CI secret REGISTRY_PASSWORD to the token of REGISTRY_USER}"

readonly scanner="${DAST_IMAGE:-ghcr.io/zaproxy/zaproxy:2.16.0}"

# The first part of a name is a registry only if it looks like a host; else it is a name on Docker Hub.
registry="${IMAGE%%/*}"
[[ "$registry" == *[.:]* || "$registry" == localhost ]] || registry=""

# docker keeps a login in its configuration folder: ours goes with the job, and so do network and container.
umask 077
DOCKER_CONFIG="$(mktemp -d)"
export DOCKER_CONFIG
name="dast-$TAG"
cleanup() {
  docker rm --force "$name" >/dev/null 2>&1 || true
  docker network rm "$name" >/dev/null 2>&1 || true
  rm -rf "$DOCKER_CONFIG"
}
trap cleanup EXIT

printf '%s' "$REGISTRY_PASSWORD" |
  docker login --username "$REGISTRY_USER" --password-stdin ${registry:+"$registry"}
docker network create "$name" >/dev/null
docker run --detach --name "$name" --network "$name" --network-alias app "$IMAGE:$TAG" >/dev/null
docker run --rm --network "$name" "$scanner" zap-baseline.py -t http://app:8080 -I -m 1
