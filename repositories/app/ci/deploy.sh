#!/usr/bin/env bash
# Renders the chart with the image of this commit and replaces apps/$APP in the fluxcd repository with the result.
# Flux does the rest: this script knows no cluster.
#
# Safe to run twice: where the release is what the repository says already, nothing is committed.
# Safe beside others who push: it starts again from what they pushed, a few times, and never forces.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/image-name.sh

: "${APP:?is empty. The pipeline sets it to the name of the chart}"
: "${NAMESPACE:?is empty. The pipeline sets it to the namespace of the release}"
: "${CHARTS_URL:?is empty. Set the CI variable CHARTS_URL to the URL of the charts repository}"
: "${FLUXCD_URL:?is empty. Set the CI variable FLUXCD_URL to the ssh:// URL of the fluxcd repository, or with a token its https:// URL}"
: "${GIT_KNOWN_HOSTS:?is empty. Set the CI variable GIT_KNOWN_HOSTS to the lines of known_hosts for the Git host}"
case "$FLUXCD_URL" in
  http*) : "${FLUXCD_TOKEN:?is empty. Set the CI secret FLUXCD_TOKEN to the token that writes to the fluxcd repository by HTTP}" ;;
  *) : "${FLUXCD_DEPLOY_KEY:?is empty. Set the CI secret FLUXCD_DEPLOY_KEY to the private key that writes to the fluxcd repository}" ;;
esac
case "$CHARTS_URL" in
  http*) : "${CI_JOB_TOKEN:?is empty. By HTTP, a GitLab job reads the charts repository with its own token}" ;;
  *) : "${CHARTS_DEPLOY_KEY:?is empty. Set the CI secret CHARTS_DEPLOY_KEY to the private key that reads the charts repository}" ;;
esac

readonly branch=main attempts=5

# Keys live in files that only this user can read, and are gone with the script.
umask 077
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A host that masks single lines only has a key in base64, which begins so for every "-----BEGIN".
write_key() {
  case "$2" in
    LS0tLS1CRUdJTi*) printf '%s' "$2" | base64 -d ;;
    *) printf '%s\n' "$2" ;;
  esac >"$work/$1.key"
}
write_key charts "${CHARTS_DEPLOY_KEY:-}"
write_key fluxcd "${FLUXCD_DEPLOY_KEY:-}"
printf '%s\n' "$GIT_KNOWN_HOSTS" >"$work/known_hosts"
readonly charts_token="${CI_JOB_TOKEN:-}" fluxcd_token="${FLUXCD_TOKEN:-}"
unset CHARTS_DEPLOY_KEY FLUXCD_DEPLOY_KEY FLUXCD_TOKEN

# git with one key or token, the pinned host keys, and nothing of the machine's own configuration. By HTTP, the token
# reaches it by the environment: in single quotes, so that it is in no argument.
# shellcheck disable=SC2016
readonly helper='!f() { test "$1" = get && echo "username=$GIT_USER" && echo "password=$GIT_TOKEN"; }; f'
git_as() {
  local key="$1" user=gitlab-ci-token token="$charts_token" options
  shift
  if [[ "$key" == fluxcd ]]; then
    # Hosts take any name beside such a token.
    user=x-access-token token="$fluxcd_token"
  fi
  options="-F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=yes"
  options+=" -o UserKnownHostsFile='$work/known_hosts' -o GlobalKnownHostsFile=/dev/null"
  GIT_SSH_COMMAND="ssh $options -i '$work/$key.key'" GIT_SSH_VARIANT=ssh GIT_TERMINAL_PROMPT=0 \
    GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_USER="$user" GIT_TOKEN="$token" \
    git -c credential.helper= -c credential.helper="$helper" "$@"
}

fluxcd() {
  git_as fluxcd -C "$work/fluxcd" "$@"
}

# Values of the environment come from the fluxcd repository, so they are read again after every fetch.
render() {
  local values=()
  if [[ -f "$work/fluxcd/values/$APP.yaml" ]]; then
    values=(--values "$work/fluxcd/values/$APP.yaml")
  fi
  rm -rf "$work/rendered"
  # --set-string: a commit such as 12345678 or 1234e567 is a name, not a number.
  helm template "$APP" "$work/charts/$APP" \
    --namespace "$NAMESPACE" \
    "${values[@]}" \
    --set-string "image.repository=$IMAGE" \
    --set-string "image.tag=$TAG" \
    --set-string "fullnameOverride=$APP" \
    --output-dir "$work/rendered" >/dev/null
}

replace() {
  local target="$work/fluxcd/apps/$APP" file text
  # Nothing rendered would mean everything pruned: then the copy fails, before a commit.
  rm -rf "$target"
  mkdir -p "$target"
  cp -R "$work/rendered/$APP/templates/." "$target/"
  # Helm 4 ends a file with an empty line and Helm 3 does not: without it, both give the same release.
  while IFS= read -r -d '' file; do
    text="$(cat "$file")"
    printf '%s\n' "$text" >"$file"
  done < <(find "$target" -type f -print0)
}

git_as charts clone --quiet --depth 1 "$CHARTS_URL" "$work/charts"
git_as fluxcd clone --quiet --depth 1 --branch "$branch" "$FLUXCD_URL" "$work/fluxcd"

for ((attempt = 1; attempt <= attempts; attempt++)); do
  base="$(fluxcd rev-parse HEAD)"
  render
  replace
  fluxcd add --all -- "apps/$APP"
  if fluxcd diff --cached --quiet; then
    echo "apps/$APP is at $IMAGE:$TAG already: nothing to commit."
    exit 0
  fi
  fluxcd -c user.name="$APP pipeline" -c user.email="ci@$APP.invalid" commit --quiet \
    --message "Release $APP $TAG" --message "Source: ${GITHUB_REPOSITORY:-${CI_PROJECT_PATH:-$APP}}@$COMMIT"
  if fluxcd push --quiet origin "HEAD:refs/heads/$branch"; then
    echo "apps/$APP is now at $IMAGE:$TAG."
    exit 0
  fi

  # Refused. If somebody else pushed meanwhile, do it again on top of theirs: a rendering is made anew rather
  # than rebased, since it depends on values that they may have changed. If nobody did, trying again is no use.
  fluxcd fetch --quiet origin "$branch"
  if [[ "$(fluxcd rev-parse FETCH_HEAD)" == "$base" ]]; then
    echo "ci/deploy.sh: the push to branch '$branch' of the fluxcd repository was refused, and nobody else had pushed." >&2
    echo "Its deploy key or token must be allowed to write, and a rule that protects the branch must let it pass." >&2
    exit 1
  fi
  fluxcd reset --quiet --hard FETCH_HEAD
  sleep "$attempt"
done

echo "ci/deploy.sh: others pushed to branch '$branch' of the fluxcd repository during each of $attempts attempts." >&2
echo "Run the job again." >&2
exit 1
