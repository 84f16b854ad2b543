/** Against a server that answers as Kubernetes' API does: which cluster is asked, as whom, and what is made of the answers. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { objectsOf } from "../../preflight/cluster-objects.ts";

const crd = (group: string, kind: string, component: string) => ({
  metadata: { name: kind, labels: { "app.kubernetes.io/component": component } },
  spec: {
    group,
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: [
      { name: "v1", storage: false },
      { name: "v2", storage: true },
    ],
  },
});

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const releases = "/apis/helm.toolkit.fluxcd.io/v2/helmreleases";

let folder: string;
let server: Server;
let asked: { path: string; query: URLSearchParams; authorization: string | undefined }[];
let answers: Record<string, { code?: number; body: unknown }>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-kubeconfig-"));
  asked = [];
  answers = {
    [crds]: { body: { items: [crd("helm.toolkit.fluxcd.io", "HelmRelease", "helm-controller")] } },
    [releases]: { body: { items: [], metadata: {} } },
  };
  server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    asked.push({ path: pathname, query: searchParams, authorization: request.headers.authorization });
    const { code = 200, body } = answers[pathname] ?? { code: 404, body: { message: "no such page" } };
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await kubeconfig();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** A kubeconfig whose current context leads nowhere, and whose context `wanted` asks a plugin for its token. */
async function kubeconfig(): Promise<void> {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plugin = join(folder, "plugin.mjs");
  await writeFile(
    plugin,
    "const { apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);\n" +
      "console.log(JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: 'of-the-plugin' } }));\n",
  );
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: [plugin],
    env: null,
    interactiveMode: "Never",
  };
  const file = join(folder, "config");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "elsewhere",
    clusters: [
      { name: "wanted", cluster: { server: address, "insecure-skip-tls-verify": true } },
      { name: "elsewhere", cluster: { server: "https://127.0.0.1:2" } },
    ],
    users: [
      { name: "wanted", user: { exec } },
      { name: "elsewhere", user: { token: "of-nobody" } },
    ],
    contexts: ["wanted", "elsewhere"].map((name) => ({ name, context: { cluster: name, user: name } })),
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  vi.stubEnv("KUBECONFIG", file);
}

describe("the objects of a controller's kinds", () => {
  const look = () => objectsOf({ context: "wanted" }, ["helm-controller", "source-watcher"]);

  test("are asked for at the configured context's cluster, with the credentials of its plugin", async () => {
    await look();
    expect(asked.map(({ path }) => path)).toEqual([crds, releases]);
    expect(asked.map(({ authorization }) => authorization)).toEqual(Array(2).fill("Bearer of-the-plugin"));
    expect(asked[0]?.query.get("labelSelector")).toBe(
      "app.kubernetes.io/instance=flux-system,app.kubernetes.io/component in (helm-controller,source-watcher)",
    );
  });

  test("are the first ones by name, and the number of all", async () => {
    const item = { metadata: { name: "shop", namespace: "web" } };
    answers[releases] = { body: { items: [item], metadata: { remainingItemCount: 41 } } };
    expect(await look()).toEqual([
      {
        component: "helm-controller",
        objects: [{ kind: "HelmRelease", namespace: "web", name: "shop" }],
        total: 42,
      },
      { component: "source-watcher", objects: [], total: 0 },
    ]);
  });
});

describe("what cannot be looked at is told in one line", () => {
  test.each<[string, () => void, string | undefined, string]>([
    [
      "no right to",
      () => {
        answers[crds] = {
          code: 403,
          body: { kind: "Status", message: "customresourcedefinitions is forbidden" },
        };
      },
      "wanted",
      "the API server answers 403: customresourcedefinitions is forbidden",
    ],
    ["nobody there", () => undefined, undefined, "127.0.0.1:2"],
    ["an unknown context", () => undefined, "other", 'the kubeconfig has no context "other" with a cluster'],
    ["no kubeconfig", () => vi.stubEnv("KUBECONFIG", join(folder, "none")), undefined, "no such file"],
  ])("%s", async (_, prepare, context, reason) => {
    prepare();
    const error: unknown = await objectsOf({ context }, ["helm-controller"]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(reason);
    expect((error as Error).message).not.toContain("\n");
  });
});
