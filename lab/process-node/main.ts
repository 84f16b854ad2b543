/**
 * The lab's process node: a node of the cluster whose pods are real processes of this machine, with a proxy by which
 * they reach the cluster's Services. Flags: see `USAGE` in options.ts. Prints one line `ready …` when it serves.
 */
import { mkdir } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { KubeApi } from "../cluster/kube-api.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { writeAtomically } from "../files.ts";
import { EventRecorder } from "./events.ts";
import { ImagesFile } from "./images-file.ts";
import { createKubeletApi } from "./kubelet-api.ts";
import { parseOptions, type ProcessNodeOptions } from "./options.ts";
import { ProcessNode } from "./process-node.ts";
import { createIngress, createServiceProxy } from "./service-proxy.ts";
import { resolveService } from "./service-resolver.ts";

async function main(options: ProcessNodeOptions): Promise<void> {
  const connection = await readKubeconfig(options.kubeconfig);
  const images = new ImagesFile(options.images);
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  const api = new KubeApi(connection);
  // The servers ask the node, and the node tells its pods where the servers are.
  const find = (namespace: string, pod: string): ReturnType<ProcessNode["worker"]> =>
    node.worker(namespace, pod);
  const resolve = (host: string, port: number): Promise<number> =>
    resolveService(api, (namespace, pod, target) => find(namespace, pod)?.portOf(target), host, port);
  const proxy = createServiceProxy(resolve);
  const receiver = createIngress(resolve, `webhook-receiver.${options.namespace}.svc`);
  const kubelet = createKubeletApi(connection, (namespace, pod, container) =>
    find(namespace, pod)?.logFile(container),
  );
  const [proxyPort, kubeletPort, receiverPort] = await Promise.all([
    listen(proxy, options.proxyPort),
    listen(kubelet, options.kubeletPort),
    listen(receiver, options.receiverPort),
  ]);
  const node = new ProcessNode({
    api,
    ca: connection.ca,
    data: options.data,
    images,
    name: options.nodeName,
    namespace: options.namespace,
    kubeletPort,
    events: new EventRecorder(api, options.nodeName),
    environment: proxyEnvironment(proxyPort),
  });
  await writePorts(join(options.data, "ports.json"), {
    proxy: proxyPort,
    kubelet: kubeletPort,
    receiver: receiverPort,
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void node.stop().finally(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await node.start();
  console.log(`ready node=${options.nodeName} proxy=http://127.0.0.1:${proxyPort}`);
}

/** Go's clients take these, in either case of letters; addresses of this machine are asked directly. */
function proxyEnvironment(port: number): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${port}`;
  const direct = "127.0.0.1,localhost,::1";
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: direct,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: direct,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a server has no address");
  return address.port;
}

async function writePorts(file: string, ports: Readonly<Record<string, number>>): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(ports)}\n`);
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`process node: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
