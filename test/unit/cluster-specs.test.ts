import { describe, expect, test } from "vitest";
import {
  defaultDenyPolicySpec,
  limitRangeSpec,
  namespaceLabels,
  namespaceProblems,
  quotaNeedsDefaults,
  quotaSpec,
} from "../../components/cluster/specs.ts";

const dns = {
  to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

describe("namespaceLabels", () => {
  test("ask for restricted pods in every mode unless told otherwise", () => {
    expect(namespaceLabels()).toEqual({
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "latest",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/warn-version": "latest",
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/audit-version": "latest",
    });
  });

  test("keep the user's own beside them", () => {
    expect(namespaceLabels({ team: "web" }, { enforce: "baseline", version: "v1.36" })).toMatchObject({
      team: "web",
      "pod-security.kubernetes.io/enforce": "baseline",
      "pod-security.kubernetes.io/enforce-version": "v1.36",
      "pod-security.kubernetes.io/warn": "restricted",
    });
  });
});

describe("namespaceProblems", () => {
  test.each(["web", "web-staging"])("finds nothing wrong with %s", (name) => {
    expect(namespaceProblems(name, { team: "web" })).toEqual([]);
  });

  test.each(["default", "kube-system", "kube-public"])(
    "refuses %s, for it would be deleted with the stack",
    (name) => {
      expect(namespaceProblems(name)).toEqual([expect.stringContaining("is Kubernetes' own")]);
    },
  );

  test("refuses a name that Kubernetes does not take, and labels that Pod Security owns", () => {
    expect(namespaceProblems("Web", { "pod-security.kubernetes.io/enforce": "baseline" })).toEqual([
      expect.stringContaining('namespace: "Web" is not a Kubernetes name'),
      'labels: "pod-security.kubernetes.io/enforce" comes from podSecurity: set it there',
    ]);
  });
});

describe("quotaSpec", () => {
  test("writes quantities as text, which is how the cluster gives them back", () => {
    expect(quotaSpec({ "requests.cpu": "4", pods: 20 })).toEqual({
      hard: { "requests.cpu": "4", pods: "20" },
    });
  });

  test.each([
    [{ "requests.cpu": "4" }, true],
    [{ memory: "1Gi" }, true],
    [{ "limits.memory": "1Gi" }, true],
    [{ pods: 20, "requests.storage": "10Gi" }, false],
    [{}, false],
  ])("%j makes pods state their resources: %s", (hard, needed) => {
    expect(quotaNeedsDefaults(hard)).toBe(needed);
  });
});

test("limitRangeSpec is for containers, with the bounds that are given", () => {
  expect(limitRangeSpec({ default: { cpu: 1, memory: "1Gi" }, max: { cpu: "2" } })).toEqual({
    limits: [{ type: "Container", default: { cpu: "1", memory: "1Gi" }, max: { cpu: "2" } }],
  });
});

describe("defaultDenyPolicySpec", () => {
  test("lets nothing in, and nothing out but questions to the cluster's DNS", () => {
    expect(defaultDenyPolicySpec()).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [dns],
    });
  });

  test("denies DNS too when asked to", () => {
    expect(defaultDenyPolicySpec({ dns: false })).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  test("lets the namespace's own pods talk to one another when asked to", () => {
    const { ingress, egress } = defaultDenyPolicySpec({ sameNamespace: true, dnsNamespace: "dns" });
    expect(ingress).toEqual([{ from: [{ podSelector: {} }] }]);
    expect(egress).toEqual([
      { to: [{ podSelector: {} }] },
      { ...dns, to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "dns" } } }] },
    ]);
  });
});
