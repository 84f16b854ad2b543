const PREFIX = "10.244.";

/**
 * Addresses for pods. Nothing listens on them: EndpointSlices need one that is unique and not loopback, and the
 * service proxy goes by the pod behind it.
 */
export class PodIPs {
  readonly #used = new Set<string>();
  #next = 1;

  /** The address that a pod had before, if it is of this range and free, else a new one. */
  take(before: string | undefined): string {
    if (before?.startsWith(PREFIX) === true && !this.#used.has(before)) {
      this.#used.add(before);
      return before;
    }
    for (;;) {
      const ip = `${PREFIX}${Math.floor(this.#next / 250) % 250}.${(this.#next % 250) + 1}`;
      this.#next += 1;
      if (!this.#used.has(ip)) {
        this.#used.add(ip);
        return ip;
      }
    }
  }

  release(ip: string): void {
    this.#used.delete(ip);
  }
}
