import { setTimeout as sleep } from "node:timers/promises";
import { backoffSeconds, crashesInRow } from "./backoff.ts";
import type { Child, Exit } from "./child.ts";
import { launch, UnknownImage } from "./launch.ts";
import { LogFile } from "./log-file.ts";
import type { PodContext } from "./pod-context.ts";
import type { Container, ContainerState, ContainerStatus, Terminated } from "./pod.ts";
import { kubeTime } from "./pod-status.ts";
import { runProbes } from "./prober.ts";

/** Milliseconds that a process gets to end after a failed liveness probe. */
const DEAD_GRACE_MS = 5_000;

/** One container of a pod: its process, restarted with a back-off for as long as the pod's policy wants it. */
export class ContainerRunner {
  readonly #context: PodContext;
  readonly #container: Container;
  readonly #log: LogFile;
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #state: ContainerState = { waiting: { reason: "ContainerCreating" } };
  #last: Terminated | undefined;
  #restarts = 0;
  #crashes = 0;
  #ready = false;
  #started = false;
  #ports: ReadonlyMap<number, number> = new Map();
  #done: Promise<void> = Promise.resolve();

  constructor(context: PodContext, container: Container, logFile: string) {
    this.#context = context;
    this.#container = container;
    this.#log = new LogFile(logFile);
    this.#adopt(context.pod.status?.containerStatuses?.find(({ name }) => name === container.name));
  }

  /** Where on 127.0.0.1 a port of the container is. */
  portOf(port: number): number {
    return this.#ports.get(port) ?? port;
  }

  /** Whether the container says that it listens on this port, or was found to. */
  hasPort(port: number): boolean {
    return this.#ports.has(port) || this.#container.ports?.some((own) => own.containerPort === port) === true;
  }

  get logFile(): string {
    return this.#log.path;
  }

  get name(): string {
    return this.#container.name;
  }

  /** Begins running; `status` tells how it goes. */
  run(): void {
    this.#done = this.#loop();
  }

  /** Ends the process (SIGTERM, then SIGKILL after `graceMs`) for good. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop(graceMs);
    await this.#done;
    this.#log.close();
  }

  status(): ContainerStatus {
    const { image, name } = this.#container;
    return {
      name,
      image,
      imageID: this.#context.images.get(image) === undefined ? "" : `process://${image}`,
      ...(this.#child !== undefined && { containerID: this.#containerId(this.#child) }),
      state: this.#state,
      lastState: this.#last === undefined ? {} : { terminated: this.#last },
      restartCount: this.#restarts,
      ready: this.#ready,
      started: this.#started,
    };
  }

  /** Goes on counting where an earlier process node stopped. */
  #adopt(before: ContainerStatus | undefined): void {
    if (before === undefined) return;
    const { state, lastState, restartCount } = before;
    const ran = "running" in state || "terminated" in state || lastState.terminated !== undefined;
    this.#restarts = restartCount + (ran ? 1 : 0);
    this.#last = lastState.terminated;
    if ("terminated" in state) this.#last = state.terminated;
    if ("running" in state) {
      const message = "the process node was restarted";
      const { startedAt } = state.running;
      this.#last = {
        exitCode: 137,
        reason: "ContainerStatusUnknown",
        message,
        startedAt,
        finishedAt: kubeTime(),
      };
    }
  }

  async #loop(): Promise<void> {
    while (!this.#stopped()) {
      const started = Date.now();
      let ended: Terminated;
      try {
        ended = await this.#runOnce();
      } catch (error) {
        // The process never was: something it needs is missing, and may come.
        if (this.#stopped()) return;
        this.#crashes += 1;
        await this.#waitAfter(this.#describeFailure(error));
        continue;
      }
      this.#child = undefined;
      this.#ready = false;
      this.#started = false;
      if (this.#stopped() || !this.#wantsRestart(ended)) {
        this.#change({ terminated: ended });
        return;
      }
      this.#crashes = crashesInRow(this.#crashes, (Date.now() - started) / 1000);
      this.#last = ended;
      this.#restarts += 1;
      const seconds = backoffSeconds(this.#crashes);
      const message = `back-off ${seconds}s restarting failed container ${this.name} in pod ${this.#context.pod.metadata.name}`;
      if (seconds > 0) this.#context.event("Warning", "BackOff", message);
      await this.#waitAfter({ reason: "CrashLoopBackOff", message });
    }
  }

  async #waitAfter(waiting: { readonly reason: string; readonly message: string }): Promise<void> {
    this.#change({ waiting });
    const { signal } = this.#stopping;
    await sleep(backoffSeconds(this.#crashes) * 1000, undefined, { signal }).catch(() => undefined);
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #wantsRestart({ exitCode }: Terminated): boolean {
    const policy = this.#context.pod.spec.restartPolicy ?? "Always";
    return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
  }

  async #runOnce(): Promise<Terminated> {
    this.#log.startTail();
    const { child, ports } = await launch(this.#context, this.#container, (chunk) => this.#log.write(chunk));
    this.#ports = ports;
    const startedAt = kubeTime();
    const containerID = this.#containerId(child);
    this.#child = child;
    this.#change({ running: { startedAt } });
    this.#context.event("Normal", "Started", `Started container ${this.name} as process ${child.pid}`);
    const probing = new AbortController();
    if (this.#stopped()) void child.stop(0);
    const probes = this.#probe(child, probing.signal);
    const exit = await child.exit;
    probing.abort();
    await probes;
    return { ...this.#terminated(exit), startedAt, containerID };
  }

  async #probe(child: Child, signal: AbortSignal): Promise<void> {
    const changed = (act: () => void): void => {
      if (signal.aborted) return;
      act();
      this.#context.changed();
    };
    await runProbes(
      this.#container,
      (port) => this.#context.portOf(port),
      {
        onStarted: () => changed(() => (this.#started = true)),
        onReady: (ready, message) =>
          changed(() => {
            this.#ready = ready;
            if (message !== undefined) this.#context.event("Warning", "Unhealthy", message);
          }),
        onDead: (message) => {
          this.#context.event("Warning", "Unhealthy", message);
          this.#context.event(
            "Normal",
            "Killing",
            `Container ${this.name} is restarted, since its ${message}`,
          );
          void child.stop(DEAD_GRACE_MS);
        },
      },
      signal,
    ).catch((error: unknown) => this.#context.event("Warning", "Unhealthy", String(error)));
  }

  #terminated({ exitCode, signal }: Exit): Omit<Terminated, "startedAt"> {
    const words = this.#log.lastLines(5);
    return {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      message: signal === undefined ? words : `ended by ${signal}\n${words}`,
      finishedAt: kubeTime(),
    };
  }

  #describeFailure(error: unknown): { readonly reason: string; readonly message: string } {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof UnknownImage ? "ErrImagePull" : "CreateContainerConfigError";
    // Said once, however often it is tried again.
    if (!("waiting" in this.#state) || this.#state.waiting.message !== message) {
      this.#context.event("Warning", "Failed", message);
    }
    return { reason, message };
  }

  #containerId(child: Child): string {
    return `process://${child.pid}`;
  }

  #change(state: ContainerState): void {
    this.#state = state;
    this.#context.changed();
  }
}
