import type { Repository } from "../store.ts";

/** The addresses that answers name. */
export class Urls {
  readonly #web: string;
  readonly #ssh: string;

  constructor(httpPort: number, sshPort: number) {
    this.#web = `http://127.0.0.1:${httpPort}`;
    this.#ssh = `ssh://git@127.0.0.1:${sshPort}`;
  }

  /** A path of the API, as GitHub Enterprise Server has it. */
  api(path: string): string {
    return `${this.#web}/api/v3${path}`;
  }

  /** A path of the pages for people. */
  web(path: string): string {
    return `${this.#web}${path}`;
  }

  /** A repository's path in the API. */
  repository({ owner, name }: Pick<Repository, "owner" | "name">): string {
    return this.api(`/repos/${owner}/${name}`);
  }

  clone({ owner, name }: Pick<Repository, "owner" | "name">): string {
    return this.web(`/${owner}/${name}.git`);
  }

  /** GitHub's own is of the form of scp, which cannot hold a port. */
  ssh({ owner, name }: Pick<Repository, "owner" | "name">): string {
    return `${this.#ssh}/${owner}/${name}.git`;
  }
}

/** GitHub's opaque id of a thing, in its older form. */
export function nodeId(type: string, id: number | string): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString("base64");
}
