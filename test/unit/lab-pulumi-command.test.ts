import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encryptionSalt, pulumiScript } from "../../lab/pulumi-command.ts";

let root: string;
let project: string;
let copies: string;

/** A Pulumi that prints its arguments, one a line, and knows which stack is selected. */
const fake = `#!/bin/sh
if [ "$1 $2" = "stack --show-name" ]; then echo "$SELECTED"; exit; fi
printf '%s\\n' "$@"
exit 7
`;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "slipway pulumi's-"));
  project = join(root, "project");
  copies = join(root, "copies");
  mkdirSync(join(project, "below"), { recursive: true });
  writeFileSync(join(root, "real pulumi"), fake);
  writeFileSync(join(root, "pulumi"), pulumiScript(join(root, "real pulumi"), copies));
  for (const file of ["real pulumi", "pulumi"]) chmodSync(join(root, file), 0o755);
  writeFileSync(join(project, "Pulumi.yaml"), "name: slipway\n");
  writeFileSync(join(project, "Pulumi.prod.yaml"), "config:\n  slipway:a: b");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "encryptionsalt: v1:mine\n");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function type(
  args: string[],
  { cwd = project, ...env }: { cwd?: string; [name: string]: string | undefined } = {},
) {
  const { stdout, status } = spawnSync(join(root, "pulumi"), args, {
    cwd,
    env: { PATH: "/usr/bin:/bin", ...env },
    encoding: "utf8",
  });
  return { words: stdout.split("\n").slice(0, -1), status };
}
const copy = () => join(copies, "Pulumi.prod.yaml");

describe("a stack whose file names no secrets provider", () => {
  test.each([
    [["up", "--stack", "prod", "--yes"]],
    [["preview", "-s", "prod"]],
    [["--stack=prod", "destroy"]],
    [["-s", "prod", "refresh"]],
    [["up", "-sprod"]],
    [["up", "--stack", "organization/slipway/prod"]],
  ])("is worked on with a copy that has the lab's salt: %j", (args) => {
    rmSync(copies, { recursive: true, force: true });
    const { words, status } = type(args);
    expect(words).toEqual([...args, "--config-file", copy()]);
    expect(status).toBe(7);
    expect(readFileSync(copy(), "utf8")).toBe(`config:\n  slipway:a: b\nencryptionsalt: ${encryptionSalt}\n`);
    expect(readFileSync(join(project, "Pulumi.prod.yaml"), "utf8")).toBe("config:\n  slipway:a: b");
  });

  test("is found where the stack is the selected one, or the environment's", () => {
    expect(type(["up"], { SELECTED: "prod" }).words).toContain("--config-file");
    expect(type(["up"], { PULUMI_STACK: "prod" }).words).toContain("--config-file");
    expect(type(["up"], { SELECTED: "dev" }).words).toEqual(["up"]);
  });

  test("is found from a folder of the project, and from outside by --cwd", () => {
    expect(type(["up", "-s", "prod"], { cwd: join(project, "below") }).words).toContain(copy());
    expect(type(["up", "-s", "prod", "-C", project], { cwd: root }).words).toContain(copy());
    expect(type(["up", "-s", "prod", `--cwd=${project}`], { cwd: root }).words).toContain(copy());
    expect(type(["up", "-s", "prod"], { cwd: root }).words).toEqual(["up", "-s", "prod"]);
  });
});

describe("everything else reaches Pulumi as it was typed", () => {
  test.each([
    [["up", "--stack", "dev"]],
    [["up", "--stack", "none"]],
    [["config", "set", "--stack", "prod", "a", "it's $HOME"]],
    [["stack", "init", "prod"]],
    [["stack", "select", "up", "--stack", "prod"]],
    [["up", "--stack", "prod", "--config-file", "mine.yaml"]],
    [["version"]],
    [[]],
  ])("%j", (args) => {
    const { words, status } = type(args, { SELECTED: "" });
    expect(words).toEqual(args.length === 0 ? [""] : args);
    expect(status).toBe(7);
  });
});
