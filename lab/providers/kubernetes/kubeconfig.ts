import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

/** One API server of this machine, and how to speak to it. */
export interface Connection {
  readonly server: URL;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly serverName: string | undefined;
  readonly skipVerify: boolean;
  /** The namespace of the context, or "default". */
  readonly namespace: string;
}

/** A kubeconfig's parts, with relative paths made absolute. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the provider's configuration lays over a kubeconfig. */
export interface Overrides {
  readonly context: string | undefined;
  readonly cluster: string | undefined;
}

/** The API server is not on this machine: the offline provider never speaks to it. */
export class NotLocalError extends Error {}

/**
 * Reads a kubeconfig, given by its path or its contents.
 * Errors when it is no kubeconfig; the message does not quote it.
 */
export function readKubeconfig(pathOrContents: string): Kubeconfig {
  const path = pathOrContents.replace(/^~(?=$|\/)/, homedir());
  const isPath = !path.includes("\n") && path.length < 4096 && existsSync(path);
  return parseKubeconfig(
    isPath ? readFileSync(path, "utf8") : pathOrContents,
    isPath ? dirname(resolve(path)) : "",
  );
}

/** Reads the ambient kubeconfig: the files of $KUBECONFIG, where the first that names a thing wins, or ~/.kube/config. */
export function ambientKubeconfig(environment: NodeJS.ProcessEnv): Kubeconfig {
  const paths = (environment["KUBECONFIG"] ?? "").split(":").filter((path) => path !== "");
  const found = (paths.length > 0 ? paths : [join(homedir(), ".kube", "config")]).filter((path) =>
    existsSync(path),
  );
  if (found.length === 0) {
    throw new Error("no kubeconfig: set the provider's `kubeconfig`, or KUBECONFIG");
  }
  const files = found.map(readKubeconfig);
  const merged = (part: "contexts" | "clusters" | "users"): Map<string, Fields> =>
    new Map(files.toReversed().flatMap((file) => [...file[part]]));
  return {
    currentContext: files.map((file) => file.currentContext).find((name) => name !== "") ?? "",
    contexts: merged("contexts"),
    clusters: merged("clusters"),
    users: merged("users"),
  };
}

function parseKubeconfig(text: string, folder: string): Kubeconfig {
  let document: unknown;
  try {
    document = /^\{\s*"/.test(text) ? JSON.parse(text) : parse(text);
  } catch {
    document = undefined;
  }
  if (!isFields(document)) {
    throw new Error(
      "the kubeconfig is neither the path of a file nor YAML or JSON with clusters, contexts and users",
    );
  }
  const named = (list: unknown, inner: string): Map<string, Fields> =>
    new Map(
      (Array.isArray(list) ? list : []).filter(isFields).flatMap((item) => {
        const fields = item[inner];
        return typeof item["name"] === "string"
          ? [[item["name"], absolute(isFields(fields) ? fields : {}, folder)]]
          : [];
      }),
    );
  return {
    currentContext: text_(document["current-context"]) ?? "",
    contexts: named(document["contexts"], "context"),
    clusters: named(document["clusters"], "cluster"),
    users: named(document["users"], "user"),
  };
}

const PATH_FIELDS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

function absolute(fields: Fields, folder: string): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) =>
      PATH_FIELDS.includes(key) && text_(value) !== undefined
        ? [key, resolve(folder, String(value))]
        : [key, value],
    ),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text_(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The cluster that a kubeconfig points at, for telling whether it changed; undefined where it points at none. */
export function activeCluster(config: Kubeconfig, overrides: Overrides): Fields | undefined {
  const context = config.contexts.get(overrides.context ?? config.currentContext);
  const cluster = overrides.cluster ?? text_(context?.["cluster"]);
  return context && cluster !== undefined ? config.clusters.get(cluster) : undefined;
}

/**
 * The connection of a kubeconfig's context.
 * Errors when a part is missing; with a `NotLocalError` when the server is not on this machine or is reached through a
 * proxy; and on users that run a program to log in.
 */
export function connectionOf(config: Kubeconfig, overrides: Overrides): Connection {
  const contextName = overrides.context ?? config.currentContext;
  const context = config.contexts.get(contextName);
  if (!context) {
    const names = [...config.contexts.keys()].join(", ") || "none";
    throw new Error(`the kubeconfig has no context ${JSON.stringify(contextName)}: it has ${names}`);
  }
  const clusterName = overrides.cluster ?? text_(context["cluster"]) ?? "";
  const cluster = config.clusters.get(clusterName);
  const server = text_(cluster?.["server"]);
  if (!cluster || server === undefined || !URL.canParse(server)) {
    throw new Error(`the kubeconfig gives no server for the cluster ${JSON.stringify(clusterName)}`);
  }
  const url = new URL(server);
  if (!isLocal(url.hostname) || text_(cluster["proxy-url"]) !== undefined) throw notLocal(url);
  const user = config.users.get(text_(context["user"]) ?? "") ?? {};
  for (const unsupported of ["exec", "auth-provider", "username"]) {
    if (user[unsupported] !== undefined) {
      throw new Error(
        `the kubeconfig's user logs in by ${unsupported}: the lab's offline provider takes certificates and tokens only`,
      );
    }
  }
  return {
    server: url,
    ca: pem(cluster, "certificate-authority"),
    cert: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
    token: text_(user["token"]) ?? fileText(text_(user["tokenFile"])),
    serverName: text_(cluster["tls-server-name"]),
    skipVerify: cluster["insecure-skip-tls-verify"] === true,
    namespace: text_(context["namespace"]) ?? "default",
  };
}

function notLocal(url: URL): NotLocalError {
  return new NotLocalError(
    `the kubeconfig points at ${url.host}: this is the lab's offline provider, which speaks only to 127.0.0.1. ` +
      "For a real cluster install the official one: pulumi plugin install resource kubernetes",
  );
}

/** Whether a URL's host is this machine by its own address. */
function isLocal(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function pem(fields: Fields, key: string): string | undefined {
  const data = text_(fields[`${key}-data`]);
  return data === undefined ? fileText(text_(fields[key])) : Buffer.from(data, "base64").toString("utf8");
}

function fileText(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8").trim();
}
