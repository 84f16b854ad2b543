import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { writeAtomically } from "../files.ts";

/** How to reach one API server as its administrator: PEM texts, and a URL on this machine. */
export interface KubeConnection {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface KubeconfigFile {
  readonly "current-context"?: string;
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters?: readonly { name: string; cluster: Record<string, string | undefined> }[];
  readonly users?: readonly { name: string; user: Record<string, string | undefined> }[];
}

/**
 * The text of a kubeconfig for one cluster under several context names, credentials embedded, so that the file can
 * be handed around alone.
 * @param contexts at least one name; the first is the current context
 */
export function kubeconfigText(connection: KubeConnection, contexts: readonly string[]): string {
  const [current] = contexts;
  if (current === undefined) throw new Error("kubeconfig: got no context name: give at least one");
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [
      {
        name: current,
        cluster: { server: connection.server, "certificate-authority-data": base64(connection.ca) },
      },
    ],
    users: [
      {
        name: current,
        user: {
          "client-certificate-data": base64(connection.cert),
          "client-key-data": base64(connection.key),
        },
      },
    ],
    contexts: contexts.map((name) => ({ name, context: { cluster: current, user: current } })),
  };
  // JSON is YAML, too, and is read at once by who knows that it may be: each run of Pulumi reads it.
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Writes a kubeconfig atomically, readable by its owner alone: it holds the administrator's key. */
export async function writeKubeconfig(
  file: string,
  connection: KubeConnection,
  contexts: readonly string[],
): Promise<void> {
  await writeAtomically(file, kubeconfigText(connection, contexts));
}

/**
 * Reads the connection of a kubeconfig's current context.
 * @throws if the file has no such context, no client certificate, or names a server that is not on this machine: the
 * lab's parts never talk to a real cluster.
 */
export async function readKubeconfig(file: string): Promise<KubeConnection> {
  const config = parse(await readFile(file, "utf8")) as KubeconfigFile;
  const name = config["current-context"];
  const context = config.contexts?.find((entry) => entry.name === name)?.context;
  const cluster = config.clusters?.find((entry) => entry.name === context?.cluster)?.cluster;
  const user = config.users?.find((entry) => entry.name === context?.user)?.user;
  if (cluster === undefined || user === undefined) {
    throw new Error(
      `${file}: the current context ${JSON.stringify(name)} names no cluster and user of the file`,
    );
  }
  const server = cluster["server"] ?? "";
  if (!isLocalServer(server)) {
    throw new Error(
      `${file}: server is ${JSON.stringify(server)}: the lab only talks to https://127.0.0.1:PORT`,
    );
  }
  const pem = async (owner: Record<string, string | undefined>, key: string): Promise<string> => {
    const data = owner[`${key}-data`];
    if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
    const path = owner[key];
    if (path === undefined)
      throw new Error(`${file}: the current context has neither ${key} nor ${key}-data`);
    return readFile(resolve(dirname(file), path), "utf8");
  };
  return {
    server,
    ca: await pem(cluster, "certificate-authority"),
    cert: await pem(user, "client-certificate"),
    key: await pem(user, "client-key"),
  };
}

/** Whether a URL is https on this machine's loopback address. */
export function isLocalServer(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const { protocol, hostname } = new URL(server);
  return protocol === "https:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}
