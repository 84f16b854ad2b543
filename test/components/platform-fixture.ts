/** A platform under mocks: what a stack's configuration registers. */
import * as pulumi from "@pulumi/pulumi";
import { Platform, type PlatformArgs } from "../../components/platform.ts";
import type { Reference } from "../../components/git/reference.ts";
import type { Config } from "../../config.ts";
import { validateStack } from "../../config/validate.ts";
import { smallManifest } from "../unit/flux-small-manifest.ts";
import { changed, stackFile, type Loose } from "../unit/stack-files.ts";
import { type Graph, allRegistered, watchGraph } from "./flux-graph.ts";
import { type Registered, type Run, record } from "./mocks.ts";

/** What has been registered of a stack. */
export interface Built {
  readonly platform: Platform;
  readonly registered: readonly Registered[];
  readonly graph: Graph;
}

/** Values to set in a stack's configuration, each at its path of keys. */
export type Changes = readonly (readonly [path: readonly string[], value: unknown])[];

/** How a stack is run. */
export interface StackRun extends Run, Pick<PlatformArgs, "keyPlans" | "previous"> {
  /** The Git host, where it is another one than the stack's. */
  readonly kind?: string;
}

/** What the providers add. */
const outputs = {
  "github:index/repository:Repository": (_: string, { name }: Record<string, unknown>) => ({
    nodeId: `R_${String(name)}`,
    httpCloneUrl: `https://127.0.0.1:8443/acme/${String(name)}.git`,
    sshCloneUrl: `ssh://git@127.0.0.1:2222/acme/${String(name)}.git`,
    htmlUrl: `https://127.0.0.1:8443/acme/${String(name)}`,
  }),
  "gitlab:index/project:Project": (_: string, { path }: Record<string, unknown>) => ({
    pathWithNamespace: `acme/${String(path)}`,
    httpUrlToRepo: `https://127.0.0.1:8443/acme/${String(path)}.git`,
    sshUrlToRepo: `ssh://git@127.0.0.1:2222/acme/${String(path)}.git`,
    webUrl: `https://127.0.0.1:8443/acme/${String(path)}`,
  }),
  "gitlab:index/projectAccessToken:ProjectAccessToken": (name: string) => ({ token: `PRIVATE-${name}` }),
  "pulumi:index:Stash": (_: string, { input }: Record<string, unknown>) => ({ output: input }),
  "tls:index/privateKey:PrivateKey": (name: string) => ({
    privateKeyOpenssh: `PRIVATE ${name}\n`,
    privateKeyPem: `PRIVATE PEM ${name}`,
    publicKeyOpenssh: `ssh-ed25519 PUBLIC-${name}\n`,
    publicKeyFingerprintSha256: `SHA256:${name}`,
  }),
};

const builds = new Map<string, Promise<Built>>();

/** A stack's platform, all of it registered. The same question gets the same answer, for building takes a second. */
export function build(stack: "dev" | "prod", changes: Changes = [], run: StackRun = {}): Promise<Built> {
  const question = JSON.stringify([stack, changes, run]);
  const built = builds.get(question) ?? buildAnew(stack, changes, run);
  builds.set(question, built);
  return built;
}

async function buildAnew(stack: string, changes: Changes, run: StackRun): Promise<Built> {
  const { kind, keyPlans = {}, previous = {} } = run;
  const file = changes.reduce((at, [path, value]) => changed(at, path, value), stackFile(stack));
  const raw = kind === undefined ? file : onHost(kind, file);
  const config: Config = {
    ...validateStack(raw, ["REGISTRY_PASSWORD"]),
    ciSecrets: pulumi.secret<Record<string, string>>({ REGISTRY_PASSWORD: "PRIVATE-password" }),
    gitToken: pulumi.secret("PRIVATE token"),
    gitTokenName: "GITHUB_TOKEN",
    statusToken: pulumi.secret("PRIVATE status token"),
  };
  const registered = await record(outputs, run);
  const graph = watchGraph();
  const platform = new Platform("platform", {
    config,
    fluxManifest: smallManifest,
    references: referencesOf(config),
    ownerId: 7,
    keyPlans,
    previous,
  });
  await allRegistered();
  return { platform, registered, graph };
}

/** Where the repositories are that a stack refers to, as the preflight finds them. */
function referencesOf({ repositories }: Config): Record<string, Reference> {
  const names = Object.keys(repositories).filter((name) => repositories[name]?.reference);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        id: `R_${name}`,
        name,
        webUrl: `https://127.0.0.1:8443/acme/${name}`,
        httpUrl: `https://127.0.0.1:8443/acme/${name}.git`,
        sshUrl: `git@127.0.0.1:acme/${name}.git`,
      },
    ]),
  );
}

/** The same stack on a host of this kind. */
function onHost(kind: string, raw: Loose): Loose {
  const { owner, baseUrl, knownHosts, writeDelay } = raw["git"] as Loose;
  return { ...raw, git: { kind, owner, baseUrl, knownHosts, ...(kind === "github" && { writeDelay }) } };
}

/** Every resource that one waits for, directly or through others. */
export function waitsFor({ graph }: Built, name: string): Set<string> {
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const next of graph.registrations.get(at)?.dependencies ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(name);
  return found;
}
