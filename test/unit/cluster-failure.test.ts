import { describe, expect, test } from "vitest";
import { onClusterFailure } from "../../components/cluster/cluster-failure.ts";
import type { ClusterObject, ClusterReader } from "../../components/cluster/reader.ts";
import type { Failure } from "../../components/failures.ts";

/** Longer than any test: what is away comes back. */
const patience = { totalMs: 60_000, pollMs: 1, retries: 3 };
/** For what stays away. */
const little = { ...patience, totalMs: 20 };

const inputs = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
};

const deployment: ClusterObject = {
  ...inputs,
  metadata: { name: "web", namespace: "shop", uid: "d" },
  spec: { replicas: 1 },
  status: { conditions: [{ type: "Available", status: "False", reason: "MinimumReplicasUnavailable" }] },
};

const owned = (kind: string, name: string, owner: string, more: object): ClusterObject => ({
  kind,
  metadata: { name, namespace: "shop", uid: name, ownerReferences: [{ uid: owner }] },
  ...more,
});

const crashed = {
  status: {
    phase: "Running",
    containerStatuses: [
      {
        name: "manager",
        restartCount: 4,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
        lastState: { terminated: { exitCode: 2 } },
      },
    ],
  },
};

/** A cluster with these objects, whose API server answers from the n-th question on. */
function cluster(objects: readonly ClusterObject[], answersFrom = 1): ClusterReader {
  let asked = 0;
  return {
    server: "https://cluster",
    context: undefined,
    ready: () => Promise.resolve((asked += 1) >= answersFrom),
    get: ({ kind, name }) =>
      Promise.resolve(objects.find((object) => object.kind === kind && object.metadata?.name === name)),
    list: (_, kind) => Promise.resolve(objects.filter((object) => object.kind === kind)),
    logTail: () => Promise.resolve("starting\nunknown flag: --no-such-flag\n"),
  };
}

/** What the hook answers and says. */
async function outcome(failure: Partial<Failure>, reader: ClusterReader | Error, wait = patience) {
  const said: string[] = [];
  const again = await onClusterFailure(
    {
      urn: "urn",
      type: "kubernetes:apps/v1:Deployment",
      failedOperation: "create",
      errors: ["?"],
      newInputs: inputs,
      ...failure,
    },
    (severity, message) => {
      said.push(`${severity}: ${message}`);
      return Promise.resolve();
    },
    () => (reader instanceof Error ? Promise.reject(reader) : Promise.resolve(reader)),
    wait,
  );
  return { again, said: said.join("\n") };
}

const refused = "Post https://cluster: dial tcp 127.0.0.1:6443: connect: connection refused";

describe("an object that is there and not ready", () => {
  test.each([
    "the Kubernetes API server reported that it failed to fully initialize or become live: timed out waiting for the condition",
    "'web' timed out waiting to be Ready",
    "Deployment shop/web exists, but is not ready: it was not ready after 20 s",
    "it still exists 20 s after its deletion was asked for",
  ])("is explained: %s", async (error) => {
    const { again, said } = await outcome({ errors: [error] }, cluster([deployment]));
    expect(again).toBe(false);
    expect(said).toContain("error: What the cluster says of the Deployment shop/web:");
    expect(said).toContain("Available=False (MinimumReplicasUnavailable)");
    expect(said).toContain("What to do: its pods do not come up");
    expect(said).toContain("kubectl --namespace shop describe deployment web");
  });

  test("is explained by its pods: by way of the ReplicaSet, with exit code, log and last warning", async () => {
    const warning = {
      kind: "Event",
      involvedObject: { uid: "pod-1", kind: "Pod", name: "pod-1" },
      ...{ type: "Warning", reason: "BackOff", message: "back-off", lastTimestamp: new Date().toISOString() },
    };
    const objects = [
      deployment,
      owned("ReplicaSet", "set-1", "d", {}),
      owned("ReplicaSet", "set-2", "another", {}),
      owned("Pod", "pod-1", "set-1", crashed),
      owned("Pod", "pod-2", "set-2", crashed),
      warning,
    ];
    const { said } = await outcome({ errors: ["timed out waiting"] }, cluster(objects));
    expect(said).toContain(
      "Pod pod-1, container manager: CrashLoopBackOff: back-off 10s: it ended with exit code 2, 4 restarts",
    );
    expect(said).toContain("log: unknown flag: --no-such-flag");
    expect(said).toMatch(/The last events:\n {2}\d s ago: Warning BackOff \(Pod pod-1\): back-off/);
    expect(said).not.toContain("pod-2");
    expect(said).toContain("What to do: its program ends as soon as it starts");
  });

  test("is explained by what a sync applied, without a line of a team's log", async () => {
    const sync: ClusterObject = {
      kind: "Kustomization",
      metadata: { name: "shop", namespace: "flux-system", uid: "k" },
      status: {
        conditions: [{ type: "Ready", status: "False", reason: "HealthCheckFailed", message: "timeout" }],
        inventory: { entries: [{ id: "shop_web_apps_Deployment", v: "v1" }] },
      },
    };
    const objects = [
      sync,
      deployment,
      owned("ReplicaSet", "set-1", "d", {}),
      owned("Pod", "p", "set-1", crashed),
    ];
    const newInputs = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", ...sync };
    const { said } = await outcome({ newInputs, errors: ["timed out waiting"] }, cluster(objects));
    expect(said).toContain("Deployment shop/web is not healthy:");
    expect(said).toContain("Pod p, container manager: CrashLoopBackOff");
    expect(said).not.toContain("log:");
    expect(said).toContain("What to do: something that it applied does not get healthy");
  });

  test("is not explained after a Ctrl-C", async () => {
    const errors = ["failed to fully initialize or become live: context canceled"];
    expect(await outcome({ errors }, cluster([deployment]))).toEqual({ again: false, said: "" });
  });

  test("is left at that where the cluster cannot be asked", async () => {
    const { again, said } = await outcome({ errors: ["timed out waiting"] }, new Error("no context"));
    expect([again, said]).toEqual([false, "warn: The cluster could not be asked for the reason: no context"]);
  });
});

describe("an API server that is away", () => {
  test.each([
    refused,
    'Put "https://cluster": EOF',
    "no Kubernetes API answers at 127.0.0.1:6443 (ECONNREFUSED)",
    "the server is currently unable to handle the request",
  ])("is waited for, and asked again: %s", async (error) => {
    const { again, said } = await outcome({ errors: [error] }, cluster([], 3));
    expect(again).toBe(true);
    expect(said.match(/does not answer/g)).toHaveLength(1);
  });

  test("is given up after a time, with what to do", async () => {
    const { again, said } = await outcome({ errors: [refused] }, cluster([], Infinity), little);
    expect(again).toBe(false);
    expect(said).toContain("error: The cluster's API server https://cluster was not ready for 0.02 s.");
    expect(said).toContain("run `pulumi up` again");
  });

  test("is given up when it goes away again and again", async () => {
    expect((await outcome({ errors: Array(4).fill(refused) as string[] }, cluster([]))).again).toBe(false);
  });

  test("is not asked again to make what is there", async () => {
    const { again, said } = await outcome({ errors: [refused] }, cluster([deployment]));
    expect(again).toBe(false);
    expect(said).toContain("already exists");
  });

  test("is asked again to change what is there", async () => {
    const failure = { errors: [refused], failedOperation: "update" };
    expect((await outcome(failure, cluster([deployment]))).again).toBe(true);
  });
});

test.each([
  'deployments.apps "web" already exists',
  "configured Kubernetes cluster is unreachable: connection refused",
  "is invalid: spec.template",
])("the provider's own words are enough: %s", async (error) => {
  expect(await outcome({ errors: [error] }, cluster([deployment]))).toEqual({ again: false, said: "" });
});
