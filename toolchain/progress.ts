/** Where progress is written to: a stream such as `process.stderr`. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  /** Default: `process.stderr`, so that stdout stays a command's answer. */
  readonly stream?: ProgressStream;
  /** Whether one line is rewritten in place. Default: the stream is a terminal. */
  readonly live?: boolean;
  /** Seconds between two lines of a running task where no line can be rewritten. Default 20. */
  readonly everySeconds?: number;
  /** Milliseconds of a clock. Default `performance.now`. */
  readonly now?: () => number;
}

/** What a running task says of itself. `elapsed` is in seconds. */
export type Status = (elapsed: number) => string;

/**
 * Everything that the toolchain tells the user goes through one of these: lasting lines, and the state of what runs
 * just now, which on a terminal is one line rewritten every second and elsewhere a line every 20 seconds.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #live: boolean;
  readonly #everyMs: number;
  readonly #now: () => number;
  #shown = false;

  constructor(options: ProgressOptions = {}) {
    this.#stream = options.stream ?? process.stderr;
    this.#live = options.live ?? this.#stream.isTTY === true;
    this.#everyMs = (options.everySeconds ?? 20) * 1000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Writes a line that stays. */
  note(text: string): void {
    this.#clear();
    this.#stream.write(`${text}\n`);
  }

  /**
   * Shows `status` while `work` runs. One task at a time: what runs side by side shares one.
   * The task leaves no line of its own behind; `note` the outcome.
   */
  async during<T>(status: Status, work: () => Promise<T>): Promise<T> {
    const start = this.#now();
    const elapsed = (): number => (this.#now() - start) / 1000;
    const show = (): void => (this.#live ? this.#rewrite(status(elapsed())) : this.note(status(elapsed())));
    if (this.#live) show();
    const timer = setInterval(show, this.#live ? 1000 : this.#everyMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.#clear();
    }
  }

  #rewrite(text: string): void {
    const width = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`\r\u001B[K${text.slice(0, width)}`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) this.#stream.write("\r\u001B[K");
    this.#shown = false;
  }
}

/** A progress that says nothing. */
export function silentProgress(): Progress {
  return new Progress({ stream: { write: () => true }, live: false, everySeconds: 3600 });
}

/** `45 s`, `3 min`, `1 min 20 s`: seconds for people. Above five minutes the seconds are left out. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole >= 300) return `${Math.round(whole / 60)} min`;
  const rest = whole % 60;
  return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
}

/** `12 MiB`, `1.3 GiB` */
export function size(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
