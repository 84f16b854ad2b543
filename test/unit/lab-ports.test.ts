import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { freePorts } from "../../lab/busy-ports.ts";
import { listening, portHolder } from "../../lab/port-holder.ts";
import { labPorts, parsePorts, portNames, readPorts, type Ports } from "../../lab/ports.ts";

const endings: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "slipway-ports-"));
  endings.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function listen(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endings.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

describe("the ports of a lab", () => {
  test("are chosen once, and by one of several that ask at the same time", async () => {
    const file = join(folder(), "lab", "ports.json");
    const answers = await Promise.all([labPorts(file), labPorts(file), labPorts(file)]);
    expect(new Set(answers.map((ports) => JSON.stringify(ports))).size).toBe(1);
    expect(await readPorts(file)).toEqual(answers[0]);
    expect(new Set(Object.values(answers[0])).size).toBe(portNames.length);
    expect(readdirSync(join(file, ".."))).toEqual(["ports.json"]);
  });

  test("are none where there is no lab, and none are made by looking", async () => {
    const file = join(folder(), "ports.json");
    expect(await readPorts(file)).toBeUndefined();
    expect(readdirSync(join(file, ".."))).toEqual([]);
  });

  test.each([
    ["", "apiserver, etcd"],
    ["[]", "apiserver, etcd"],
    [
      JSON.stringify({ ...Object.fromEntries(portNames.map((name) => [name, 20_000])), etcd: "1" }),
      "no port for etcd:",
    ],
    [
      JSON.stringify({ ...Object.fromEntries(portNames.map((name) => [name, 20_000])), kwok: 70_000 }),
      "for kwok:",
    ],
  ])("in a damaged file are an error that names it and the way out: %s", (text, problem) => {
    expect(() => parsePorts(text, "/lab/ports.json")).toThrow(problem);
    expect(() => parsePorts(text, "/lab/ports.json")).toThrow(/^\/lab\/ports\.json .*npm run lab -- reset/);
  });

  test("survive a round trip through a file that somebody else wrote", async () => {
    const file = join(folder(), "ports.json");
    const ports = Object.fromEntries(portNames.map((name, index) => [name, 20_000 + index]));
    writeFileSync(file, JSON.stringify({ ...ports, other: 1 }));
    expect(await labPorts(file)).toEqual(ports);
  });
});

describe("the table of sockets", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:5014 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0",
    "   1: 0100007F:5014 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1",
    "   2: 0100007F:C001 0100007F:5014 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 20 4 30 10 -1",
  ].join("\n");

  test("gives the inode of what listens, and not of connections", () => {
    expect(listening(table, 0x5014)).toEqual(["4711"]);
    expect(listening(table, 0xc001)).toEqual([]);
  });
});

describe("a busy port", () => {
  /** Ports that nobody has, except for those given. */
  const ports = (busy: Partial<Ports>): Ports => ({
    ...{
      apiserver: 1,
      etcd: 1,
      etcdPeer: 1,
      controllerManager: 1,
      scheduler: 1,
      kwok: 1,
      gitHttp: 1,
      gitSsh: 1,
      gitlabHttp: 1,
      gitlabSsh: 1,
      receiver: 1,
    },
    ...busy,
  });
  const others = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"];

  test("is an error with the port, the part, the process and the way out, all ports at once", async () => {
    const [etcd, gitHttp] = [await listen(), await listen()];
    const error = await freePorts(
      "/lab",
      ports({ etcd, etcdPeer: etcd, gitHttp, gitSsh: gitHttp }),
      new Set(others),
    ).then(
      () => new Error("no error"),
      (thrown: unknown) => thrown as Error,
    );
    expect(error.message).toContain(`port ${etcd}, which etcd needs, is in use by process ${process.pid} (`);
    expect(error.message).toContain(`port ${gitHttp}, which git-host needs`);
    expect(error.message).toContain("npm run lab -- reset");
  });

  test("is none where the part that runs has it", async () => {
    const gitHttp = await listen();
    const rest = ports({ gitHttp, gitSsh: gitHttp });
    await expect(freePorts("/lab", rest, new Set([...others, "etcd", "git-host"]))).resolves.toBeUndefined();
  });

  test("belongs to the process that listens on it", async () => {
    expect((await portHolder(await listen()))?.pid).toBe(process.pid);
  });
});
