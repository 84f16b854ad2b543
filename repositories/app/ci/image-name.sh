# Sourced by the pipeline's scripts: the image of the commit that the pipeline runs for.
#
#   IMAGE  ${IMAGE_REPO}/${IMAGE_NAME}, whichever of the two carries the slash, or neither
#   TAG    the short commit: its first eight digits
# shellcheck shell=bash disable=SC2034 # used by whoever sources this

: "${IMAGE_REPO:?is empty. Set the CI variable IMAGE_REPO to the registry and its path, without the name of the image}"
: "${IMAGE_NAME:?is empty. Set the CI variable IMAGE_NAME to the name of the image, without a tag}"
: "${GITHUB_SHA:?is empty. The pipeline sets it to the commit that it runs for}"

IMAGE="${IMAGE_REPO%/}/${IMAGE_NAME#/}"
TAG="${GITHUB_SHA:0:8}"
