/** Two labs on one machine, of which one is interrupted, finds a port busy, and is removed. */
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { reset } from "../../lab/lab.ts";
import { labPaths } from "../../lab/paths.ts";
import { portNames } from "../../lab/ports.ts";
import { eventually } from "./commands.ts";
import { expectWell, LabUser } from "./lab-user.ts";
import { processesOf } from "./processes.ts";

let user: LabUser;
let first: string;
let second: string;

beforeAll(async () => {
  user = await LabUser.move();
  [first, second] = [join(user.home, "first"), join(user.home, "second")];
  return async () => {
    for (const root of [first, second]) await reset({ paths: labPaths(root) });
    await user.leave();
  };
});

beforeAll(async () => {
  expectWell(await user.cli(first, "up"));
});

test("a lab whose start was interrupted is completed by the next, beside the first one", async () => {
  const interrupted = user.start(second, "lab/cli.ts", "up");
  const clusters = join(labPaths(second).cluster, "clusters");
  await eventually("the cluster is being created", () => Promise.resolve(existsSync(clusters)), Boolean);
  interrupted.interrupt();
  expect(await interrupted.ended).toBe(130);
  expectWell(await user.cli(second, "up"));
  const [one, other] = [await user.status(first), await user.status(second)];
  expect([one.running, other.running]).toEqual([true, true]);
  const ports = [one, other].flatMap((status) => portNames.map((name) => status.ports?.[name]));
  expect(new Set(ports).size).toBe(2 * portNames.length);
});

test("a lab does not start on a busy port: the error names it, who wants it, who has it, and the way out", async () => {
  const { ports } = await user.status(second);
  expectWell(await user.cli(second, "down"));
  const port = ports?.gitSsh ?? 0;
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const ended = await user.cli(second, "up");
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`port ${port}, which git-host needs, is in use by process ${process.pid} (`);
  expect(ended.stderr).toContain("npm run lab -- reset");
  expect(await processesOf(second)).toEqual([]);
});

test("a lab is removed by reset with its processes, and the first one goes on", async () => {
  expectWell(await user.cli(second, "up"));
  expectWell(await user.cli(second, "reset"));
  expect(await processesOf(second)).toEqual([]);
  expect(existsSync(second)).toBe(false);
  expect((await user.cli(first, "status")).code).toBe(0);
});
