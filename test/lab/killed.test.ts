/**
 * SIGKILL in the middle, on either Git host: what follows finds out what is there, goes on, makes nothing twice and loses
 * nothing. Kills follow each other without the stack being whole between them, for each command has to get past what the
 * kill before it has left, or never gets to where it is killed itself. One lab, in this order.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hosted } from "../../scripts/hosted.ts";
import { eventually, startLab, type Command, type TestLab } from "./commands.ts";
import { DevStack, repositories } from "./dev-stack.ts";
import { killedAfterWrite, killedWhen, killedWhenItSays, running, WatchedHost } from "./killing.ts";

/**
 * Where a command is killed, and which: `npm run demo`, or what the documentation says to type by hand. It is killed when
 * Pulumi says something, or, by hand, with all that it has started, once the host has carried out a write.
 */
type Kill =
  { readonly by: "demo" | "hand"; readonly says: RegExp } | { readonly by: "hand"; readonly writes: RegExp };

interface Row {
  readonly kind: "github" | "gitlab";
  /** Kills of an `up`, one after the other, and what comes to an end then. */
  readonly ups: readonly Kill[];
  readonly completes: "demo" | "hand";
  /** Where a `destroy` by hand is killed, before the one that comes to its end. */
  readonly destroyed: RegExp;
}

const installing = /Deployment flux-deployment-[a-z-]+ creating/;
/** The host knows the key, and the cluster is about to. */
const between = /GitRepository dev-flux-cd-repository creating/;
const waiting = /Kustomization dev-spring-app-kustomization creating/;
const seeding = /first-commit creating/;

const rows: readonly Row[] = [
  {
    kind: "github",
    ups: [
      { by: "hand", writes: /^POST .*\/orgs\/acme\/repos$/ },
      { by: "demo", says: seeding },
      { by: "hand", writes: /^POST .*\/keys$/ },
      { by: "hand", says: between },
      { by: "demo", says: waiting },
    ],
    completes: "demo",
    // The host does it, and the state does not know.
    destroyed: /github:index:Repository \S+ deleting/,
  },
  {
    kind: "gitlab",
    ups: [
      { by: "hand", writes: /^POST .*\/projects$/ },
      { by: "demo", says: seeding },
      { by: "hand", says: installing },
      { by: "demo", says: between },
      { by: "hand", says: waiting },
    ],
    completes: "hand",
    destroyed: /CustomResourceDefinition flux-[a-z.-]+ deleting/,
  },
];

let lab: TestLab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(async () => {
  await lab.end();
});

describe.each(rows)("on $kind", (row) => {
  let stack: DevStack;
  /** The same, typed by somebody whose host is seen through the proxy. */
  let byHand: DevStack;
  /** With the option that an `up` wants after another one was killed. */
  let again: DevStack;
  let host: WatchedHost;

  beforeAll(async () => {
    const base = `${row.kind.toUpperCase()}_BASE_URL`;
    host = await WatchedHost.start(lab.env[base] ?? "");
    stack = new DevStack(lab, { host: row.kind });
    const env = { ...lab.env, [base]: host.url };
    byHand = new DevStack(lab, { host: row.kind, env });
    again = new DevStack(lab, {
      host: row.kind,
      env: { ...env, PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" },
    });
    return () => {
      host.end();
    };
  });

  const plugins = () => running(`${lab.lab.paths.pulumiHome}/plugins/`);

  async function cancel(): Promise<void> {
    const ended = await byHand.pulumi(["cancel", "--yes"]);
    expect(ended.code, ended.all).toBe(0);
  }

  async function kill(kill: Kill, typed: Command): Promise<void> {
    const command = kill.by === "demo" ? stack.demoCommand() : typed;
    await ("says" in kill
      ? killedWhenItSays(command, kill.says)
      : killedAfterWrite(command, host, kill.writes));
  }

  async function demo(): Promise<void> {
    const ended = await stack.demo();
    expect(ended.code, ended.all).toBe(0);
  }

  test("an up that was killed says what to type, and is completed, at whatever point it was killed, time after time", async () => {
    const [first, ...more] = row.ups as readonly [Kill, ...Kill[]];
    await kill(first, byHand.command(["up"]));
    const blocked = await byHand.up();
    expect(blocked.code).not.toBe(0);
    expect(blocked.all).toContain("pulumi cancel");
    for (const one of more) {
      // The demo does so by itself.
      if (one.by === "hand") await cancel();
      await kill(one, again.command(["up", "--refresh"]));
    }
    if (row.completes === "demo") {
      expect(await plugins()).not.toEqual([]);
      await demo();
      expect(await plugins()).toEqual([]);
      await stack.expectWhole();
    } else {
      await cancel();
      const ended = await again.up("--refresh");
      expect(ended.code, ended.all).toBe(0);
      await byHand.expectWholeBut(/kubernetes cluster updated [^\n]*-upsertExistingObjects/);
    }
    for (const repository of repositories) expect(await stack.commitsOf(repository)).toHaveLength(1);
  });

  test("`npm run demo` brings back what a killed destroy has removed, and no repository loses a commit", async () => {
    const commit = await stack.commitTo("flux-cd", "A commit of the team's");
    if (row.kind === "github") await killedWhileLeaving(demo);
    else {
      const deleting = /Kustomization dev-spring-app-kustomization deleting/;
      await killedWhenItSays(stack.command(["destroy"]), deleting);
      await demo();
    }
    await stack.expectWhole();
    expect((await stack.commitsOf("flux-cd"))[0]).toBe(commit);
  });

  /** Kills a destroy while the cluster is still deleting: what recovers waits for what is on its way out. */
  async function killedWhileLeaving(recover: () => Promise<void>): Promise<void> {
    const namespace = "spring-app-namespace";
    const held = ["configmap", "held", "--namespace", namespace];
    const finalizers = (names: string[]) => JSON.stringify({ metadata: { finalizers: names } });
    await lab.kubectl("create", ...held);
    await lab.kubectl("patch", ...held, "--type", "merge", "--patch", finalizers(["slipway.test/held"]));
    const leaving = () =>
      eventually(
        "the namespace is on its way out",
        () => lab.object("namespace", namespace),
        (seen) => seen?.metadata.deletionTimestamp !== undefined,
        300,
      );
    await killedWhen(stack.command(["destroy"]), "deleting the namespace", leaving);

    const recovered = recover();
    try {
      await eventually(
        "the demo waits for the namespace",
        () => running("wait --for=delete --timeout=180s Namespace.v1./spring-app-namespace"),
        (commands) => commands.length > 0,
      );
    } finally {
      await lab.kubectl("patch", ...held, "--type", "merge", "--patch", finalizers([]));
    }
    await recovered;
  }

  test("by hand, a destroy that was killed comes to its end", async () => {
    await killedWhenItSays(byHand.command(["destroy"]), row.destroyed);
    await cancel();
    await byHand.destroy("--refresh");

    const state = JSON.parse((await byHand.pulumi(["stack", "export"])).stdout) as {
      deployment: { resources?: unknown[] };
    };
    expect(state.deployment.resources ?? []).toEqual([]);
    expect(await hosted(row.kind, lab.env)).toEqual([]);
    expect(await lab.object("namespace", "flux-system")).toBeUndefined();
    expect(await lab.kubectl("get", "crds", "--output", "name")).not.toContain("fluxcd.io");
  });
});
