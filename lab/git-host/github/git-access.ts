/** Who may use Git on GitHub: the administrator's token over HTTP, a deploy key over SSH, and everybody to read what is public. */
import type { AccessToken } from "../access-token.ts";
import type { DeployKeys } from "../deploy-keys.ts";
import type {
  GitHttpAccess,
  GitRequest,
  GitSshAccess,
  Granted,
  HttpRefused,
  Refused,
} from "../git-access.ts";
import type { Repositories } from "../repositories.ts";
import type { DeployKey } from "../store.ts";
import { pushRules } from "./push-rules.ts";

const archived = "This repository was archived so it is read-only.";

/** Over HTTP, readers of public repositories need no token, everybody else does. */
export function gitHubHttpAccess(repositories: Repositories, token: AccessToken): GitHttpAccess {
  return {
    realm: "GitHub",
    judge: ({ owner, name, service }, authorization): Granted | HttpRefused => {
      const repository = repositories.find(owner, name);
      const identity = token.identify(authorization);
      if (identity === "refused") return { status: 401, refusal: "Invalid username or token." };
      const writes = service === "git-receive-pack";
      if (identity === "anonymous" && (writes || repository?.visibility !== "public"))
        return { status: 401, refusal: "Authentication required." };
      if (repository === undefined) return { status: 404, refusal: "Repository not found." };
      if (!writes) return { repository };
      if (repository.archived) return { status: 403, refusal: archived };
      return { repository, environment: pushRules(repository, "administrator") };
    },
  };
}

/** Over SSH, a deploy key opens its one repository. */
export function gitHubSshAccess(repositories: Repositories, deployKeys: DeployKeys): GitSshAccess {
  return {
    banner: (refusal) => `ERROR: ${refusal}`,
    client: (type, blob) => {
      const key = deployKeys.presented(type, blob);
      return (
        key && {
          key: key.key,
          get greeting() {
            const repository = repositories.byId(key.repositoryId);
            const name = repository === undefined ? "" : ` ${repository.owner}/${repository.name}`;
            return `Hi${name}! You've successfully authenticated, but this host does not provide shell access.`;
          },
          judge: (wanted) => {
            const verdict = judgeKey(repositories, key, wanted);
            if ("repository" in verdict) deployKeys.used(key);
            return verdict;
          },
        }
      );
    },
  };
}

function judgeKey(
  repositories: Repositories,
  key: DeployKey,
  { owner, name, service }: GitRequest,
): Granted | Refused {
  const repository = repositories.find(owner, name);
  if (repository?.id !== key.repositoryId) return { refusal: "Repository not found." };
  if (service === "git-upload-pack") return { repository };
  if (key.readOnly) return { refusal: "The key you are authenticating with has been marked as read only." };
  if (repository.archived) return { refusal: archived };
  return { repository, environment: pushRules(repository, "deploy-key") };
}
