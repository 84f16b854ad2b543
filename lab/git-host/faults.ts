/**
 * Makes a host misbehave, for a test: the next requests to a path get another answer, a late one, or none. Nothing does so
 * by itself, and no request can ask for it that has not the lab's own administrator's token in a header of its own.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { AccessToken } from "./access-token.ts";

const answer = z.strictObject({
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()).default({}),
  /** A text is sent as it is, anything else as JSON. */
  body: z.unknown().optional(),
});

/**
 * What goes wrong. `work` says whether the host does what it was asked before: then the request has worked, and its client
 * does not get to know.
 */
const misbehaviour = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("answer"), answer, work: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal("slow"), milliseconds: z.int().positive() }),
  /** The connection ends: without an answer, or, after the work, in the middle of it. */
  z.strictObject({ kind: z.literal("cut"), work: z.boolean().default(false) }),
]);

const fault = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
  /** A regular expression for the path with its query, such as `/keys$`. */
  path: z.string().min(1),
  /** How many requests are hit. */
  times: z.int().positive().default(1),
  /** How many of those that match are let through before. */
  after: z.int().nonnegative().default(0),
  does: misbehaviour,
});

/** What goes wrong, how often, and for which requests. */
export type Fault = z.input<typeof fault>;

/** An answer that a host gives instead of its own. */
export type FaultyAnswer = z.input<typeof answer>;

type Misbehaviour = z.output<typeof misbehaviour>;

/** Where a test orders them, and the header with the token. */
export const faultsPath = "/-/lab/faults";
export const faultsHeader = "x-lab-token";

/** The faults that a host still has to show. */
export class Faults {
  #pending: z.output<typeof fault>[] = [];

  /** @throws when a fault makes no sense */
  add(...wanted: readonly Fault[]): void {
    const read = wanted.map((one) => fault.parse(one));
    for (const { path } of read) new RegExp(path);
    this.#pending.push(...read);
  }

  /** What is still to go wrong, as `2 × POST /keys$`. */
  get left(): string[] {
    return this.#pending.map(({ method, path, times }) => `${times} × ${method} ${path}`);
  }

  clear(): void {
    this.#pending = [];
  }

  /** What is to happen to a request; nothing for most. The first fault that matches counts. */
  take(method: string, url: string): Misbehaviour | undefined {
    const found = this.#pending.find((one) => one.method === method && new RegExp(one.path).test(url));
    if (found === undefined) return undefined;
    if (found.after > 0) {
      found.after -= 1;
      return undefined;
    }
    found.times -= 1;
    this.#pending = this.#pending.filter(({ times }) => times > 0);
    return found.does;
  }

  /**
   * Takes a test's orders: POST adds a fault or a list of them, DELETE takes all back, GET tells what is left.
   *
   * @returns whether it was such a request, of somebody who may; else it is a request like any other
   */
  order(token: AccessToken, request: IncomingMessage, response: ServerResponse): boolean {
    const shown = request.headers[faultsHeader];
    if (request.url !== faultsPath || typeof shown !== "string" || !token.matches(shown)) return false;
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.once("end", () => {
      try {
        if (request.method === "DELETE") this.clear();
        if (request.method === "POST") this.add(...([JSON.parse(text)].flat() as Fault[]));
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ left: this.left }));
      } catch (error) {
        response.writeHead(400, { "content-type": "text/plain" }).end(String(error));
      }
    });
    return true;
  }
}

/**
 * Lets a request go wrong.
 *
 * @param work what the host would have done
 */
export async function misbehave(
  how: Misbehaviour,
  request: IncomingMessage,
  response: ServerResponse,
  work: () => void,
): Promise<void> {
  if (how.kind === "slow") {
    await sleep(how.milliseconds);
    work();
    return;
  }
  const instead = how.kind === "cut" ? cut(response, how.work) : give(response, how.answer);
  if (how.work) {
    instead.afterWork();
    work();
    return;
  }
  // What the client still sends is read, so that it gets to see the answer.
  request.resume().once("end", () => instead.now());
}

interface Instead {
  /** At once. */
  readonly now: () => void;
  /** When the host's own answer is ready, which is kept back. */
  readonly afterWork: () => void;
}

function give(response: ServerResponse, { status, headers, body }: z.output<typeof answer>): Instead {
  const [writeHead, end] = [response.writeHead.bind(response), response.end.bind(response)];
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  const now = () => {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    const length = String(Buffer.byteLength(text));
    writeHead(status, { "content-type": type, "content-length": length, ...headers });
    end(text);
  };
  return { now, afterWork: () => keepBack(response, now) };
}

function cut(response: ServerResponse, begun: boolean): Instead {
  const [writeHead, write] = [response.writeHead.bind(response), response.write.bind(response)];
  const now = () => {
    if (!begun) {
      response.destroy();
      return;
    }
    // More is promised than comes.
    writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": "1000" });
    write('{"', () => response.destroy());
  };
  return { now, afterWork: () => keepBack(response, now) };
}

/** Swallows what is written to a response, and does something else when that has come to its end. */
function keepBack(response: ServerResponse, then: () => void): void {
  response.writeHead = () => response;
  response.write = () => true;
  response.end = () => {
    then();
    return response;
  };
}
