import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanEnvironment, springApp, writeSeed } from "./chart-render.ts";

/* The seeded check of the fluxcd repository, with the real kubectl; kubeconform's schemas are not to be had offline. */

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-validate-"));
  writeSeed("fluxcd", springApp, join(work, "fluxcd"));
  mkdirSync(join(work, "bin"));
  writeFileSync(join(work, "bin/kubeconform"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function validate(): { status: number | null; output: string } {
  const environment = cleanEnvironment(work);
  const { status, stdout, stderr } = spawnSync("bash", ["ci/validate.sh"], {
    cwd: join(work, "fluxcd"),
    env: { ...environment, PATH: `${join(work, "bin")}:${environment["PATH"] ?? ""}` },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

const add = (name: string, text: string): void =>
  writeFileSync(join(work, "fluxcd/apps/spring-app", name), text);

describe("the seeded check of manifests", () => {
  test("accepts the first release, and a README beside it", () => {
    add("README.md", "# Not a manifest\n");
    expect(validate()).toMatchObject({ status: 0 });
  });

  test.each([
    [
      "a Namespace",
      "apiVersion: v1\nkind: Namespace\nmetadata: { name: mine }\n",
      "Namespaces belong to the platform",
    ],
    ["a Secret", "apiVersion: v1\nkind: Secret\nmetadata: { name: mine }\n", "revoke what it says"],
    ["broken YAML", "apiVersion: [\n", "mine.yaml"],
  ])("refuses %s", (_, manifest, message) => {
    add("mine.yaml", manifest);
    const { status, output } = validate();
    expect(status).not.toBe(0);
    expect(output).toContain(message);
  });

  test("refuses a folder that Flux would prune to nothing", () => {
    rmSync(join(work, "fluxcd/apps/spring-app"), { recursive: true });
    mkdirSync(join(work, "fluxcd/apps/spring-app"));
    expect(validate()).toMatchObject({ status: 1 });
  });
});
