/** Reads objects of a cluster with kubectl, as a user would. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** As much of a Kubernetes object as the scripts look at. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an object of any kind
  readonly spec: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an object of any kind
  readonly status?: any;
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
