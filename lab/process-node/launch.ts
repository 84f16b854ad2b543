import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Child, flagsOf } from "./child.ts";
import { containerArgs, containerEnvironment } from "./environment.ts";
import { freePort } from "./free-port.ts";
import { leaderElectionArgs, listenFlags, movingArgs } from "./listen-flags.ts";
import type { PodContext } from "./pod-context.ts";
import type { Container } from "./pod.ts";
import { prepareMounts } from "./volumes.ts";

/** A container's process, and where on 127.0.0.1 each port is that it was moved from. */
export interface Launched {
  readonly child: Child;
  readonly ports: ReadonlyMap<number, number>;
}

/** An image that the lab has no program for. */
export class UnknownImage extends Error {
  constructor(image: string, known: readonly string[]) {
    super(
      `${image}: the lab has no program for this image; it has ${known.join(", ") || "none"}. ` +
        "`npm run lab -- up` gets those of the Flux version that Pulumi.dev.yaml names",
    );
  }
}

/**
 * Starts the program of a container's image with the arguments and environment of its spec, its paths and ports moved
 * to where a process of this machine can have them.
 * @throws UnknownImage, or when something that the spec names does not exist
 */
export async function launch(
  context: PodContext,
  container: Container,
  onOutput: (chunk: Buffer) => void,
): Promise<Launched> {
  const { pod, podIP, dirs, source } = context;
  const binary = context.images.get(container.image);
  if (binary === undefined) throw new UnknownImage(container.image, [...context.images.keys()]);
  const tmp = join(dirs.pod, "tmp");
  await mkdir(tmp, { recursive: true, mode: 0o700 });
  const mounts = await prepareMounts(pod, container, dirs, source);
  const own = await containerEnvironment(pod, container, podIP, mounts, source);
  const args = containerArgs(container, own, mounts);
  const flags = await flagsOf(binary);
  const listeners = listenFlags(flags, args);
  const ports = new Map(
    await Promise.all(listeners.map(async ({ port }) => [port, await freePort()] as const)),
  );
  const temporary = mounts.find(({ mountPath }) => mountPath === "/tmp")?.hostPath ?? tmp;
  const child = await Child.start(
    {
      id: `${pod.metadata.uid ?? pod.metadata.name}.${container.name}`,
      binary,
      // pflag lets the last of a flag win, so that what the pod says can stay as it is.
      args: [...args, ...movingArgs(listeners, ports), ...leaderElectionArgs(flags)],
      env: { HOME: dirs.pod, TMPDIR: temporary, ...own, ...(await context.environment()) },
      cwd: dirs.pod,
      onOutput,
    },
    context.pidDir,
  );
  return { child, ports };
}
