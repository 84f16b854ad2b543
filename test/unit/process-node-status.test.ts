import { describe, expect, it } from "vitest";
import { backoffSeconds, CALM_SECONDS, crashesInRow } from "../../lab/process-node/backoff.ts";
import { renewalSeconds } from "../../lab/process-node/credentials.ts";
import { lastLines } from "../../lab/process-node/kubelet-api.ts";
import type { ContainerState, ContainerStatus, Pod } from "../../lab/process-node/pod.ts";
import { PodIPs } from "../../lab/process-node/pod-ip.ts";
import { podPhase, podStatus } from "../../lab/process-node/pod-status.ts";

const running: ContainerState = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const waiting: ContainerState = { waiting: { reason: "CrashLoopBackOff" } };
const ended = (exitCode: number) => ({ exitCode, reason: "Error", finishedAt: "2026-01-01T00:00:00Z" });

function container(state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus {
  const base = {
    name: "a",
    image: "i",
    imageID: "",
    lastState: {},
    restartCount: 0,
    ready: false,
    started: false,
  };
  return { ...base, state, ...more };
}

function pod(more: Partial<Pod["spec"]> = {}, status: Pod["status"] = {}): Pod {
  return { metadata: { name: "p" }, spec: { containers: [], ...more }, status };
}

describe("podPhase", () => {
  it("is Pending before the first start and Running between crashes", () => {
    expect(podPhase(pod(), [container(waiting)])).toBe("Pending");
    expect(podPhase(pod(), [container(waiting, { lastState: { terminated: ended(1) } })])).toBe("Running");
    expect(podPhase(pod(), [container(running)])).toBe("Running");
  });

  it("ends only where the restart policy lets it", () => {
    const done = [container({ terminated: ended(0) })];
    const failed = [container({ terminated: ended(1) })];
    expect(podPhase(pod(), done)).toBe("Running");
    expect(podPhase(pod({ restartPolicy: "OnFailure" }), done)).toBe("Succeeded");
    expect(podPhase(pod({ restartPolicy: "OnFailure" }), failed)).toBe("Running");
    expect(podPhase(pod({ restartPolicy: "Never" }), failed)).toBe("Failed");
  });
});

describe("podStatus", () => {
  const facts = { podIP: "10.244.0.2", startTime: "2026-01-01T00:00:00Z", now: "2026-01-01T01:00:00Z" };

  it("is ready exactly when every container is, and names those that are not", () => {
    const conditions = (ready: boolean) =>
      podStatus(pod(), [container(running, { ready: true }), container(running, { name: "b", ready })], facts)
        .conditions;
    expect(conditions(true)).toContainEqual({
      type: "Ready",
      status: "True",
      lastTransitionTime: facts.now,
    });
    expect(conditions(false)).toContainEqual({
      type: "Ready",
      status: "False",
      lastTransitionTime: facts.now,
      reason: "ContainersNotReady",
      message: "containers with unready status: [b]",
    });
  });

  it("keeps others' conditions, and the time of a transition that was before", () => {
    const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: "x" } as const;
    const ready = { type: "Ready", status: "True", lastTransitionTime: "y" } as const;
    const before = pod({}, { conditions: [scheduled, ready] });
    const { conditions } = podStatus(before, [container(running, { ready: true })], facts);
    expect(conditions).toContainEqual(scheduled);
    expect(conditions).toContainEqual(ready);
  });
});

describe("back-off", () => {
  it("restarts at once, then doubles from a second to a minute", () => {
    expect([1, 2, 3, 4, 8, 9, 50].map(backoffSeconds)).toEqual([0, 1, 2, 4, 60, 60, 60]);
  });

  it("forgets crashes after a calm run", () => {
    expect(crashesInRow(5, 1)).toBe(6);
    expect(crashesInRow(5, CALM_SECONDS)).toBe(1);
  });
});

describe("small parts", () => {
  it("renews a token when four fifths of its life are over", () => {
    expect(renewalSeconds("2026-01-01T01:00:00Z", Date.parse("2026-01-01T00:00:00Z"))).toBe(2880);
    expect(renewalSeconds("2026-01-01T00:00:00Z", Date.parse("2026-01-01T01:00:00Z"))).toBe(10);
  });

  it("gives every pod an address of its own, and an adopted one its old", () => {
    const ips = new PodIPs();
    const old = ips.take("10.244.0.2");
    const others = Array.from({ length: 600 }, () => ips.take("127.0.0.1"));
    expect(old).toBe("10.244.0.2");
    expect(new Set([old, ...others]).size).toBe(601);
    ips.release(old);
    expect(ips.take(old)).toBe(old);
  });

  it.each([
    [undefined, "a\nb\nc\n"],
    [0, ""],
    [1, "c\n"],
    [2, "b\nc\n"],
    [9, "a\nb\nc\n"],
  ])("tails %s lines of a log", (count, expected) => {
    expect(lastLines(Buffer.from("a\nb\nc\n"), count).toString()).toBe(expected);
  });
});
