/**
 * SIGKILL in the middle: what follows finds out what is there, goes on, makes nothing twice and loses nothing. Kills
 * follow each other without the stack being whole between them, for each command has to get past what the kill before it
 * has left, or never gets to where it is killed itself.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually, startLab, type Env, type TestLab } from "./commands.ts";
import { DevStack, repositories } from "./dev-stack.ts";
import {
  killedAfterWrite,
  killedWhen,
  killedWhenItSays,
  running,
  WatchedHost,
  type Doomed,
} from "./killing.ts";

let lab: TestLab;
let stack: DevStack;
let host: WatchedHost;

beforeAll(async () => {
  lab = await startLab();
  stack = new DevStack(lab);
  host = await WatchedHost.start(lab.env["GITHUB_BASE_URL"] ?? "");
});

afterAll(async () => {
  host.end();
  await lab.end();
});

const doomed = (command: string, args: readonly string[], more: Env = {}): Doomed => ({
  command,
  args,
  env: { ...lab.env, ...more },
  cwd: lab.lab.paths.checkout,
});
const pulumi = (words: string, more: Env = {}) =>
  doomed(
    "pulumi",
    [...words.split(" "), "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"],
    more,
  );

async function expectOneCommitEach(): Promise<void> {
  for (const repository of repositories) expect(await stack.commitsOf(repository)).toHaveLength(1);
}

describe("npm run demo", () => {
  const demo = () => doomed("node", ["scripts/demo.ts"], { SLIPWAY_LAB: lab.lab.paths.root });

  test("completes an up that was killed, and itself when it was killed, at any point", async () => {
    await killedWhenItSays(pulumi("up"), /first-commit creating/);
    const blocked = await stack.up();
    expect(blocked.code).not.toBe(0);
    expect(blocked.all).toContain("pulumi cancel");

    for (const said of [
      /Deployment flux-deployment-[a-z-]+ creating/,
      // Between host and cluster: the host knows the key, and the cluster is about to.
      /GitRepository dev-flux-cd-repository creating/,
      /Kustomization dev-spring-app-kustomization creating/,
    ]) {
      await killedWhenItSays(demo(), said);
    }
    const plugins = `${lab.lab.paths.pulumiHome}/plugins/`;
    expect(await running(plugins)).not.toEqual([]);
    const ended = await stack.demo();
    expect(ended.code, ended.all).toBe(0);
    expect(await running(plugins)).toEqual([]);
    await stack.expectWhole();
    await expectOneCommitEach();
  });

  test("brings back what a killed destroy has removed, and no repository loses a commit", async () => {
    const commit = await stack.commitTo("flux-cd", "A commit of the team's");
    for (const said of [
      /Kustomization dev-spring-app-kustomization deleting/,
      /(?:CustomResourceDefinition|Deployment) flux-[a-z.-]+ deleting/,
    ]) {
      await killedWhenItSays(pulumi("destroy"), said);
      const ended = await stack.demo();
      expect(ended.code, ended.all).toBe(0);
      await stack.expectWhole();
      expect((await stack.commitsOf("flux-cd"))[0]).toBe(commit);
    }
  });
});

describe("npm run demo, after a destroy that was killed while the cluster is still deleting", () => {
  test("waits for what is on its way out, and makes it again", async () => {
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
    await killedWhen(pulumi("destroy"), "deleting the namespace", leaving);

    const demo = stack.demo();
    try {
      await eventually(
        "the demo waits for the namespace",
        () => running("wait --for=delete --timeout=180s Namespace.v1./spring-app-namespace"),
        (commands) => commands.length > 0,
      );
    } finally {
      await lab.kubectl("patch", ...held, "--type", "merge", "--patch", finalizers([]));
    }
    const ended = await demo;
    expect(ended.code, ended.all).toBe(0);
    await stack.expectWhole();
  });
});

describe("by hand, with the two commands of the documentation", () => {
  const watched = () => ({ GITHUB_BASE_URL: host.url });
  const upsert = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
  let byHand: DevStack;

  beforeEach(() => {
    byHand = new DevStack(lab, { env: { ...lab.env, ...watched() } });
  });

  async function cancel(): Promise<void> {
    const ended = await byHand.pulumi(["cancel", "--yes"]);
    expect(ended.code, ended.all).toBe(0);
  }

  test("an up that was killed while anything was made is completed", async () => {
    await stack.destroy();
    for (const write of [
      /^POST .*\/orgs\/acme\/repos$/,
      /^PUT .*\/topics$/,
      /^POST .*\/actions\/variables$/,
      /^POST .*\/keys$/,
      /^PUT .*\/actions\/secrets\//,
    ]) {
      await killedAfterWrite(pulumi("up --refresh", { ...watched(), ...upsert }), host, write);
      await cancel();
    }
    for (const said of [
      /GitRepository dev-flux-cd-repository creating/,
      /Kustomization dev-spring-app-kustomization creating/,
    ]) {
      await killedWhenItSays(pulumi("up --refresh", { ...watched(), ...upsert }), said);
      await cancel();
    }
    const ended = await byHand.pulumi(["up", "--refresh", "--yes", "--skip-preview"], upsert);
    expect(ended.code, ended.all).toBe(0);
    // The Kubernetes provider's option is in the state, until the first run without it.
    expect((await byHand.up()).all).toMatch(/kubernetes cluster updated [^\n]*-upsertExistingObjects/);
    await byHand.expectWhole();
    await expectOneCommitEach();
  });

  test("so is one of a stack that stood before, whose new variable and webhook are on the host already", async () => {
    const { stdout } = await byHand.pulumi(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
    const urns = deployment.resources.map((it) => it.urn);
    for (const name of ["-IMAGE_NAME", "-receiver-webhook"]) {
      const urn = urns.find((it) => it.endsWith(name)) ?? "";
      const forgotten = await byHand.pulumi(["state", "delete", urn, "--yes"]);
      expect(forgotten.code, forgotten.all).toBe(0);
    }
    const ended = await byHand.up();
    expect(ended.code, ended.all).toBe(0);
    await byHand.expectWhole();
    expect(await byHand.api("/repos/acme/flux-cd/hooks")).toHaveLength(1);
  });

  test("a destroy that was killed comes to its end", async () => {
    for (const said of [
      /Kustomization dev-spring-app-kustomization deleting/,
      /CustomResourceDefinition flux-[a-z.-]+ deleting/,
    ]) {
      await killedWhenItSays(pulumi("destroy --refresh", watched()), said);
      await cancel();
    }
    await killedAfterWrite(pulumi("destroy --refresh", watched()), host, /^DELETE .*\/repos\/acme\/[a-z-]+$/);
    await cancel();
    await byHand.destroy("--refresh");

    const state = JSON.parse((await byHand.pulumi(["stack", "export"])).stdout) as {
      deployment: { resources?: unknown[] };
    };
    expect(state.deployment.resources ?? []).toEqual([]);
    expect(await byHand.api("/orgs/acme/repos")).toEqual([]);
    expect(await lab.object("namespace", "flux-system")).toBeUndefined();
    expect(await lab.kubectl("get", "crds", "--output", "name")).not.toContain("fluxcd.io");
  });
});
