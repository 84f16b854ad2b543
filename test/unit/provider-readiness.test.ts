import { describe, expect, it } from "vitest";
import { describePod } from "../../lab/providers/kubernetes/explain.ts";
import {
  awaiterFor,
  byConvention,
  type Readiness,
  type Related,
} from "../../lab/providers/kubernetes/readiness.ts";
import { customRule, skipsAwait, timeoutSeconds } from "../../lab/providers/kubernetes/wait-for.ts";
import { describeDeletion, NO_RELATED } from "../../lab/providers/kubernetes/waiting.ts";
import type { JsonObject } from "../../lab/providers/values.ts";

const condition = (type: string, status: string, reason = "", message = ""): JsonObject => ({
  type,
  status,
  reason,
  message,
});

function judge(
  apiVersion: string,
  kind: string,
  object: JsonObject,
  related: Related = NO_RELATED,
): Readiness {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const awaiter = awaiterFor({ group, version, kind });
  if (!awaiter) throw new Error(`nothing waits for a ${kind}`);
  return awaiter.rule(object, related);
}

function deployment(status: JsonObject, revision = "1"): JsonObject {
  return {
    metadata: { generation: 2, annotations: { "deployment.kubernetes.io/revision": revision } },
    spec: { replicas: 2 },
    status: { observedGeneration: 2, ...status },
  };
}

const rolledOut = {
  updatedReplicas: 2,
  availableReplicas: 2,
  conditions: [condition("Available", "True"), condition("Progressing", "True", "NewReplicaSetAvailable")],
};

describe("a Deployment", () => {
  it("is ready when its new version is seen, rolled out and available", () => {
    expect(judge("apps/v1", "Deployment", deployment(rolledOut, "2"))).toEqual({ ready: true, reason: "" });
  });

  it.each<[string, JsonObject]>([
    ["has not seen", { ...rolledOut, observedGeneration: 1 }],
    ["1 of 2 pods run this version", { ...rolledOut, updatedReplicas: 1 }],
    ["0 of 2 pods are available", { ...rolledOut, availableReplicas: 0 }],
    [
      "Progressing=False (Slow): too slow",
      { conditions: [condition("Progressing", "False", "Slow", "too slow")] },
    ],
    ["Available=False", { ...rolledOut, conditions: [condition("Available", "False")] }],
    [
      "rolling out",
      {
        ...rolledOut,
        conditions: [condition("Available", "True"), condition("Progressing", "True", "ReplicaSetUpdated")],
      },
    ],
  ])("is not while %s", (reason, status) => {
    const result = judge("apps/v1", "Deployment", deployment(status, "2"));
    expect(result.ready).toBe(false);
    expect(result.reason).toContain(reason);
  });
});

describe("other workloads", () => {
  it("a StatefulSet waits for its replicas, and for its revision unless that is updated by hand", () => {
    const status = { observedGeneration: 1, readyReplicas: 1, currentRevision: "a", updateRevision: "b" };
    const object = { metadata: { generation: 1 }, spec: {}, status };
    expect(judge("apps/v1", "StatefulSet", object).ready).toBe(false);
    const byHand = { ...object, spec: { updateStrategy: { type: "OnDelete" } } };
    expect(judge("apps/v1", "StatefulSet", byHand).ready).toBe(true);
    expect(judge("apps/v1", "StatefulSet", { ...byHand, status: { observedGeneration: 1 } }).reason).toBe(
      "0 of 1 pods are ready",
    );
  });

  it("a DaemonSet waits for every node's pod", () => {
    const status = {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      numberReady: 1,
    };
    expect(judge("apps/v1", "DaemonSet", { status }).reason).toBe("1 of 2 pods are ready");
    expect(judge("apps/v1", "DaemonSet", { status: { ...status, numberReady: 2 } }).ready).toBe(true);
  });

  it("a Job waits for its end, and fails at once when it has failed for good", () => {
    const started = { startTime: "2026-01-01T00:00:00Z" };
    expect(judge("batch/v1", "Job", { status: started }).ready).toBe(false);
    expect(
      judge("batch/v1", "Job", { status: { ...started, conditions: [condition("Complete", "True")] } }).ready,
    ).toBe(true);
    const failed = {
      ...started,
      conditions: [condition("Failed", "True", "BackoffLimitExceeded", "no luck")],
    };
    expect(judge("batch/v1", "Job", { status: failed })).toEqual({
      ready: false,
      failed: true,
      reason: "Failed=True (BackoffLimitExceeded): no luck",
    });
  });

  it("a Pod waits for its conditions, and is done when it has succeeded", () => {
    const before = [condition("PodScheduled", "True"), condition("Initialized", "True")];
    expect(judge("v1", "Pod", { status: { conditions: before } }).reason).toContain("Ready");
    expect(judge("v1", "Pod", { status: { phase: "Succeeded", conditions: before } }).ready).toBe(true);
  });
});

describe("a Service", () => {
  const object = { metadata: { name: "web" }, spec: { selector: { app: "web" } } };
  const withEndpoints = (subset: JsonObject, endpointsSettled = true): Related => ({
    ...NO_RELATED,
    endpointsSettled,
    endpoints: new Map([["web", { subsets: [subset] }]]),
  });

  it("waits until no pod behind it is unready and its endpoints have settled", () => {
    expect(judge("v1", "Service", object).reason).toContain("endpoints controller");
    expect(judge("v1", "Service", object, withEndpoints({ notReadyAddresses: [{}] })).reason).toContain(
      "not ready",
    );
    expect(judge("v1", "Service", object, withEndpoints({ addresses: [{}] }, false)).ready).toBe(false);
    expect(judge("v1", "Service", object, withEndpoints({ addresses: [{}] })).ready).toBe(true);
  });

  it("does not look at pods where it is headless, external or has no selector", () => {
    const specs = [{ ...object.spec, clusterIP: "None" }, { ...object.spec, type: "ExternalName" }, {}];
    for (const spec of specs) expect(judge("v1", "Service", { ...object, spec }).ready).toBe(true);
  });

  it("waits for a load balancer's address", () => {
    const balanced = { ...object, spec: { type: "LoadBalancer" } };
    expect(judge("v1", "Service", balanced).ready).toBe(false);
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
    expect(judge("v1", "Service", { ...balanced, status }).ready).toBe(true);
  });
});

describe("the small kinds", () => {
  it.each<[string, string, JsonObject, boolean]>([
    ["v1", "Namespace", { status: { phase: "Active" } }, true],
    ["v1", "Namespace", {}, false],
    [
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      { status: { conditions: [condition("Established", "True")] } },
      true,
    ],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", {}, false],
    ["v1", "PersistentVolume", { status: { phase: "Available" } }, true],
    ["v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }, false],
    ["v1", "PersistentVolumeClaim", { status: { phase: "Bound" } }, true],
    ["v1", "ResourceQuota", { spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } }, true],
    ["v1", "ResourceQuota", { spec: { hard: { pods: "1" } } }, false],
    ["v1", "Secret", { type: "Opaque" }, true],
    ["v1", "Secret", { type: "kubernetes.io/service-account-token" }, false],
    ["networking.k8s.io/v1", "Ingress", {}, false],
    ["networking.k8s.io/v1", "Ingress", { status: { loadBalancer: { ingress: [{}] } } }, true],
  ])("%s %s with %j: ready is %s", (apiVersion, kind, object, ready) => {
    expect(judge(apiVersion, kind, object).ready).toBe(ready);
  });

  it("a claim of a class that binds late is ready while it waits for its first pod", () => {
    const related = { ...NO_RELATED, storageClass: { volumeBindingMode: "WaitForFirstConsumer" } };
    expect(judge("v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }, related).ready).toBe(true);
  });

  it("nothing waits for a ConfigMap or a custom resource", () => {
    expect(awaiterFor({ group: "", version: "v1", kind: "ConfigMap" })).toBeUndefined();
    expect(
      awaiterFor({ group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" }),
    ).toBeUndefined();
  });
});

describe("pulumi.com/waitFor", () => {
  const inputs = (waitFor: string): JsonObject => ({
    metadata: { annotations: { "pulumi.com/waitFor": waitFor } },
  });
  const check = (waitFor: string, object: JsonObject): Readiness | undefined =>
    customRule(inputs(waitFor), false)?.(object, NO_RELATED);
  const ready = { status: { conditions: [condition("Ready", "True")] } };

  it("waits for a condition, True unless it says otherwise", () => {
    expect(check("condition=Ready", ready)?.ready).toBe(true);
    expect(check("condition=ready=true", ready)?.ready).toBe(true);
    expect(check("condition=Ready=False", ready)?.ready).toBe(false);
    expect(check("condition=Ready", {})?.reason).toContain("no condition Ready");
  });

  it("does not take the condition of an older version", () => {
    const stale = { metadata: { generation: 2 }, status: { ...ready.status, observedGeneration: 1 } };
    expect(check("condition=Ready", stale)?.ready).toBe(false);
    const own = { type: "Ready", status: "True", observedGeneration: 1 };
    const staleCondition = { metadata: { generation: 2 }, status: { conditions: [own] } };
    expect(check("condition=Ready", staleCondition)?.ready).toBe(false);
  });

  it("waits for a path to exist, or to have a value", () => {
    const object = { status: { phase: "Running", list: [{ a: 1 }] } };
    expect(check("jsonpath={.status.phase}", object)?.ready).toBe(true);
    expect(check("jsonpath={.status.phase}=Running", object)?.ready).toBe(true);
    expect(check("jsonpath={.status.list[*].a}=1", object)?.ready).toBe(true);
    expect(check("jsonpath={.status.phase}=Done", object)?.reason).toBe(".status.phase is Running, not Done");
    expect(check("jsonpath={.status.other}", object)?.ready).toBe(false);
  });

  it("waits for all of a list", () => {
    const both = JSON.stringify(["condition=Ready", "jsonpath={.status.phase}=Running"]);
    expect(check(both, ready)?.ready).toBe(false);
    expect(check(both, { status: { ...ready.status, phase: "Running" } })?.ready).toBe(true);
  });

  it.each(["Ready", "jsonpath=.status.phase", "jsonpath={.status.phase}=", "jsonpath={.a[?(@.b)]}", "[]"])(
    "refuses %s and says what to write",
    (text) => {
      expect(() => check(text, {})).toThrow(/write /);
    },
  );

  it("is not there by default, and by convention where everything is awaited", () => {
    expect(customRule({}, false)).toBeUndefined();
    expect(customRule({}, true)).toBe(byConvention);
    expect(byConvention(ready, NO_RELATED).ready).toBe(true);
    expect(byConvention({ status: { conditions: [condition("Stalled", "True")] } }, NO_RELATED).failed).toBe(
      true,
    );
  });

  it("leaves time as the program, the annotation or the default say", () => {
    const annotated = { metadata: { annotations: { "pulumi.com/timeoutSeconds": "30" } } };
    expect([timeoutSeconds(annotated, 5), timeoutSeconds(annotated, 0), timeoutSeconds({}, 0)]).toEqual([
      5, 30, 600,
    ]);
    expect(skipsAwait({ metadata: { annotations: { "pulumi.com/skipAwait": "true" } } })).toBe(true);
  });
});

describe("what the user is told", () => {
  it("names the finalizers that hold a deletion", () => {
    expect(
      describeDeletion({ metadata: { finalizers: ["finalizers.fluxcd.io", "foregroundDeletion"] } }),
    ).toContain("finalizers.fluxcd.io");
    const left = condition(
      "NamespaceFinalizersRemaining",
      "True",
      "",
      "Some content has finalizers remaining: x",
    );
    expect(describeDeletion({ status: { conditions: [left] } })).toBe(
      "Some content has finalizers remaining: x",
    );
  });

  it("names the container that holds a pod up, and nothing of a ready one", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const pod = {
      metadata: { name: "p" },
      status: { containerStatuses: [{ name: "c", state: { waiting } }] },
    };
    expect(describePod(pod)).toEqual(["pod p, container c: ImagePullBackOff no such image"]);
    expect(
      describePod({ metadata: { name: "p" }, status: { conditions: [condition("Ready", "True")] } }),
    ).toEqual([]);
  });
});
