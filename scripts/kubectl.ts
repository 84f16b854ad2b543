/** Reads objects of a cluster with kubectl, as a user would. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A condition in an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** As much of a Kubernetes object, of whatever kind, as the scripts and tests look at. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    /** Given while the object is on its way out. */
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly interval?: string;
    readonly nodeName?: string;
    readonly path?: string;
    readonly prune?: boolean;
    readonly replicas?: number;
    readonly secretRef?: { readonly name: string };
    readonly suspend?: boolean;
    readonly targetNamespace?: string;
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    readonly url?: string;
  };
  readonly status?: {
    readonly artifact?: { readonly revision: string };
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
    readonly desiredNumberScheduled?: number;
    readonly lastAppliedRevision?: string;
    readonly numberReady?: number;
    readonly phase?: string;
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly webhookPath?: string;
  };
}

/** One condition of an object. */
export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** The image of a workload's first container. */
export function imageOf(object: KubeObject | undefined): string | undefined {
  return object?.spec?.template?.spec.containers[0]?.image;
}

/** Runs kubectl and gives what it printed. */
export async function kubectl(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return (await run("kubectl", args, { env, maxBuffer: 64 * 2 ** 20 })).stdout;
}

/** Objects of a kind; none if the cluster does not know the kind. */
export async function objects(
  env: NodeJS.ProcessEnv,
  kind: string,
  ...args: string[]
): Promise<KubeObject[]> {
  try {
    const text = await kubectl(env, "get", kind, "--output", "json", ...args);
    return (JSON.parse(text) as { items: KubeObject[] }).items;
  } catch (error) {
    if (String((error as { stderr?: string }).stderr).includes("the server doesn't have a resource type"))
      return [];
    throw error;
  }
}
