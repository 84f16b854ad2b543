#!/usr/bin/env bash
# Builds the image of this commit, or pushes it.
#
#   ci/image.sh build    needs no credential, so that nothing which a build runs can read one
#   ci/image.sh push     needs REGISTRY_USER and REGISTRY_PASSWORD
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/image-name.sh

build() {
  docker build --pull --label "org.opencontainers.image.revision=$COMMIT" --tag "$IMAGE:$TAG" .
}

push() {
  : "${REGISTRY_USER:?is empty. Set the CI variable REGISTRY_USER to the registry account that pushes}"
  : "${REGISTRY_PASSWORD:?is empty. Set the CI secret REGISTRY_PASSWORD to the token of REGISTRY_USER}"

  # The first part of a name is a registry only if it looks like a host; else it is a name on Docker Hub.
  local registry="${IMAGE%%/*}"
  [[ "$registry" == *[.:]* || "$registry" == localhost ]] || registry=""

  # docker keeps a login in its configuration folder: ours goes with the job.
  umask 077
  DOCKER_CONFIG="$(mktemp -d)"
  export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT

  printf '%s' "$REGISTRY_PASSWORD" |
    docker login --username "$REGISTRY_USER" --password-stdin ${registry:+"$registry"}
  docker push "$IMAGE:$TAG"
}

case "${1:-}" in
  build) build ;;
  push) push ;;
  *)
    echo "ci/image.sh: got '${1:-}', want 'build' or 'push'" >&2
    exit 2
    ;;
esac
