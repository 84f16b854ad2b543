import { expect, test } from "vitest";
import { adviceFor } from "../../components/cluster/advice.ts";
import {
  conditionsOf,
  containerProblems,
  eventLines,
  inventoryOf,
  isHealthy,
  podLines,
} from "../../components/cluster/object-status.ts";

const withConditions = (...conditions: readonly (readonly [string, string])[]) => ({
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
});

test("conditions that are not as they should be come first", () => {
  const object = withConditions(
    ["Available", "True"],
    ["Reconciling", "True"],
    ["Stalled", "False"],
    ["Ready", "False"],
    ["ReplicaFailure", "True"],
  );
  expect(conditionsOf(object).map(({ type }) => type)).toEqual([
    ...["Ready", "ReplicaFailure", "Reconciling", "Available", "Stalled"],
  ]);
});

test.each([
  [{}, true],
  [withConditions(["Ready", "True"], ["Stalled", "False"]), true],
  [withConditions(["Ready", "Unknown"]), false],
  [{ spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 1 } }, false],
  [{ spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 2 } }, true],
  [{ spec: { replicas: 0 }, status: {} }, true],
])("%j is healthy: %s", (object, healthy) => {
  expect(isHealthy(object)).toBe(healthy);
});

test("a container that is on its way is no problem, and one whose image cannot be pulled is", () => {
  const pod = (reason: string) => ({
    status: { containerStatuses: [{ name: "c", state: { waiting: { reason, message: "why" } } }] },
  });
  expect(containerProblems(pod("ContainerCreating"))).toEqual([]);
  expect(containerProblems(pod("ImagePullBackOff"))).toEqual([
    {
      container: "c",
      reason: "ImagePullBackOff",
      line: "container c: ImagePullBackOff: why",
      crashed: false,
    },
  ]);
});

test("a pod that is not scheduled says why, and one that is ready says nothing", () => {
  const message = "0/3 nodes are available: 3 Insufficient cpu.";
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  expect(podLines({ metadata: { name: "p" }, status: { conditions: [condition] } })).toEqual([
    `Pod p: PodScheduled=False (Unschedulable): ${message}`,
  ]);
  expect(podLines(withConditions(["Ready", "True"]))).toEqual([]);
});

test("events are those of the objects, warnings before others, each reason once, the last ones last", () => {
  const event = (uid: string, type: string, reason: string, at: string, more: object = {}) => ({
    involvedObject: { uid, kind: "Pod", name: uid },
    ...{ type, reason, message: `${reason} at ${at}`, lastTimestamp: `2026-01-01T00:00:${at}Z`, ...more },
  });
  const events = [
    event("a", "Warning", "BackOff", "30", { count: 7 }),
    event("a", "Warning", "BackOff", "10"),
    event("a", "Warning", "Failed", "20"),
    event("a", "Normal", "Pulled", "40"),
    event("b", "Warning", "Other", "50"),
  ];
  const now = new Date("2026-01-01T00:01:00Z");
  expect(eventLines(events, new Set(["a"]), now)).toEqual([
    "40 s ago: Warning Failed (Pod a): Failed at 20",
    "30 s ago: Warning BackOff (Pod a), 7 times: BackOff at 30",
  ]);
  expect(eventLines([events[3] ?? {}], new Set(["a"]), now)).toHaveLength(1);
});

test("an inventory's entries are objects, of the core group and of others, with a namespace and without", () => {
  const entries = [
    { id: "shop_web_apps_Deployment", v: "v1" },
    { id: "shop_web__Service", v: "v1" },
    { id: "_system:reader_rbac.authorization.k8s.io_ClusterRole", v: "v1" },
  ];
  expect(inventoryOf({ status: { inventory: { entries } } })).toEqual([
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" },
    { apiVersion: "v1", kind: "Service", namespace: "shop", name: "web" },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "system:reader" },
  ]);
});

test.each([
  ["GitRepository", "GitOperationFailed", "ssh: handshake failed: unable to authenticate", "deploy key"],
  ["GitRepository", "GitOperationFailed", "couldn't find remote ref refs/heads/main", "branch or tag"],
  ["GitRepository", "GitOperationFailed", "dial tcp: connection refused", "reach the Git host"],
  ["Kustomization", "ArtifactFailed", "kustomization path not found", "`path` of the sync"],
  ["Kustomization", "BuildFailed", "kustomize build failed", "mend it in Git"],
  ["Kustomization", "DependencyNotReady", "dependency not ready", "mend that one first"],
  ["Kustomization", "HealthCheckFailed", "timeout waiting for", "`timeout` of the sync"],
  ["Kustomization", "ReconciliationFailed", "forbidden", "refuses something"],
])("%s, %s: %s", (kind, reason, message, advice) => {
  const object = { status: { conditions: [{ type: "Ready", status: "False", reason, message }] } };
  expect(adviceFor({ apiVersion: "v1", kind, name: "x" }, object, [])).toContain(advice);
});

test.each([
  ["GitRepository", "source-controller"],
  ["Kustomization", "kustomize-controller"],
])("a %s that nobody has looked at leads to %s", (kind, controller) => {
  expect(adviceFor({ apiVersion: "v1", kind, name: "x" }, {}, [])).toContain(controller);
});
