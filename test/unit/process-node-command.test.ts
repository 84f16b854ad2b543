import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containerArgs, containerEnvironment, fieldValue } from "../../lab/process-node/environment.ts";
import { expand } from "../../lab/process-node/expand.ts";
import {
  leaderElectionArgs,
  listenFlags,
  movingArgs,
  parseHelp,
} from "../../lab/process-node/listen-flags.ts";
import { rewritePaths } from "../../lab/process-node/mounts.ts";
import type { Container, Pod } from "../../lab/process-node/pod.ts";
import { dividedQuantity, parseQuantity } from "../../lab/process-node/quantity.ts";

describe("expand", () => {
  it.each([
    ["a.$(NS).svc", "a.flux.svc"],
    ["$(NS)$(NS)", "fluxflux"],
    ["$(UNKNOWN)", "$(UNKNOWN)"],
    ["$$(NS)", "$(NS)"],
    ["$NS ${NS}", "$NS ${NS}"],
  ])("turns %s into %s", (text, expanded) => {
    expect(expand(text, { NS: "flux" })).toBe(expanded);
  });
});

describe("rewritePaths", () => {
  const mounts = [
    { mountPath: "/data", hostPath: "/lab/v/data" },
    { mountPath: "/data/cache/", hostPath: "/lab/v/cache" },
    { mountPath: "/tmp", hostPath: "/lab/v/tmp" },
  ];
  it.each([
    ["--storage-path=/data", "--storage-path=/lab/v/data"],
    ["/tmp/.sigstore", "/lab/v/tmp/.sigstore"],
    ["/data/cache/x", "/lab/v/cache/x"],
    ["/data:/tmp,/data", "/lab/v/data:/lab/v/tmp,/lab/v/data"],
    ["/database", "/database"],
    ["http://host/data", "http://host/data"],
    ["/usr/data", "/usr/data"],
  ])("turns %s into %s", (text, rewritten) => {
    expect(rewritePaths(text, mounts)).toBe(rewritten);
  });

  it("leaves texts alone that name no mount", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/data|tmp/.test(text)),
        (text) => {
          expect(rewritePaths(text, mounts)).toBe(text);
        },
      ),
    );
  });
});

const HELP = `Usage of controller:
      --enable-leader-election     Enable leader election.
      --events-addr string         The address of the events receiver.
      --health-addr string         The address the health endpoint binds to. (default ":9440")
  -m, --metrics-addr string        The address the metric endpoint binds to. (default ":8080")
      --storage-addr string        The address the artifact server will bind to. (default ":9090")
      --storage-adv-addr string    The advertised address.
      --storage-path string        The path. (default "/data")
`;

describe("listen flags", () => {
  const flags = parseHelp(HELP);

  it("finds what a program listens on by default", () => {
    expect(listenFlags(flags, [])).toEqual([
      { name: "health-addr", port: 9440 },
      { name: "metrics-addr", port: 8080 },
      { name: "storage-addr", port: 9090 },
    ]);
  });

  it("leaves addresses of others alone, and listeners that are switched off", () => {
    const args = [
      "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
      "--storage-adv-addr=source-controller.flux-system.svc.cluster.local.",
      "--metrics-addr=0",
      "--health-addr",
      "0.0.0.0:9441",
    ];
    expect(listenFlags(flags, args)).toEqual([
      { name: "health-addr", port: 9441 },
      { name: "storage-addr", port: 9090 },
    ]);
  });

  it("moves an events address that is the program's own listener", () => {
    const own = parseHelp(
      `  --events-addr string   The address the event endpoint binds to. (default ":9090")`,
    );
    expect(movingArgs(listenFlags(own, []), new Map([[9090, 40001]]))).toEqual([
      "--events-addr=127.0.0.1:40001",
    ]);
  });

  it("switches leader election off only where a program knows it", () => {
    expect(leaderElectionArgs(flags)).toEqual(["--enable-leader-election=false"]);
    expect(leaderElectionArgs([])).toEqual([]);
  });
});

describe("quantities", () => {
  it.each([
    ["250m", 0.25],
    ["1Gi", 1073741824],
    ["1e3", 1000],
    ["2", 2],
    ["1.5k", 1500],
  ])("%s is %d", (text, number) => {
    expect(parseQuantity(text)).toBe(number);
  });

  it("rounds up when divided, as the downward API does", () => {
    expect(dividedQuantity("1000m")).toBe("1");
    expect(dividedQuantity("250m")).toBe("1");
    expect(dividedQuantity("1Gi", "1Mi")).toBe("1024");
  });

  it("refuses what is no quantity", () => {
    expect(() => parseQuantity("lots")).toThrow(/"lots" is no quantity/);
  });
});

const container: Container = {
  name: "manager",
  image: "x",
  args: ["--adv=$(NS).svc", "--path=/data"],
  resources: { limits: { memory: "1Gi" } },
  envFrom: [{ prefix: "P_", configMapRef: { name: "settings" } }],
  env: [
    { name: "NS", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    { name: "LIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
    { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
    { name: "CACHE", value: "/tmp/$(NS)" },
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
    { name: "NOTHING", valueFrom: { secretKeyRef: { name: "login", key: "missing", optional: true } } },
  ],
};
const pod: Pod = {
  metadata: { name: "p", namespace: "flux-system", labels: { app: "x" } },
  spec: { containers: [container] },
};
const mounts = [
  { mountPath: "/tmp", hostPath: "/lab/tmp" },
  { mountPath: "/data", hostPath: "/lab/data" },
];
const source = {
  configMap: () => Promise.resolve({ MODE: "fast" }),
  secret: () => Promise.resolve({ password: "s" }),
};

describe("a container's environment", () => {
  it("has the pod's fields, limits, references and rewritten paths", async () => {
    const environment = await containerEnvironment(pod, container, "10.244.0.2", mounts, source);
    expect(environment).toEqual({
      P_MODE: "fast",
      NS: "flux-system",
      LIMIT: "1073741824",
      CPU: "8",
      CACHE: "/lab/tmp/flux-system",
      PASSWORD: "s",
    });
    expect(containerArgs(container, environment, mounts)).toEqual([
      "--adv=flux-system.svc",
      "--path=/lab/data",
    ]);
  });

  it("names the reference that does not exist", async () => {
    const empty = { configMap: () => Promise.resolve(undefined), secret: () => Promise.resolve(undefined) };
    await expect(containerEnvironment(pod, container, "", [], empty)).rejects.toThrow(
      /configMap settings does not exist/,
    );
  });

  it("gives labels, and refuses fields that it does not know", () => {
    expect(fieldValue(pod, "", "metadata.labels['app']")).toBe("x");
    expect(() => fieldValue(pod, "", "spec.unheard")).toThrow(/fieldRef spec.unheard/);
  });
});
