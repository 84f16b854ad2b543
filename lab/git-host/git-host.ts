/** The lab's Git host: GitHub's REST API, and Git over HTTP and SSH, on 127.0.0.1 and in one process. */
import { join, resolve } from "node:path";
import { AccessLog, type WriteLine } from "./access-log.ts";
import { AccessToken } from "./access-token.ts";
import { CiValues } from "./ci-values.ts";
import { openDataDirectory, writeKnownHosts } from "./data-directory.ts";
import { DeployKeys } from "./deploy-keys.ts";
import { GitHttp } from "./git-http.ts";
import { GitSsh } from "./git-ssh.ts";
import { Accounts } from "./github/accounts.ts";
import { registerGitHubApi } from "./github/api.ts";
import { pushEvent } from "./github/hook-events.ts";
import { Urls } from "./github/urls.ts";
import { HttpServer } from "./http-server.ts";
import { Repositories } from "./repositories.ts";
import { Store } from "./store.ts";
import { Webhooks } from "./webhooks.ts";

/** How to start the host. */
export interface GitHostOptions {
  /** Folder that keeps everything; made if need be. One process at a time may use it. */
  readonly directory: string;
  /** Port of the APIs and of Git over HTTP; 0 takes any free one. */
  readonly httpPort: number;
  /** Port of Git over SSH; 0 takes any free one. */
  readonly sshPort: number;
  /** Organisations. */
  readonly owners: readonly string[];
  /** Login of the user whom the token belongs to. @default "lab-admin" */
  readonly administrator?: string;
  /** Takes the lines of the access log. @default console.log */
  readonly writeLine?: WriteLine;
}

/** A host that serves. */
export interface GitHost {
  /** `http://127.0.0.1:N` */
  readonly url: string;
  /** `ssh://git@127.0.0.1:M` */
  readonly sshUrl: string;
  /** The administrator's token; secret. Also in `tokenFile`. */
  readonly token: string;
  readonly tokenFile: string;
  /** The SSH host key in the form of known_hosts. */
  readonly knownHostsFile: string;
  /** A CI secret in the clear, for a CI runner of the lab; undefined when there is none. */
  readonly revealSecret: (owner: string, repository: string, name: string) => Promise<string | undefined>;
  /** Stops serving; what is under way is broken off. */
  readonly close: () => Promise<void>;
}

/**
 * Starts the host.
 *
 * @throws when a port is taken, or the folder holds something else
 */
export async function createGitHost(options: GitHostOptions): Promise<GitHost> {
  const directory = resolve(options.directory);
  const data = await openDataDirectory(directory);
  const store = await Store.open(data.storeFile);
  const repositories = await Repositories.open(store, data.repositories);
  const token = new AccessToken(data.token);
  const log = new AccessLog(options.writeLine ?? ((line) => console.log(line)), [data.token]);
  const deployKeys = new DeployKeys(store);
  const ciValues = new CiValues(store);
  const webhooks = new Webhooks(store);
  const gitHttp = new GitHttp(repositories, token);
  const http = new HttpServer(gitHttp, log);
  const ssh = new GitSsh({ hostKey: data.hostKey, repositories, deployKeys, log });
  const close = async (): Promise<void> => {
    gitHttp.close();
    await Promise.all([http.close(), ssh.close(), webhooks.close()]);
    await store.save();
  };
  try {
    // The addresses in answers need both ports, so the API is registered when both are known.
    const sshPort = await ssh.listen(options.sshPort).catch((error: unknown) => {
      throw portError("SSH", options.sshPort, error);
    });
    const httpPort = await http.reserve(options.httpPort).catch((error: unknown) => {
      throw portError("HTTP", options.httpPort, error);
    });
    const services = {
      store,
      repositories,
      deployKeys,
      ciValues,
      webhooks,
      accounts: new Accounts(options.owners, options.administrator ?? "lab-admin"),
      urls: new Urls(httpPort, sshPort),
      hostPublicKey: data.hostPublicKey,
    };
    repositories.on("push", (repository, changes) => {
      for (const change of changes) {
        webhooks.tell(repository.webhooks, "push", pushEvent(services, repository, change));
      }
    });
    await http.serve((app) => registerGitHubApi(app, { services, token, log }));
    await writeKnownHosts(directory, sshPort, data.hostPublicKey);
    return {
      url: `http://127.0.0.1:${httpPort}`,
      sshUrl: `ssh://git@127.0.0.1:${sshPort}`,
      token: data.token,
      tokenFile: join(directory, "token"),
      knownHostsFile: join(directory, "known_hosts"),
      revealSecret: async (owner, name, secret) => {
        const repository = repositories.find(owner, name);
        return repository && ciValues.reveal(repository, secret);
      },
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
