import { setTimeout as sleep } from "node:timers/promises";
import type { Container, Probe } from "./pod.ts";
import { ask, type ProbeResult } from "./probe.ts";

/** What a prober reports of one run of a container. */
export interface ProbeListener {
  /** Whether the startup probe has passed (at once when there is none). */
  readonly onStarted: () => void;
  readonly onReady: (ready: boolean, message?: string) => void;
  /** The liveness or startup probe has failed as often as its threshold allows: the process has to be restarted. */
  readonly onDead: (message: string) => void;
}

/** Milliseconds between the questions to a container that has not been ready yet. */
const EAGER_MS = 250;

/**
 * Asks a container's probes until the signal aborts.
 * Until the first success it asks four times a second instead of once a period, so that a rollout is not held up.
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export async function runProbes(
  container: Container,
  portOf: (port: number) => number,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<void> {
  const once = (probe: Probe): Promise<ProbeResult> => ask(probe, container, portOf);
  const { startupProbe, readinessProbe, livenessProbe } = container;
  try {
    if (startupProbe !== undefined && !(await passesStartup(startupProbe, once, signal))) {
      listener.onDead(`startup probe failed`);
      return;
    }
    listener.onStarted();
    if (readinessProbe === undefined) listener.onReady(true);
    await Promise.all([
      readinessProbe && probeReadiness(readinessProbe, once, listener, signal),
      livenessProbe && probeLiveness(livenessProbe, once, listener, signal),
    ]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

type Once = (probe: Probe) => Promise<ProbeResult>;

async function passesStartup(probe: Probe, once: Once, signal: AbortSignal): Promise<boolean> {
  const patience = periodMs(probe) * (probe.failureThreshold ?? 3);
  await pause(initialMs(probe), signal);
  for (let waited = 0; waited <= patience; waited += EAGER_MS) {
    if ((await once(probe)).ok) return true;
    await pause(EAGER_MS, signal);
  }
  return false;
}

async function probeReadiness(
  probe: Probe,
  once: Once,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let ready = false;
  await pause(initialMs(probe), signal);
  while (!signal.aborted) {
    const result = await once(probe);
    failures = result.ok ? 0 : failures + 1;
    if (result.ok !== ready && (result.ok || failures >= (probe.failureThreshold ?? 3))) {
      ready = result.ok;
      listener.onReady(ready, result.ok ? undefined : result.message);
    }
    await pause(ready ? periodMs(probe) : Math.min(EAGER_MS, periodMs(probe)), signal);
  }
}

async function probeLiveness(
  probe: Probe,
  once: Once,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  await pause(Math.max(initialMs(probe), periodMs(probe)), signal);
  while (!signal.aborted) {
    const result = await once(probe);
    failures = result.ok ? 0 : failures + 1;
    if (!result.ok && failures >= (probe.failureThreshold ?? 3)) {
      listener.onDead(`liveness probe failed ${failures} times: ${result.message}`);
      return;
    }
    await pause(periodMs(probe), signal);
  }
}

function periodMs(probe: Probe): number {
  return (probe.periodSeconds ?? 10) * 1000;
}

function initialMs(probe: Probe): number {
  return (probe.initialDelaySeconds ?? 0) * 1000;
}

/** Ends with an exception when the signal aborts: the callers' loops end with it. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
