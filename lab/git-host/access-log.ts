/** What could make two lines of one, or speak to a terminal. */
const controls = /[\0-\x1f\x7f]/g;

/** Writes one line; stdout of the process, or a list in a test. */
export type WriteLine = (line: string) => void;

/** One line for every request: when, how, what, and how it ended. Never a query, a header or a body. */
export class AccessLog {
  readonly #write: WriteLine;
  readonly #secrets: readonly string[];

  /**
   * @param secrets what must not appear even where a client puts it into a path
   */
  constructor(write: WriteLine, secrets: readonly string[]) {
    this.#write = write;
    this.#secrets = secrets;
  }

  /** Notes a request over HTTP with its path, or over SSH with its command. */
  note(transport: "http" | "ssh", method: string, path: string, outcome: number | string): void {
    this.#line(`${transport} ${method} ${path} ${outcome}`.replaceAll(controls, "?"));
  }

  /** Notes that the host itself failed, with what is needed to find out why. */
  failure(where: string, error: unknown): void {
    this.#line(
      `failure ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  #line(text: string): void {
    const clean = this.#secrets.reduce((line, secret) => line.replaceAll(secret, "***"), text);
    this.#write(`${new Date().toISOString()} ${clean}`);
  }
}
