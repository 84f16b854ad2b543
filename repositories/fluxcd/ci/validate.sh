#!/usr/bin/env bash
# Builds every folder below apps/ as Flux does and checks the result against Kubernetes' schemas.
# Needs kubectl and kubeconform. KUBECONFORM_ARGS adds arguments, such as -schema-location for a local copy.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

refuse() {
  echo "ci/validate.sh: $1" >&2
  exit 1
}

checked=0
for folder in apps/*/; do
  app="$(basename "$folder")"
  echo "== apps/$app"
  rm -rf "$work/app"
  cp -R "$folder" "$work/app"

  # As kustomize-controller: a folder without a kustomization gets one that lists every YAML file below it.
  if [[ ! -e "$work/app/kustomization.yaml" && ! -e "$work/app/kustomization.yml" && ! -e "$work/app/Kustomization" ]]; then
    files="$(cd "$work/app" && find . -type f \( -name '*.yaml' -o -name '*.yml' \) | LC_ALL=C sort)"
    [[ -n "$files" ]] || refuse "apps/$app has no YAML file. Flux would prune everything that it deployed from there."
    {
      echo 'apiVersion: kustomize.config.k8s.io/v1beta1'
      echo 'kind: Kustomization'
      echo 'resources:'
      while IFS= read -r file; do printf '  - "%s"\n' "$file"; done <<<"$files"
    } >"$work/app/kustomization.yaml"
  fi
  kubectl kustomize "$work/app" >"$work/built.yaml"

  if grep -qx 'kind: Namespace' "$work/built.yaml"; then
    refuse "apps/$app has a Namespace. Namespaces belong to the platform, and a pruned one takes everything with it."
  fi
  if grep -qx 'kind: Secret' "$work/built.yaml"; then
    refuse "apps/$app has a Secret. Whoever reads this repository reads it too: revoke what it says, and seal it."
  fi
  # Custom resources have no schema there: they are left to the server.
  # shellcheck disable=SC2086 # several arguments in one variable
  kubeconform -strict -summary -ignore-missing-schemas \
    -kubernetes-version "${KUBERNETES_VERSION:-1.34.0}" ${KUBECONFORM_ARGS:-} "$work/built.yaml"
  checked=$((checked + 1))
done

[[ "$checked" != 0 ]] || refuse "there is no folder below apps/."
