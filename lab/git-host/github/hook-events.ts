/** What webhooks are told: https://docs.github.com/webhooks/webhook-events-and-payloads */
import { type RefChange, noObject } from "../git-refs.ts";
import type { Repository, Webhook } from "../store.ts";
import { simpleUser } from "./accounts.ts";
import type { RepositoryCall, Services } from "./endpoint.ts";
import { minimalRepository } from "./repository-view.ts";

/** The first words to a new webhook. */
export function pingEvent(call: RepositoryCall, shown: object, hook: Webhook): object {
  return {
    zen: "Keep it logically awesome.",
    hook_id: hook.id,
    hook: shown,
    repository: minimalRepository(call.repository, call),
    sender: simpleUser(call.accounts.administrator, call.urls),
  };
}

/** A changed ref; the commits themselves are not listed. */
export function pushEvent(services: Services, repository: Repository, change: RefChange): object {
  const { accounts, urls } = services;
  return {
    ref: change.name,
    before: change.before,
    after: change.after,
    created: change.before === noObject,
    deleted: change.after === noObject,
    forced: false,
    base_ref: null,
    compare: urls.web(`/${repository.owner}/${repository.name}/compare/${change.before}...${change.after}`),
    commits: [],
    head_commit: null,
    repository: minimalRepository(repository, { accounts, urls, identity: "administrator" }),
    pusher: { name: accounts.administrator.login, email: null },
    sender: simpleUser(accounts.administrator, urls),
  };
}
