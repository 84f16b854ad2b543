import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { Unroutable } from "./service-resolver.ts";

/** Where on 127.0.0.1 a host and port are. @throws Unroutable */
export type Resolve = (host: string, port: number) => Promise<number>;

/** Headers that are between two neighbours only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
];

/**
 * A forward proxy for names of the cluster's Services, for the processes' HTTP_PROXY. Everything else is refused with
 * a 502: nothing in the lab reaches the outside by way of it.
 */
export function createServiceProxy(resolve: Resolve): Server {
  const server = createServer((request, response) => {
    forward(resolve, request, response).catch((error: unknown) => refuse(response, error));
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    // A client that hangs up on a refusal must not end the process.
    client.on("error", () => client.destroy());
    tunnel(resolve, request, client, head).catch((error: unknown) => {
      const text = `${describe(error)}\n`;
      client.end(
        `HTTP/1.1 502 ${describe(error)}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
    });
  });
  return server;
}

/** Leads from one port of this machine to one Service, at its port 80, as an ingress of a real cluster does. */
export function createIngress(resolve: Resolve, host: string): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", `http://${host}`);
    pass(resolve, url, request, response).catch((error: unknown) => refuse(response, error));
  });
}

async function forward(resolve: Resolve, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Absolute form from a proxy's client; origin form (and the Host header) when somebody addresses the proxy itself.
  await pass(
    resolve,
    new URL(request.url ?? "/", `http://${request.headers.host ?? "unknown"}`),
    request,
    response,
  );
}

async function pass(
  resolve: Resolve,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url.protocol !== "http:") throw new Unroutable(`${url.protocol}: the proxy speaks http`);
  const port = await resolve(url.hostname, url.port === "" ? 80 : Number(url.port));
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.includes(name)),
  );
  const path = url.pathname + url.search;
  await new Promise<void>((done, fail) => {
    const onward = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method: request.method,
        headers: { ...headers, host: url.host },
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on("end", done);
        answer.on("error", fail);
      },
    );
    onward.on("error", fail);
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
}

async function tunnel(
  resolve: Resolve,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const { hostname, port } = new URL(`http://${request.url ?? ""}`);
  const local = await resolve(hostname, port === "" ? 80 : Number(port));
  const onward = connect(local, "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    onward.write(head);
    onward.pipe(client);
    client.pipe(onward);
  });
  onward.on("error", () => client.destroy());
  client.on("close", () => onward.destroy());
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { "content-type": "text/plain; charset=utf-8" }).end(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof Unroutable ? message : `the service proxy failed: ${message}`;
  return text.replace(/[\r\n]+/g, " ");
}
