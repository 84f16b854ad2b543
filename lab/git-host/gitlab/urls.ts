/** The addresses that answers name. */
export class Urls {
  /** `127.0.0.1`, as GitLab names itself in the comments of keys. */
  readonly host = "127.0.0.1";
  readonly #web: string;
  readonly #ssh: string;

  constructor(httpPort: number, sshPort: number) {
    this.#web = `http://${this.host}:${httpPort}`;
    this.#ssh = `ssh://git@${this.host}:${sshPort}`;
  }

  /** A path of the API. */
  api(path: string): string {
    return `${this.#web}/api/v4${path}`;
  }

  /** A path of the pages for people. */
  web(path: string): string {
    return `${this.#web}${path}`;
  }

  /** @param path full path of a project */
  clone(path: string): string {
    return this.web(`/${path}.git`);
  }

  /** As GitLab writes it where SSH has a port of its own. */
  ssh(path: string): string {
    return `${this.#ssh}/${path}.git`;
  }
}
