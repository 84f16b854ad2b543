/**
 * Flux without Slipway, as the floor for an `up`: what Flux's own bootstrap does, by kubectl and git. It is a smaller job:
 * one repository, read without a key, and no CI values, quota or limits.
 */
import { fluxManifest } from "../toolchain/index.ts";
import { apply, kubectl, type Bench } from "./bench-lab.ts";
import { cloneUrl, publish, unpublish } from "./git.ts";

const repository = "by-hand";
const namespace = "flux-system";

/** Without what Flux's own bootstrap leaves out as well, unless it is asked for. */
const usualComponents = [
  "--selector",
  "app.kubernetes.io/component notin (image-automation-controller,image-reflector-controller,source-watcher)",
];

/** The app that is delivered: as the seed's, one Deployment. */
const app = `apiVersion: apps/v1
kind: Deployment
metadata: { name: by-hand, namespace: default }
spec:
  selector: { matchLabels: { app: by-hand } }
  template:
    metadata: { labels: { app: by-hand } }
    spec: { containers: [{ name: app, image: "example.com/app:1" }] }
`;

/** Installs Flux, waits for it, publishes a repository, and waits until what is in it is healthy. */
export async function fluxByHand(bench: Bench): Promise<void> {
  const { path } = await fluxManifest();
  await kubectl(bench, "apply", "--server-side", "--filename", path, ...usualComponents);
  await kubectl(bench, "wait", "--for=condition=Established", "crd", "--all", "--timeout=2m");
  const wait = ["wait", "--namespace", namespace, "--timeout=2m"];
  await kubectl(bench, ...wait, "--for=condition=Available", "deployment", "--all");
  await publish(bench, repository, { "app/deployment.yaml": app });
  const metadata = { name: repository, namespace };
  await apply(
    bench,
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata,
      spec: { interval: "1m", url: cloneUrl(bench, repository), ref: { branch: "main" } },
    },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata,
      spec: {
        ...{ interval: "5m", retryInterval: "1s", path: "app", prune: true, wait: true, timeout: "2m" },
        ...{ sourceRef: { kind: "GitRepository", name: repository } },
        deletionPolicy: "WaitForTermination",
      },
    },
  );
  await kubectl(
    bench,
    ...wait,
    "--for=condition=Ready",
    `kustomization.kustomize.toolkit.fluxcd.io/${repository}`,
  );
}

/** Takes all of it away. */
export async function removeByHand(bench: Bench): Promise<void> {
  const { path } = await fluxManifest();
  const kinds = ["kustomization.kustomize.toolkit.fluxcd.io", "gitrepository.source.toolkit.fluxcd.io"];
  for (const kind of kinds) await kubectl(bench, "delete", "--namespace", namespace, `${kind}/${repository}`);
  await kubectl(bench, "delete", "--filename", path, "--ignore-not-found", ...usualComponents);
  await unpublish(bench, repository);
}
