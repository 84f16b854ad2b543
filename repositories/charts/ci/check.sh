#!/usr/bin/env bash
# Lints and renders every chart with each of its ci/*-values.yaml. Needs helm.
set -euo pipefail
cd "$(dirname "$0")/.."
# Without it, a pattern that nothing matches would be taken for a file's name.
shopt -s nullglob

checked=0
for values in */ci/*-values.yaml; do
  chart="${values%%/*}"
  echo "== $chart with $values"
  helm lint --strict "$chart" --values "$values"
  rendered="$(helm template "$chart" "$chart" --namespace check --values "$values")"
  # Pruning a release would then delete the namespace, and everything in it.
  if grep -qx 'kind: Namespace' <<<"$rendered"; then
    echo "ci/check.sh: $chart renders a Namespace. Namespaces belong to the platform: remove it from the chart." >&2
    exit 1
  fi
  checked=$((checked + 1))
done

if [[ "$checked" == 0 ]]; then
  echo "ci/check.sh: no chart has a ci/*-values.yaml to be checked with." >&2
  exit 1
fi
