import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { cleanEnvironment, pinnedTool, springApp, writeSeed } from "./chart-render.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-chart-"));
  writeSeed("charts", springApp, work);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function template(...settings: string[]): {
  code: number | null;
  stderr: string;
  kinds: Record<string, unknown>;
} {
  const args = ["template", "release", "spring-app", ...settings];
  const { status, stdout, stderr } = spawnSync(pinnedTool("helm"), args, {
    cwd: work,
    env: cleanEnvironment(work),
    encoding: "utf8",
  });
  const manifests = parseAllDocuments(stdout).map((document) => document.toJS() as Record<string, unknown>);
  return { code: status, stderr, kinds: Object.fromEntries(manifests.map((m) => [String(m["kind"]), m])) };
}

const image = ["--set-string", "image.repository=registry.example/team/app,image.tag=12345678"];

describe("the seeded chart", () => {
  test("passes the checks that its own pull requests have to pass", () => {
    const { status, stderr } = spawnSync("bash", ["ci/check.sh"], {
      cwd: work,
      env: cleanEnvironment(work),
      encoding: "utf8",
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });

  test("asks the actuator for its health by default", () => {
    const { kinds } = template(...image);
    expect(kinds["Deployment"]).toHaveProperty(
      "spec.template.spec.containers.0.readinessProbe.httpGet.path",
      "/actuator/health/readiness",
    );
  });

  test("keeps a tag of digits a string", () => {
    const { kinds } = template(...image);
    expect(kinds["Deployment"]).toHaveProperty(
      "spec.template.spec.containers.0.image",
      "registry.example/team/app:12345678",
    );
  });

  test("sets replicas only where there is no autoscaler", () => {
    const { kinds } = template(...image, "--set", "autoscaling.enabled=false,replicaCount=3");
    expect(kinds).not.toHaveProperty("HorizontalPodAutoscaler");
    expect(kinds["Deployment"]).toHaveProperty("spec.replicas", 3);
  });

  test.each([
    ["no image", [], "/image/repository"],
    [
      "a tag in the repository's name",
      ["--set-string", "image.repository=a/b:1,image.tag=c"],
      "/image/repository",
    ],
    ["a misspelled value", [...image, "--set", "autoscaling.minReplica=2"], "minReplica"],
    [
      "a node port outside the cluster's range",
      [...image, "--set", "service.nodePort=80"],
      "/service/nodePort",
    ],
  ])("refuses %s and says where", (_, settings, where) => {
    const { code, stderr } = template(...settings);
    expect(code).not.toBe(0);
    expect(stderr).toContain(where);
  });
});
