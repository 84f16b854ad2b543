/** What every kind of Git host is made of: a data folder, repositories, and Git and an API on two ports of 127.0.0.1. */
import { join, resolve } from "node:path";
import type { FastifyInstance } from "fastify";
import { AccessLog, type WriteLine } from "./access-log.ts";
import { AccessToken } from "./access-token.ts";
import { type DataDirectory, openDataDirectory, writeKnownHosts } from "./data-directory.ts";
import type { Faults } from "./faults.ts";
import type { GitHttpAccess, GitSshAccess } from "./git-access.ts";
import { GitHttp } from "./git-http.ts";
import { GitSsh } from "./git-ssh.ts";
import { HttpServer } from "./http-server.ts";
import { Repositories } from "./repositories.ts";
import { Store } from "./store.ts";

/** How to start a host. */
export interface HostOptions {
  /** Folder that keeps everything; made if need be. One process at a time may use it. */
  readonly directory: string;
  /** Port of the API and of Git over HTTP; 0 takes any free one. */
  readonly httpPort: number;
  /** Port of Git over SSH; 0 takes any free one. */
  readonly sshPort: number;
  /** Organisations, or groups at the top. */
  readonly owners: readonly string[];
  /** Login of the user whom the token belongs to. @default "lab-admin" */
  readonly administrator?: string;
  /** Takes the lines of the access log. @default console.log */
  readonly writeLine?: WriteLine;
}

/** A host that serves. */
export interface ServedHost {
  /** `http://127.0.0.1:N` */
  readonly url: string;
  /** `ssh://git@127.0.0.1:M` */
  readonly sshUrl: string;
  /** The administrator's token; secret. Also in `tokenFile`. */
  readonly token: string;
  readonly tokenFile: string;
  /** The SSH host key in the form of known_hosts. */
  readonly knownHostsFile: string;
  /** What a test makes go wrong; another process orders it at `faultsPath`. */
  readonly faults: Faults;
  /** Stops serving; what is under way is broken off. */
  readonly close: () => Promise<void>;
}

/** What a kind of host works with. */
export interface HostParts {
  readonly data: DataDirectory;
  readonly store: Store;
  readonly repositories: Repositories;
  readonly log: AccessLog;
}

/** What makes a host one of its kind. */
export interface HostKind {
  readonly httpAccess: GitHttpAccess;
  readonly sshAccess: GitSshAccess;
  /** Reads the text of an API request's body. */
  readonly parseBody: (text: string, contentType: string) => unknown;
  /** Adds the API's routes. The addresses in its answers need both ports. */
  readonly register: (app: FastifyInstance, ports: { readonly http: number; readonly ssh: number }) => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts a host.
 *
 * @param newToken makes the administrator's token on the first start
 * @throws when a port is taken, or the folder holds something else
 */
export async function serveHost(
  options: HostOptions,
  newToken: () => string,
  assemble: (parts: HostParts) => HostKind | Promise<HostKind>,
): Promise<ServedHost> {
  const directory = resolve(options.directory);
  const data = await openDataDirectory(directory, newToken);
  const store = await Store.open(data.storeFile);
  const repositories = await Repositories.open(store, data.repositories);
  const log = new AccessLog(options.writeLine ?? ((line) => console.log(line)), [data.token]);
  const kind = await assemble({ data, store, repositories, log });
  const gitHttp = new GitHttp(repositories, kind.httpAccess);
  const http = new HttpServer(gitHttp, log, new AccessToken(data.token));
  const ssh = new GitSsh({ hostKey: data.hostKey, repositories, access: kind.sshAccess, log });
  const close = async (): Promise<void> => {
    gitHttp.close();
    await Promise.all([http.close(), ssh.close(), kind.close()]);
    await store.save();
  };
  try {
    const sshPort = await ssh.listen(options.sshPort).catch((error: unknown) => {
      throw portError("SSH", options.sshPort, error);
    });
    const httpPort = await http.reserve(options.httpPort).catch((error: unknown) => {
      throw portError("HTTP", options.httpPort, error);
    });
    await http.serve((app) => kind.register(app, { http: httpPort, ssh: sshPort }), kind.parseBody);
    await writeKnownHosts(directory, sshPort, data.hostPublicKey);
    return {
      url: `http://127.0.0.1:${httpPort}`,
      sshUrl: `ssh://git@127.0.0.1:${sshPort}`,
      token: data.token,
      tokenFile: join(directory, "token"),
      knownHostsFile: join(directory, "known_hosts"),
      faults: http.faults,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function portError(what: string, port: number, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    code === "EADDRINUSE"
      ? "something else listens there: stop it, or choose another port"
      : code === "EACCES"
        ? "this user may not: choose a port from 1024 on"
        : String(code ?? error);
  return new Error(`The Git host cannot listen on 127.0.0.1:${port} for ${what}: ${reason}.`);
}
