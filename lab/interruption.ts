/** Ctrl-C, the end of the terminal, and `kill`: the command ends what must not stay half-done, and then itself. */
import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof signals)[number];

/** The command was told to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** What a shell expects of a command that this signal ended. */
  readonly exitCode: number;

  constructor(signal: Signal) {
    super("interrupted");
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** npm passes a Ctrl-C on that the terminal has sent to all its processes already: these milliseconds make one of both. */
const sameMs = 500;

/** Watches for the signals that ask a command to end. The first aborts `signal`; the second ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #say: (line: string) => void;
  #last = -Infinity;
  #instead: ((signal: Signal) => void) | undefined;

  /** @param say tells the user that the signal was heard, where the end may take seconds */
  constructor(say: (line: string) => void) {
    this.#say = say;
    for (const signal of signals) process.on(signal, () => this.#heard(signal));
  }

  /** Aborted by the first signal; the reason is an `Interrupted`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives every signal to `instead` as long as `work` goes on: the second does not end the process then. */
  async during<T>(instead: (signal: Signal) => void, work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    this.#instead = instead;
    try {
      return await work();
    } finally {
      this.#instead = undefined;
    }
  }

  #heard(signal: Signal): void {
    const now = performance.now();
    const again = now - this.#last > sameMs;
    this.#last = now;
    if (!again) return;
    const interrupted = new Interrupted(signal);
    const first = !this.signal.aborted;
    if (first) this.#controller.abort(interrupted);
    if (this.#instead !== undefined) this.#instead(signal);
    else if (!first) process.exit(interrupted.exitCode);
    else this.#say("Interrupted: ending what has begun. Once more, and it ends at once.");
  }
}
