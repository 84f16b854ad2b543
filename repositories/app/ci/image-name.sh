# Sourced by the pipeline's scripts: the image of the commit that the pipeline runs for.
#
#   COMMIT that commit, as the host of the pipeline says it
#   IMAGE  ${IMAGE_REPO}/${IMAGE_NAME}, whichever of the two carries the slash, or neither
#   TAG    the short commit: its first eight digits
# shellcheck shell=bash disable=SC2034 # used by whoever sources this

: "${IMAGE_REPO:?is empty. Set the CI variable IMAGE_REPO to the registry and its path, without the name of the image}"
: "${IMAGE_NAME:?is empty. Set the CI variable IMAGE_NAME to the name of the image, without a tag}"
COMMIT="${GITHUB_SHA:-${CI_COMMIT_SHA:-}}"
: "${COMMIT:?is empty. GITHUB_SHA or CI_COMMIT_SHA says which commit the pipeline runs for}"

IMAGE="${IMAGE_REPO%/}/${IMAGE_NAME#/}"
TAG="${COMMIT:0:8}"
