import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explanationOf, LabError } from "../../lab/errors.ts";
import { checkFolder, checkMachine } from "../../lab/machine.ts";
import { ToolchainError } from "../../toolchain/index.ts";

const systemError = (code: string, message: string) => Object.assign(new Error(message), { code });

describe("the explanation of an error", () => {
  test("says of a full disk that it is full and how to go on, also when a command found it so", () => {
    for (const error of [
      systemError("ENOSPC", "ENOSPC: no space left on device, write"),
      systemError("EDQUOT", "EDQUOT: disk quota exceeded"),
      new Error("kwokctl create failed: write etcd.log: no space left on device"),
    ]) {
      expect(explanationOf(error)).toMatch(/^the disk is full .*SLIPWAY_LAB=.*type the same again$/);
    }
  });

  test("asks for the owner where the user may not write", () => {
    expect(explanationOf(systemError("EACCES", "EACCES: permission denied, open '/lab'"))).toMatch(
      /may not do that.*another user/,
    );
  });

  test("is the message of an error that explains itself, and of any other", () => {
    expect(explanationOf(new LabError("say so"))).toBe("say so");
    expect(explanationOf(new ToolchainError("no Go: no space left on device"))).toBe(
      "no Go: no space left on device",
    );
    expect(explanationOf(new Error("odd", { cause: new Error("why") }))).toBe("odd: why");
    expect(explanationOf("text")).toBe("text");
  });
});

describe("the machine", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "slipway-machine-"));
    mkdirSync(join(root, "core"));
    writeFileSync(join(root, "git"), `#!/bin/sh\necho ${join(root, "core")}\n`);
    chmodSync(join(root, "git"), 0o755);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("without git cannot run a lab, and where to get it is said", async () => {
    await expect(checkMachine({ PATH: join(root, "core") })).rejects.toThrow(
      /git is not on PATH.*git-scm\.com/,
    );
  });

  test("with a git that cannot serve cannot either, and what to install is said", async () => {
    await expect(checkMachine({ PATH: `${root}:/usr/bin:/bin` })).rejects.toThrow(
      /no git-http-backend \(looked in .*core\).*git-daemon/,
    );
  });

  test("with git whole can", async () => {
    await expect(checkMachine()).resolves.toSatisfy(
      (advice) => advice === undefined || process.platform === "darwin",
    );
  });

  test.each(["/my projects/.lab", "/it's/.lab", '/a"b', "/a\\b", "/$HOME"])("has no lab in %s", (folder) => {
    expect(() => checkFolder(folder)).toThrow(/SLIPWAY_LAB=/);
  });

  test("has a lab in any plain folder", () => {
    expect(() => checkFolder("/home/ünï/work-1.2_x/@a+b,c=d~e/.lab")).not.toThrow();
  });
});
