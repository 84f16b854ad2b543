/** Who may read and write which repository with Git: each kind of host has rules and words of its own. */
import type { Repository } from "./store.ts";

/** What a Git client asks for. */
export interface GitRequest {
  readonly service: "git-upload-pack" | "git-receive-pack";
  /** Path of the account or namespace, which may have several parts on a host that nests them. */
  readonly owner: string;
  readonly name: string;
}

/** A request that is served. */
export interface Granted {
  readonly repository: Repository;
  /** Further environment of git, for its hooks. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A request that is not. */
export interface Refused {
  /** For the client's user; without a secret. */
  readonly refusal: string;
}

/** A refusal over HTTP. */
export interface HttpRefused extends Refused {
  readonly status: 401 | 403 | 404;
}

/** Decides about requests over HTTP. */
export interface GitHttpAccess {
  /** What a client is told of where to log in, as the `realm`. */
  readonly realm: string;
  /**
   * @param service undefined when the client speaks the old protocol, which nobody may; who asks is judged all the same
   * @param authorization header of that name
   */
  judge(
    wanted: Omit<GitRequest, "service"> & { readonly service: GitRequest["service"] | undefined },
    authorization: string | undefined,
  ): Granted | HttpRefused | Promise<Granted | HttpRefused>;
}

/** Somebody who holds an SSH key that the host knows. */
export interface SshClient {
  /** The key in OpenSSH's form: type and blob. */
  readonly key: string;
  /** What is answered to whoever wants a shell. */
  readonly greeting: string;
  judge(wanted: GitRequest): Granted | Refused | Promise<Granted | Refused>;
}

/** Knows who holds which SSH key. */
export interface GitSshAccess {
  /**
   * @param type of the key, such as `ssh-ed25519`
   * @param blob the key as SSH sends it
   */
  client(type: string, blob: Buffer): SshClient | undefined;
  /** A refusal as the host words it for a client of SSH. */
  banner(refusal: string): string;
}
