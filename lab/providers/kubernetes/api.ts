import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { isObject, objectsAt, textAt, type Json, type JsonObject } from "../values.ts";
import type { Connection } from "./kubeconfig.ts";

/** The API server answered with an error. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly code: number;
  /** Kubernetes' own reason, such as NotFound, AlreadyExists, Conflict, Invalid. */
  readonly reason: string;
  /** The whole answer. */
  readonly status: JsonObject;

  constructor(code: number, status: JsonObject) {
    super(textAt(status, "message") || `the API server answered with HTTP status ${code}`);
    this.name = "ApiError";
    this.code = code;
    this.reason = textAt(status, "reason");
    this.status = status;
  }

  /** Whether the answer is that the namespace, not the object, does not exist. */
  get isNamespaceMissing(): boolean {
    const { code } = this;
    return code === 404 && textAt(this.status, "details", "kind") === "namespaces";
  }

  /** The causes that name fields. */
  get fields(): readonly string[] {
    return objectsAt(this.status, "details", "causes").map((cause) => textAt(cause, "field"));
  }
}

/** Nobody answers at the API server's address. */
export class UnreachableError extends Error {}

/** A request to the API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | boolean | undefined>>;
  readonly body?: Json;
  /** @default "application/json" */
  readonly contentType?: string;
}

/** What a watch reports. */
export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ENOENT",
]);
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A client of one API server: JSON over connections that are kept open. It knows nothing of kinds.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export class Api {
  readonly #connection: Connection;
  readonly #agent: http.Agent;

  constructor(connection: Connection) {
    this.#connection = connection;
    // Idle connections are closed here, before the server closes them under a request.
    const keepAlive = { keepAlive: true, maxSockets: 256, scheduling: "lifo", timeout: 30_000 } as const;
    this.#agent =
      connection.server.protocol === "http:"
        ? new http.Agent(keepAlive)
        : new https.Agent({
            ...keepAlive,
            ca: connection.ca,
            cert: connection.cert,
            key: connection.key,
            servername: connection.serverName,
            rejectUnauthorized: !connection.skipVerify,
          });
  }

  /** The server's address, for messages. */
  get address(): string {
    return this.#connection.server.host;
  }

  /** Sends a request. Errors with an `ApiError`, or an `UnreachableError` when nobody answers. */
  async send(request: ApiRequest, signal?: AbortSignal): Promise<JsonObject> {
    const response = await this.#open(request, signal);
    const text = await readAll(response);
    return decodeResponse(response, text);
  }

  /** Watches a collection from a version on; ends when the server ends it, or with the signal. */
  async *watch(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const response = await this.#open({ method: "GET", path, query: { ...query, watch: "true" } }, signal);
    if (response.statusCode !== 200) {
      decodeResponse(response, await readAll(response));
      return;
    }
    try {
      for await (const line of createInterface({ input: response })) {
        const event = JSON.parse(line) as JsonObject;
        const object = event["object"];
        if (!isObject(object)) continue;
        const type = textAt(event, "type");
        if (type === "ERROR") throw new ApiError(Number(object["code"] ?? 410), object);
        yield { type, object };
      }
    } finally {
      response.destroy();
    }
  }

  async #open(request: ApiRequest, signal?: AbortSignal): Promise<http.IncomingMessage> {
    const { server, token } = this.#connection;
    const url = new URL(server);
    url.pathname = server.pathname.replace(/\/$/, "") + request.path;
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers: http.OutgoingHttpHeaders = {
      accept: "application/json",
      "user-agent": "slipway-lab-provider",
    };
    if (body) {
      headers["content-type"] = request.contentType ?? "application/json";
      headers["content-length"] = body.length;
    }
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const open = (): Promise<http.IncomingMessage> =>
      this.#exchange(url, { method: request.method, headers, signal }, body);
    try {
      return await open();
    } catch (error) {
      // A kept connection that the server has just closed: nothing was sent on it.
      if (errorCode(error) === "ECONNRESET" && request.method === "GET") return open();
      throw error;
    }
  }

  #exchange(
    url: URL,
    options: { method: string; headers: http.OutgoingHttpHeaders; signal: AbortSignal | undefined },
    body: Buffer | undefined,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const client = url.protocol === "http:" ? http : https;
      const { signal, ...rest } = options;
      const outgoing = client.request(
        url,
        { ...rest, ...(signal ? { signal } : {}), agent: this.#agent },
        resolve,
      );
      outgoing.on("socket", (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(() => socket.destroy(timeoutError()), CONNECT_TIMEOUT_MS);
        socket.once("connect", () => clearTimeout(timer));
        socket.once("close", () => clearTimeout(timer));
      });
      outgoing.on("error", (error) => reject(this.#translate(error)));
      outgoing.end(body);
    });
  }

  #translate(error: Error): Error {
    const code = errorCode(error);
    if (!UNREACHABLE.has(code)) return error;
    return new UnreachableError(`no Kubernetes API answers at ${this.address} (${code})`);
  }
}

function timeoutError(): Error {
  return Object.assign(new Error("connecting took too long"), { code: "ETIMEDOUT" });
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function decodeResponse(response: http.IncomingMessage, text: string): JsonObject {
  const code = response.statusCode ?? 0;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = { message: text.trim().slice(0, 500) };
  }
  if (code < 200 || code > 299) throw new ApiError(code, body as JsonObject);
  return body as JsonObject;
}
