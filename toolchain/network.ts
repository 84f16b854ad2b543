import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { createWriteStream } from "node:fs";
import * as http from "node:http";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, messageOf } from "./errors.ts";

/** A maker's host did not answer. It is not asked again by the same `Network`. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** A maker's host answered, and what it answered is not to be used. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export interface NetworkOptions {
  /** Milliseconds for a host's first answer. Default 3,000: a machine without network loses no more than that. */
  readonly connectMs?: number;
  /** Milliseconds without a byte after which a host counts as silent. Default 15,000. */
  readonly stallMs?: number;
  /** Default `process.env`; only HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The way to the makers' hosts for one run: quick to give up, and every host that failed once is left alone, so that
 * a machine without a network loses seconds and not minutes.
 */
export class Network {
  readonly #connectMs: number;
  readonly #stallMs: number;
  readonly #env: NodeJS.ProcessEnv;
  /** Host → why it counts as silent. */
  readonly #silent = new Map<string, string>();
  readonly #answered = new Set<string>();

  constructor(options: NetworkOptions = {}) {
    this.#connectMs = options.connectMs ?? 3000;
    this.#stallMs = options.stallMs ?? 15_000;
    this.#env = options.env ?? process.env;
  }

  /** Host → reason, of all hosts that did not answer. */
  get silent(): ReadonlyMap<string, string> {
    return this.#silent;
  }

  /** Whether the host of that address may still be asked. */
  reachable(url: string): boolean {
    return !this.#silent.has(new URL(url).host);
  }

  /** Asks the hosts of these addresses once, all at the same time, so that their time-outs do not add up. */
  async probe(urls: Iterable<string>): Promise<void> {
    const origins = new Map<string, string>();
    for (const url of urls) {
      const { host, origin } = new URL(url);
      if (!this.#silent.has(host) && !this.#answered.has(host)) origins.set(host, origin);
    }
    const first = [...origins.values()][0];
    if (first === undefined) return;
    if (!(await this.#namesResolve(new URL(first).hostname))) {
      const seconds = this.#connectMs / 1000;
      for (const host of origins.keys())
        this.#silent.set(host, `no name server answered within ${seconds} s`);
      return;
    }
    await Promise.all(
      [...origins].map(async ([host, origin]) => {
        try {
          const answer = await this.#ask(
            `${origin}/`,
            { method: "HEAD", redirect: "manual" },
            this.#connectMs,
          );
          await answer.body?.cancel();
          this.#answered.add(host);
        } catch {
          // Remembered by #ask.
        }
      }),
    );
  }

  /** The text at an address. @throws Unreachable or Refused */
  async text(url: string, headers: Record<string, string> = {}): Promise<string> {
    const { answer, alive } = await this.#get(url, headers);
    try {
      return await answer.text();
    } catch (error) {
      throw this.#failed(url, error);
    } finally {
      alive.stop();
    }
  }

  /**
   * Writes what is at an address to a file.
   *
   * @returns its SHA-256 in hexadecimal
   * @throws Unreachable or Refused; errors of the file system (a full disk) as they are
   */
  async file(
    url: string,
    path: string,
    headers: Record<string, string> = {},
    onBytes: (count: number) => void = () => undefined,
  ): Promise<string> {
    // No compression on the way: the checksum is that of the file.
    const { answer, alive } = await this.#get(url, { "accept-encoding": "identity", ...headers });
    const hash = createHash("sha256");
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        alive.again();
        hash.update(chunk);
        onBytes(chunk.length);
        done(null, chunk);
      },
    });
    try {
      const body = answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body);
      await pipeline(body, tap, createWriteStream(path));
      return hash.digest("hex");
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOSPC" || code === "EACCES" || code === "EROFS" || code === "EDQUOT") throw error;
      throw this.#failed(url, error);
    } finally {
      alive.stop();
    }
  }

  async #get(url: string, headers: Record<string, string>): Promise<{ answer: Response; alive: Alive }> {
    const alive = new Alive(this.#stallMs);
    try {
      const answer = await this.#ask(url, { headers, signal: alive.signal });
      if (answer.ok) return { answer, alive };
      await answer.body?.cancel();
      throw new Refused(`${url} answers ${answer.status} ${answer.statusText}`.trimEnd());
    } catch (error) {
      alive.stop();
      throw error;
    }
  }

  async #ask(url: string, init: RequestInit, withinMs?: number): Promise<Response> {
    const { host } = new URL(url);
    const known = this.#silent.get(host);
    if (known !== undefined) throw new Unreachable(`${host}: ${known}`);
    const limit = withinMs === undefined ? {} : { signal: AbortSignal.timeout(withinMs) };
    const restore = this.#useProxy();
    try {
      return await fetch(url, { ...init, ...limit });
    } catch (error) {
      throw this.#failed(url, error);
    } finally {
      restore();
    }
  }

  /** Remembers the host as silent. */
  #failed(url: string, error: unknown): Unreachable {
    const { host } = new URL(url);
    const reason = reasonOf(error);
    this.#silent.set(host, reason);
    return new Unreachable(`${host}: ${reason}`);
  }

  /**
   * Whether names are resolved at all. A look-up without an answer blocks one of Node's four worker threads for up
   * to half a minute, and so, for several hosts, everything else; therefore one name is tried first.
   */
  async #namesResolve(hostname: string): Promise<boolean> {
    if (this.#proxies() !== undefined) return true;
    const late = new AbortController();
    const answered = lookup(hostname).then(
      () => true,
      () => true,
    );
    const silent = sleep(this.#connectMs, false, { signal: late.signal }).catch(() => false);
    const result = await Promise.race([answered, silent]);
    late.abort();
    return result;
  }

  #proxies(): Record<string, string> | undefined {
    const chosen = Object.entries(this.#env).filter(
      ([name, value]) => /^https?_proxy$/i.test(name) && value !== undefined && value !== "",
    );
    if (chosen.length === 0) return undefined;
    const exceptions = this.#env.NO_PROXY ?? this.#env.no_proxy ?? "";
    const proxies = Object.fromEntries(chosen.map(([name, value]) => [name.toLowerCase(), value ?? ""]));
    return { ...proxies, no_proxy: [exceptions, "127.0.0.1", "localhost"].filter(Boolean).join(",") };
  }

  /** Node's fetch takes proxies process-wide or not at all; so only while a request of ours is being sent. */
  #useProxy(): () => void {
    const proxies = this.#proxies();
    if (proxies === undefined) return () => undefined;
    if (proxied.users++ === 0) proxied.restore = http.setGlobalProxyFromEnv(proxies);
    return () => {
      if (--proxied.users === 0) proxied.restore();
    };
  }
}

/** How many requests are being sent through the process-wide proxy just now, and what ends it. */
const proxied: { users: number; restore: () => void } = { users: 0, restore: () => undefined };

/** Aborts a transfer that has stood still for too long. */
class Alive {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`silent for ${ms / 1000} s`));
    }, ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  again(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `name not resolved (${code})`;
  if (code === "ECONNREFUSED") return "connection refused";
  if (error instanceof Error && error.name === "TimeoutError") return "no answer in time";
  return messageOf(error);
}
