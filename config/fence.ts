/**
 * A fence for shells that are meant for this machine only, such as those with the lab's environment: a stack that names a
 * Git host or a cluster elsewhere is refused there, whichever provider plugins are installed, before anything is asked.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { list, object, text, type Loose } from "./loose.ts";
import { show, type Problem } from "./problems.ts";

/** Whoever sets this variable, to whatever text, wants nothing but this machine to be reached. */
const variable = "SLIPWAY_ONLY_LOCAL";

const wayOut = `${variable} is set, as the lab's environment does, and allows nothing but this machine: use a shell without it`;

/**
 * What of a stack is elsewhere, where only this machine may be.
 *
 * @param raw the configuration before it is checked, with the environment's share filled in
 */
export function fenceProblems(raw: Loose, environment: NodeJS.ProcessEnv): Problem[] {
  if ((environment[variable] ?? "") === "") return [];
  return [...hostProblems(object(raw["git"])), ...clusterProblems(object(raw["cluster"]), environment)];
}

function hostProblems({ baseUrl }: Loose): Problem[] {
  // What is no URL is a finding of the schema's.
  if (typeof baseUrl !== "string" || !URL.canParse(baseUrl) || isLocal(baseUrl)) return [];
  return [{ key: "slipway:git.baseUrl", message: `got ${show(baseUrl)}, and ${wayOut}` }];
}

function clusterProblems(cluster: Loose, environment: NodeJS.ProcessEnv): Problem[] {
  const key = "slipway:cluster.context";
  const kubeconfigs = readKubeconfigs(environment);
  // Without one the provider says what it wants.
  if (kubeconfigs.length === 0) return [];
  const named = (part: string, name: unknown) =>
    kubeconfigs.flatMap((config) => list(config[part]).map(object)).find((item) => item["name"] === name);
  const wanted = text(cluster["context"]) ?? kubeconfigs.map((it) => it["current-context"]).find(Boolean);
  const context = object(named("contexts", wanted)?.["context"]);
  const { server, "proxy-url": proxy } = object(named("clusters", context["cluster"])?.["cluster"]);
  const addresses = [server, proxy].filter((address) => address !== undefined);
  if (server === undefined) {
    return [
      { key, message: `got ${show(wanted)}, which leads to no cluster in the kubeconfig, and ${wayOut}` },
    ];
  }
  return addresses
    .filter((address) => !isLocal(address))
    .map((address) => ({
      key,
      message: `got ${show(wanted)}, which leads to ${show(address)}, and ${wayOut}`,
    }));
}

/** The files that a Kubernetes client would read; the first that names a thing wins. */
function readKubeconfigs(environment: NodeJS.ProcessEnv): Loose[] {
  const given = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  const paths = given.length > 0 ? given : [join(homedir(), ".kube", "config")];
  return paths.filter((path) => existsSync(path)).map((path) => readYaml(path));
}

function readYaml(path: string): Loose {
  try {
    return object(parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}

/** Whether an address is one of this machine's own. */
export function isLocal(address: unknown): boolean {
  if (typeof address !== "string" || !URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
