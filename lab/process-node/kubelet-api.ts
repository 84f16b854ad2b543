import { open } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConnection } from "../cluster/kubeconfig.ts";

/** The file with the log of a pod's container; undefined when there is no such pod here. */
export type FindLog = (namespace: string, pod: string, container: string) => string | undefined;

/**
 * As much of the kubelet's API as `kubectl logs` needs: GET /containerLogs/NAMESPACE/POD/CONTAINER with `follow` and
 * `tailLines`. It asks for a client certificate of the cluster's authority, which the API server has, and shows the
 * administrator's own certificate, which is good for servers too.
 */
export function createKubeletApi(connection: KubeConnection, find: FindLog): Server {
  const { ca, cert, key } = connection;
  const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
  return createServer(options, (request, response) => {
    const url = new URL(request.url ?? "/", "https://127.0.0.1");
    const [, route, namespace = "", pod = "", container = ""] = url.pathname
      .split("/")
      .map(decodeURIComponent);
    const file = route === "containerLogs" ? find(namespace, pod, container) : undefined;
    if (request.method !== "GET" || file === undefined) {
      response.writeHead(404).end("the process node serves only the logs of its pods\n");
      return;
    }
    const follow = url.searchParams.get("follow") === "true";
    const lines = url.searchParams.get("tailLines");
    sendLog(file, lines === null ? undefined : Number(lines), follow, response).catch(() =>
      response.destroy(),
    );
  });
}

async function sendLog(
  path: string,
  tailLines: number | undefined,
  follow: boolean,
  response: ServerResponse,
): Promise<void> {
  const file = await open(path, "r");
  try {
    const text = await file.readFile();
    response.writeHead(200, { "content-type": "text/plain" });
    response.write(lastLines(text, tailLines));
    let position = text.length;
    while (follow && !response.destroyed) {
      await sleep(200);
      const { size } = await file.stat();
      if (size <= position) continue;
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(size - position),
        0,
        size - position,
        position,
      );
      position += bytesRead;
      response.write(buffer.subarray(0, bytesRead));
    }
    response.end();
  } finally {
    await file.close();
  }
}

/** The end of a log from its `count`th line from the last; all of it when `count` is undefined. */
export function lastLines(text: Buffer, count: number | undefined): Buffer {
  if (count === undefined) return text;
  let position = text.at(-1) === 0x0a ? text.length - 1 : text.length;
  for (let line = 0; line < count && position >= 0; line += 1) {
    position = position === 0 ? -1 : text.lastIndexOf(0x0a, position - 1);
  }
  return count === 0 ? Buffer.alloc(0) : text.subarray(position + 1);
}
