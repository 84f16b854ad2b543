import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ServerChannel } from "ssh2";
import { gitEnvironment } from "./git-command.ts";

/** What a client may set GIT_PROTOCOL to, such as `version=2`. */
const protocolPattern = /^[a-z0-9=:.-]{1,100}$/;

/** One of git's services, with its standard streams on an SSH channel. */
export class GitSshProcess {
  readonly #channel: ServerChannel;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exitCode: Promise<number>;

  /**
   * @param repository folder of the bare repository
   * @param settings.protocol what the client sets GIT_PROTOCOL to
   * @param settings.environment further environment of the service
   */
  constructor(
    channel: ServerChannel,
    service: string,
    repository: string,
    settings: {
      readonly protocol: string | undefined;
      readonly environment: Readonly<Record<string, string>> | undefined;
    },
  ) {
    this.#channel = channel;
    const { protocol } = settings;
    const environment: Record<string, string> = { ...settings.environment };
    if (protocol !== undefined && protocolPattern.test(protocol)) environment["GIT_PROTOCOL"] = protocol;
    this.#child = spawn("git", [service.replace(/^git-/, ""), repository], {
      env: gitEnvironment(environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#exitCode = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      // `close` comes when the output has been read to its end; a killed process has no code.
      this.#child.once("close", (code) => resolve(code ?? 128));
    });
    this.#exitCode.catch(() => undefined);
    channel.once("close", () => this.#abandon());
    channel.on("error", () => this.#abandon());
  }

  /**
   * Lets the service talk with the client.
   *
   * @returns its exit code, when it has ended and all its output is on the channel
   */
  async run(): Promise<number> {
    // A service that ends early does not read the rest.
    this.#child.stdin.on("error", () => undefined);
    this.#channel.pipe(this.#child.stdin);
    // Both pipes hold the service back while the client's window is full.
    this.#child.stdout.pipe(this.#channel, { end: false });
    this.#child.stderr.pipe(this.#channel.stderr, { end: false });
    return this.#exitCode;
  }

  /** Tells the client how it ended, after everything that was written. */
  finish(exitCode: number): void {
    if (this.#channel.destroyed) return;
    this.#channel.stderr.end(() => {
      this.#channel.exit(exitCode);
      this.#channel.end();
    });
  }

  /** The client is gone: what the service still says goes nowhere, and must not hold it back. */
  #abandon(): void {
    this.#child.kill();
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.unpipe();
      output.resume();
    }
  }
}
