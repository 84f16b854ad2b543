import type { DataSource } from "./environment.ts";
import type { Images } from "./images-file.ts";
import type { Pod } from "./pod.ts";
import type { VolumeDirs } from "./volumes.ts";

/** What a container needs of its pod and node. */
export interface PodContext {
  readonly pod: Pod;
  readonly podIP: string;
  readonly dirs: VolumeDirs;
  readonly pidDir: string;
  readonly source: DataSource;
  readonly images: Images;
  /** Where on 127.0.0.1 a port of the pod is: its containers share one network. */
  readonly portOf: (port: number) => number;
  /** The variables that the process needs whatever its spec says: KUBECONFIG and the proxy's. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  readonly event: (type: "Normal" | "Warning", reason: string, message: string) => void;
  /** Has the pod's status written. */
  readonly changed: () => void;
}
