/** Who may use Git on GitLab, over HTTP and SSH. */
import type {
  GitHttpAccess,
  GitRequest,
  GitSshAccess,
  Granted,
  HttpRefused,
  Refused,
} from "../git-access.ts";
import type { Repository } from "../store.ts";
import { maySee, roleIn } from "./caller.ts";
import { canPush } from "./deploy-keys.ts";
import type { Services } from "./endpoint.ts";
import { GitLabError } from "./gitlab-error.ts";
import { pushRules } from "./push-rules.ts";
import { type GitLabDeployKey, accessLevels } from "./state.ts";
import { digest, ended } from "./tokens.ts";
import { now } from "./time.ts";

type Wanted = Parameters<GitHttpAccess["judge"]>[0];
type Verdict = Granted | HttpRefused;
type AccessServices = Omit<Services, "urls">;

const denied: HttpRefused = {
  status: 401,
  refusal:
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.",
};
const noProject =
  "The project you were looking for could not be found or you don't have permission to view it.";
const notFound: HttpRefused = { status: 404, refusal: noProject };
const noPush: HttpRefused = { status: 403, refusal: "You are not allowed to push code to this project." };
const noUpload: HttpRefused = { status: 403, refusal: "You are not allowed to upload code." };
const noDownload: HttpRefused = { status: 403, refusal: "You are not allowed to download code." };

/**
 * Over HTTP: an access token with any user name, a deploy token with its own, a CI job token with `gitlab-ci-token`, and
 * nobody to read what is public.
 */
export function gitLabHttpAccess(services: AccessServices): GitHttpAccess {
  return {
    realm: "GitLab",
    judge: ({ owner, name, service }, authorization) => {
      const repository = services.repositories.find(owner, name);
      const wanted = { service, repository };
      if (authorization === undefined) {
        if (service === "git-receive-pack" || repository?.visibility !== "public") return denied;
        return { repository };
      }
      const [, encoded = ""] = /^Basic\s+(\S+)$/i.exec(authorization) ?? [];
      const [, user = "", password = ""] =
        /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
      if (user === "" || password === "") return denied;
      if (user === "gitlab-ci-token") return judgeJob(services, wanted, password);
      return judgeDeployToken(services, wanted, user, password) ?? judgeToken(services, wanted, password);
    },
  };
}

interface WantedRepository extends Pick<Wanted, "service"> {
  readonly repository: Repository | undefined;
}

async function judgeToken(
  services: AccessServices,
  { service, repository }: WantedRepository,
  value: string,
): Promise<Verdict> {
  try {
    const { token, user } = services.tokens.authenticate(value);
    const may = (...scopes: string[]): boolean => scopes.some((scope) => token.scopes.includes(scope));
    if (!may("api", "read_repository", "write_repository")) return denied;
    if (repository === undefined || !maySee(repository, user)) return notFound;
    const role = roleIn(repository, user);
    if (service !== "git-receive-pack") {
      // Guests read the code of what is not private.
      const reads = role >= accessLevels.reporter || repository.visibility !== "private";
      return reads ? { repository } : noDownload;
    }
    if (!may("api", "write_repository")) return noUpload;
    if (role < accessLevels.developer || repository.archived) return noPush;
    return { repository, environment: await pushRules(services, repository, user) };
  } catch (error) {
    if (error instanceof GitLabError) return denied;
    throw error;
  }
}

/** Undefined when the user name is that of no deploy token. */
function judgeDeployToken(
  { state }: AccessServices,
  { service, repository }: WantedRepository,
  user: string,
  password: string,
): Verdict | undefined {
  const owner = state.projects.find(({ deployTokens }) => deployTokens.some((it) => it.username === user));
  const token = owner?.deployTokens.find((it) => it.username === user);
  if (owner === undefined || token === undefined) return undefined;
  if (token.digest !== digest(password) || token.revoked || ended(token)) return denied;
  if (repository?.id !== owner.id) {
    return repository?.visibility === "public" && service !== "git-receive-pack" ? { repository } : notFound;
  }
  if (service === "git-receive-pack") return noUpload;
  return token.scopes.includes("read_repository") ? { repository } : denied;
}

/** A job reads its own project, and any other that has it on its list; it pushes only to its own, where that is allowed. */
async function judgeJob(
  services: AccessServices,
  { service, repository }: WantedRepository,
  value: string,
): Promise<Verdict> {
  const job = services.jobTokens.job(value);
  const user = services.state.users.find(({ id }) => id === job?.userId);
  const source = job && services.repositories.byId(job.projectId);
  if (job === undefined || user === undefined || source === undefined) return denied;
  if (repository === undefined || !maySee(repository, user)) return notFound;
  const own = repository.id === source.id;
  if (!own && repository.visibility !== "public" && !allowsJobsOf(services, repository, source)) {
    const [from, to] = [source, repository].map((it) => `${it.owner}/${it.name}`);
    return {
      status: 403,
      refusal: `Authentication by CI/CD job token not allowed from ${from ?? ""} to ${to ?? ""}.`,
    };
  }
  if (service !== "git-receive-pack") return { repository };
  const role = roleIn(repository, user);
  const pushes = own && repository.settings["ci_push_repository_for_job_token_allowed"] === true;
  if (!pushes) return noUpload;
  if (role < accessLevels.developer || repository.archived) return noPush;
  return { repository, environment: await pushRules(services, repository, user) };
}

/** Whether the jobs of one project may use another: https://docs.gitlab.com/ci/jobs/ci_job_token/#control-job-token-access-to-your-project */
function allowsJobsOf(
  { namespaces, projects }: AccessServices,
  repository: Repository,
  source: Repository,
): boolean {
  const scope = projects.of(repository).jobTokenScope;
  if (!scope.enabled || scope.projectIds.includes(source.id)) return true;
  const group = namespaces.group(source.owner);
  return group !== undefined && namespaces.lineage(group).some(({ id }) => scope.groupIds.includes(id));
}

/** Over SSH: a deploy key, in the projects that it opens. */
export function gitLabSshAccess(services: AccessServices): GitSshAccess {
  const line = "=".repeat(72);
  return {
    banner: (refusal) =>
      ["", line, "", `ERROR: ${refusal}`, "", line, ""].map((it) => `remote: ${it}`).join("\n"),
    client: (type, blob) => {
      const key = services.deployKeys.presented(type, blob);
      return (
        key && {
          key: key.key,
          greeting: "Welcome to GitLab, Anonymous!",
          judge: (wanted) => judgeKey(services, key, wanted),
        }
      );
    },
  };
}

async function judgeKey(
  services: AccessServices,
  key: GitLabDeployKey,
  { owner, name, service }: GitRequest,
): Promise<Granted | Refused> {
  const repository = services.repositories.find(owner, name);
  const pushes = repository && canPush(key, repository);
  const user = services.state.users.find(({ id }) => id === key.userId);
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now())
    return { refusal: "Your SSH key has expired." };
  if (repository === undefined || (pushes === undefined && repository.visibility !== "public"))
    return { refusal: noProject };
  key.lastUsedAt = now();
  if (service === "git-upload-pack") return { repository };
  if (pushes !== true || user === undefined)
    return { refusal: "This deploy key does not have write access to this project." };
  if (repository.archived) return { refusal: noPush.refusal };
  return { repository, environment: await pushRules(services, repository, user) };
}
