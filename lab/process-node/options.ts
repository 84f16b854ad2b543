import { parseArgs } from "node:util";

/** What the process node is told on its command line. */
export interface ProcessNodeOptions {
  /** Kubeconfig of the lab's cluster, administrator's rights. */
  readonly kubeconfig: string;
  /** Folder for pods' files, logs and pid files. */
  readonly data: string;
  /** JSON file {image: absolute path of the binary that is that image's program}. */
  readonly images: string;
  /** @default "process-node" */
  readonly nodeName: string;
  /** Only pods of this namespace become processes. @default "flux-system" */
  readonly namespace: string;
  /** Port of the service proxy on 127.0.0.1; 0 takes a free one. @default 0 */
  readonly proxyPort: number;
  /** Port of the kubelet's API (logs) on 127.0.0.1; 0 takes a free one. @default 0 */
  readonly kubeletPort: number;
  /** Port of 127.0.0.1 that leads to Flux's webhook receiver; 0 takes a free one. @default 0 */
  readonly receiverPort: number;
}

/** How the process node is called. */
export const USAGE =
  "usage: main.ts --kubeconfig FILE --data DIR --images FILE [--node-name NAME] [--namespace NAME] [--proxy-port PORT] [--kubelet-port PORT] [--receiver-port PORT]";

/** Reads the command line. @throws with every problem at once, and the usage. */
export function parseOptions(args: readonly string[]): ProcessNodeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: "string" },
      data: { type: "string" },
      images: { type: "string" },
      "node-name": { type: "string", default: "process-node" },
      namespace: { type: "string", default: "flux-system" },
      "proxy-port": { type: "string", default: "0" },
      "kubelet-port": { type: "string", default: "0" },
      "receiver-port": { type: "string", default: "0" },
    },
  });
  const problems: string[] = [];
  const file = (name: "kubeconfig" | "data" | "images"): string => {
    const value = values[name];
    if (value === undefined || value === "") problems.push(`--${name} is missing`);
    return value ?? "";
  };
  const port = (name: "proxy-port" | "kubelet-port" | "receiver-port"): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 0 || value > 65535) {
      problems.push(`--${name}: ${JSON.stringify(values[name])} is no port: write a number from 0 to 65535`);
    }
    return value;
  };
  const options = {
    kubeconfig: file("kubeconfig"),
    data: file("data"),
    images: file("images"),
    nodeName: values["node-name"],
    namespace: values.namespace,
    proxyPort: port("proxy-port"),
    kubeletPort: port("kubelet-port"),
    receiverPort: port("receiver-port"),
  };
  if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${USAGE}`);
  return options;
}

/** Reads the map of images. @throws when it is not an object of absolute paths */
export function parseImages(text: string, file: string): ReadonlyMap<string, string> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${file}: want an object {"IMAGE": "/path/of/binary"}`);
  }
  return new Map(
    Object.entries(value).map(([image, binary]) => {
      if (typeof binary !== "string" || !binary.startsWith("/")) {
        throw new Error(`${file}: ${image}: got ${JSON.stringify(binary)}, want an absolute path`);
      }
      return [image, binary];
    }),
  );
}
