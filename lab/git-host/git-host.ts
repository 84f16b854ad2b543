/** The lab's GitHub: its REST API, and Git over HTTP and SSH, on 127.0.0.1. */
import { AccessToken, newToken } from "./access-token.ts";
import { CiValues } from "./ci-values.ts";
import { DeployKeys } from "./deploy-keys.ts";
import { changeSettings, type AccountSettings } from "./github/account-settings.ts";
import { Accounts } from "./github/accounts.ts";
import { registerGitHubApi } from "./github/api.ts";
import { gitHubHttpAccess, gitHubSshAccess } from "./github/git-access.ts";
import { pushEvent } from "./github/hook-events.ts";
import { Urls } from "./github/urls.ts";
import {
  type HostKind,
  type HostOptions,
  type HostParts,
  type ServedHost,
  serveHost,
} from "./host-server.ts";
import { parseJsonBody } from "./json-body.ts";
import type { Store } from "./store.ts";
import { Webhooks } from "./webhooks.ts";

/** A GitHub that serves. */
export interface GitHost extends ServedHost {
  /** A CI secret in the clear, for a CI runner of the lab; undefined when there is none. */
  readonly revealSecret: (owner: string, repository: string, name: string) => Promise<string | undefined>;
  /** The administrator's token, whose scopes and end a test may change. */
  readonly accessToken: AccessToken;
  /** Changes what people set on an organisation's pages, and what is nobody's to set: the plan, and the caller's role. */
  readonly changeAccount: (login: string, change: Partial<AccountSettings>) => Promise<void>;
}

/**
 * Starts the host.
 *
 * @throws when a port is taken, or the folder holds something else
 */
export async function createGitHost(options: HostOptions): Promise<GitHost> {
  let reveal: GitHost["revealSecret"] = () => Promise.resolve(undefined);
  const kept: { accessToken?: AccessToken; store?: Store } = {};
  const served = await serveHost(options, newToken, (parts) => {
    const accessToken = new AccessToken(parts.data.token);
    Object.assign(kept, { accessToken, store: parts.store });
    const ciValues = new CiValues(parts.store);
    reveal = async (owner, name, secret) => {
      const repository = parts.repositories.find(owner, name);
      return repository && ciValues.reveal(repository, secret);
    };
    return gitHub(options, parts, ciValues, accessToken);
  });
  const { accessToken, store } = kept;
  if (accessToken === undefined || store === undefined)
    throw new Error("A host that serves has been assembled.");
  return {
    ...served,
    accessToken,
    revealSecret: (...names) => reveal(...names),
    changeAccount: (login, change) => changeSettings(store, login, change),
  };
}

function gitHub(
  { owners, administrator = "lab-admin" }: HostOptions,
  { data, store, repositories, log }: HostParts,
  ciValues: CiValues,
  token: AccessToken,
): HostKind {
  const deployKeys = new DeployKeys(store);
  const webhooks = new Webhooks(store);
  return {
    httpAccess: gitHubHttpAccess(repositories, token),
    sshAccess: gitHubSshAccess(repositories, deployKeys),
    // GitHub reads JSON whatever the client calls it.
    parseBody: parseJsonBody,
    register: (app, ports) => {
      const services = {
        store,
        repositories,
        deployKeys,
        ciValues,
        webhooks,
        accounts: new Accounts(owners, administrator),
        urls: new Urls(ports.http, ports.ssh),
        hostPublicKey: data.hostPublicKey,
      };
      repositories.on("push", (repository, changes) => {
        for (const change of changes) {
          webhooks.tell(repository.webhooks, "push", pushEvent(services, repository, change));
        }
      });
      registerGitHubApi(app, { services, token, log });
    },
    close: () => webhooks.close(),
  };
}
