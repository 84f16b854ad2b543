import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KubeConnection } from "./kubeconfig.ts";
import { decodeStatus, type StatusBody } from "./kube-types.ts";

/** What a request to the Kubernetes API may carry besides its path. */
export interface KubeRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string;
  /** Milliseconds without an answer after which the request fails. @default 15000 */
  readonly timeoutMs?: number;
}

/** An answer of the Kubernetes API that is not a success: `code` is the HTTP status, `reason` the API's own word. */
export class KubeApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(what: string, code: number, status: StatusBody) {
    super(
      `${what}: the Kubernetes API answered ${code} ${status.message ?? status.reason ?? "(no message)"}`,
    );
    this.name = "KubeApiError";
    this.code = code;
    this.reason = status.reason ?? "";
  }
}

/** Whether `error` is an answer of the Kubernetes API with this HTTP status. */
export function isStatus(error: unknown, code: number): boolean {
  return error instanceof KubeApiError && error.code === code;
}

/**
 * A small client of the Kubernetes API over node:https with a client certificate. It exists because the lab needs a
 * dozen calls and two watches, and starts faster and smaller without a generated client.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export class KubeApi {
  readonly server: string;
  readonly #connection: KubeConnection;
  readonly #agent: Agent;

  constructor(connection: KubeConnection) {
    this.server = connection.server;
    this.#connection = connection;
    const { ca, cert, key } = connection;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 32, ca, cert, key });
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  async get<T>(path: string, query?: Record<string, string>): Promise<T> {
    return this.request<T>("GET", path, query === undefined ? {} : { query });
  }

  /** Like `get`, but a 404 gives `undefined`. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async post<T>(path: string, body: unknown, query?: Record<string, string>): Promise<T> {
    return this.request<T>("POST", path, query === undefined ? { body } : { body, query });
  }

  /** JSON merge patch: lists are replaced whole, `null` removes. */
  async mergePatch<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>("PATCH", path, { body, contentType: "application/merge-patch+json" });
  }

  /** Server-side apply as the lab's own field manager; takes fields over from others. */
  async apply<T>(path: string, body: unknown): Promise<T> {
    const query = { fieldManager: "slipway-lab", force: "true" };
    return this.request<T>("PATCH", path, { body, query, contentType: "application/apply-patch+yaml" });
  }

  async delete(path: string, body?: unknown): Promise<void> {
    await this.request("DELETE", path, { body });
  }

  /** Sends one request and decodes the JSON answer (an answer that is no JSON is given as text). */
  async request<T>(method: string, path: string, options: KubeRequest = {}): Promise<T> {
    const response = await this.#send(method, path, options);
    const text = await readText(response);
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw new KubeApiError(`${method} ${path}`, code, decodeStatus(text));
    const json = response.headers["content-type"]?.includes("json") === true;
    return (json ? JSON.parse(text) : text) as T;
  }

  /** Opens a request whose answer is a stream of lines (a watch) and calls back per line until it ends. */
  async lines(
    path: string,
    query: Record<string, string>,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#send("GET", path, { query, timeoutMs: 0 }, signal);
    const code = response.statusCode ?? 0;
    if (code !== 200) throw new KubeApiError(`GET ${path}`, code, decodeStatus(await readText(response)));
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of response) {
      const parts = (rest + String(chunk)).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) if (line !== "") onLine(line);
    }
  }

  #send(method: string, path: string, options: KubeRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(path, this.#connection.server);
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = { accept: "application/json" };
    if (payload !== undefined) {
      headers["content-type"] = options.contentType ?? "application/json";
      headers["content-length"] = String(Buffer.byteLength(payload));
    }
    const timeoutMs = options.timeoutMs ?? 15_000;
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        url,
        { method, headers, agent: this.#agent, ...(signal && { signal }), timeout: timeoutMs },
        resolve,
      );
      request.on("timeout", () =>
        request.destroy(new Error(`${method} ${path}: no answer from ${url.host} in ${timeoutMs} ms`)),
      );
      request.on("error", reject);
      request.end(payload);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}
