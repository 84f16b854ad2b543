/** What goes between a Git host and Flux, on either host: pushes one way, commit statuses the other. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { eventually, run, type Env, type TestLab } from "./commands.ts";
import { Receiving, type EventHost } from "./events.ts";

/** A platform whose sync `spring-app` follows the repository `flux-cd`. */
export interface EventPlatform {
  readonly lab: TestLab;
  readonly host: EventHost;
  /** The host's word for a commit whose sync failed. */
  readonly failed: string;
  /** Environment of somebody who may push. */
  readonly git: Env;
  /** Where Git finds what Flux follows. */
  readonly address: string;
  /** Waits until Flux has applied a commit. */
  readonly delivered: (commit: string) => Promise<void>;
}

/** The tests build on each other. @param platform asked when the first one begins */
export function eventTests(platform: () => EventPlatform): void {
  const context = "flux/dev/spring-app";
  let it: EventPlatform;
  let receiving: Receiving;
  let folder: string;

  const git = (...args: string[]) => run(it.git, "git", ["-C", folder, ...args]);

  /** Gives the commit's object name. */
  async function push(): Promise<string> {
    await git("push", "--quiet", "origin", "HEAD:main");
    return (await git("rev-parse", "HEAD")).trim();
  }

  beforeAll(async () => {
    it = platform();
    receiving = new Receiving(it.lab, it.host);
    folder = join(it.lab.scratch, "events");
    await run(it.git, "git", ["clone", "--quiet", it.address, folder]);
  });

  test("the webhook leads to where Flux listens", async () => {
    const { status } = await receiving.receiver();
    const { port } = new URL(it.lab.env["SLIPWAY_RECEIVER_URL"] ?? "");
    expect(await it.host.webhooks()).toEqual([`http://127.0.0.1:${port}${status?.webhookPath ?? "none"}`]);
  });

  test("a push is applied at once, whatever the interval; one that nobody proves, or that is not followed, is not", async () => {
    await receiving.lookEvery("10h");
    const asked = await receiving.asked();
    expect(await receiving.send("a-wrong-token")).toBe(400);
    expect(await receiving.send(await receiving.token(), "refs/heads/other")).toBe(200);
    expect(await receiving.asked()).toBe(asked);
    const path = join(folder, "apps/spring-app/hpa.yaml");
    const text = await readFile(path, "utf8");
    expect(text).toMatch(/minReplicas: \d/);
    await writeFile(path, text.replace(/minReplicas: \d/, "minReplicas: 4"));
    await git("commit", "--quiet", "--all", "--message", "Scale to four");
    const commit = await push();
    const deployment = () => it.lab.object("deployment", "spring-app", "spring-app-namespace");
    await eventually("four pods", deployment, (seen) => seen?.status?.availableReplicas === 4);
    await it.delivered(commit);
  });

  test("a commit says how its sync fared: broken, and mended", async () => {
    await receiving.expectStatus((await git("rev-parse", "HEAD")).trim(), context, "success");
    await writeFile(join(folder, "apps/spring-app/broken.yaml"), "kind: Nonsense\n");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Break it");
    await receiving.expectStatus(await push(), context, it.failed);
    await git("revert", "--no-edit", "HEAD");
    await receiving.expectStatus(await push(), context, "success");
    await receiving.lookEvery("15s");
  });
}
