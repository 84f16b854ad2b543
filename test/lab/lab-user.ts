/** Somebody who types the lab's commands on a machine whose own settings lead elsewhere. */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { checkout } from "../../lab/paths.ts";
import type { LabStatus } from "../../lab/status.ts";
import { attempt, type Ended, type Env } from "./commands.ts";
import { hostileEnvironment, hostileHome } from "./hostile-user.ts";

/** A command that runs in a process group of its own, as on a terminal. */
export interface Started {
  /** What it has printed so far. */
  readonly said: () => string;
  /** Ctrl-C. */
  readonly interrupt: () => void;
  readonly ended: Promise<number | null>;
}

/** A user, with the commands that one types. Each takes the folder of the lab that is meant. */
export class LabUser {
  readonly home: string;

  private constructor(home: string) {
    this.home = home;
  }

  /** A user with a home of their own. */
  static async move(): Promise<LabUser> {
    return new LabUser(await hostileHome());
  }

  env(root: string, more: Env = {}): Env {
    return hostileEnvironment(this.home, { SLIPWAY_LAB: root, ...more });
  }

  cli(root: string, ...args: string[]): Promise<Ended> {
    return attempt(this.env(root), process.execPath, [join(checkout, "lab", "cli.ts"), ...args]);
  }

  demo(root: string): Promise<Ended> {
    return attempt(this.env(root), process.execPath, [join(checkout, "scripts", "demo.ts")]);
  }

  async status(root: string): Promise<LabStatus> {
    return JSON.parse((await this.cli(root, "status", "--json")).stdout) as LabStatus;
  }

  start(root: string, ...command: string[]): Started {
    const child = spawn(process.execPath, command, {
      cwd: checkout,
      env: this.env(root),
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { said: () => said, interrupt: () => process.kill(-(child.pid ?? 0), "SIGINT"), ended };
  }

  /** Leaves nothing behind. */
  async leave(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

/** The command ended well; else the test shows what it said. */
export function expectWell(ended: Ended): void {
  expect(ended.code, ended.all.slice(-12000)).toBe(0);
}
