import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { Container, Probe } from "./pod.ts";

/** The answer of one probe: `ok`, or why not. */
export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** The port that a probe means, by number or by the name of a container's port. */
export function probePort(container: Container, port: number | string): number {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  const number = named ?? Number(port);
  if (!Number.isInteger(number))
    throw new Error(`probe: container ${container.name} has no port named ${port}`);
  return number;
}

/**
 * Asks once, at the port on 127.0.0.1 where the container's own was moved to. A kind of probe that the process node
 * does not know (exec, grpc) counts as passed.
 */
export async function ask(
  probe: Probe,
  container: Container,
  portOf: (port: number) => number,
): Promise<ProbeResult> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet !== undefined) return askHttp(probe.httpGet, container, portOf, timeout);
  if (probe.tcpSocket !== undefined) {
    return askTcp(portOf(probePort(container, probe.tcpSocket.port)), timeout);
  }
  return { ok: true };
}

function askHttp(
  get: NonNullable<Probe["httpGet"]>,
  container: Container,
  portOf: (port: number) => number,
  timeout: number,
): Promise<ProbeResult> {
  const headers = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const port = portOf(probePort(container, get.port));
  const path = get.path ?? "/";
  const options = {
    host: "127.0.0.1",
    port,
    path,
    headers,
    timeout,
    agent: false,
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const request = (get.scheme === "HTTPS" ? httpsRequest : httpRequest)(options, (response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      resolve(
        code >= 200 && code < 400
          ? { ok: true }
          : { ok: false, message: `HTTP probe of ${path} answered ${code}` },
      );
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${timeout} ms`)));
    request.on("error", (error) =>
      resolve({ ok: false, message: `HTTP probe of ${path}: ${error.message}` }),
    );
    request.end();
  });
}

function askTcp(port: number, timeout: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.on("connect", () => end({ ok: true }));
    socket.on("timeout", () => end({ ok: false, message: `TCP probe: no answer in ${timeout} ms` }));
    socket.on("error", (error) => end({ ok: false, message: `TCP probe: ${error.message}` }));
  });
}
