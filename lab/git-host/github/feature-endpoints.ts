/** Topics, and the features of a repository that are only switched on and off here. */
import { z } from "zod";
import { timestamp } from "../store.ts";
import { type Answer, type RepositoryCall, type RepositoryEndpoint, noContent, ok } from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { readBody } from "./request-body.ts";

const topicsBody = z.object({ names: z.array(z.string()) });

/** Most topics of a repository. */
const mostTopics = 20;

/** Topics, vulnerability alerts and automated security fixes. */
export const featureEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/topics",
    docs: "repos/repos#get-all-repository-topics",
    access: "readers",
    run: ({ repository }) => ok({ names: repository.topics }),
  },
  {
    method: "PUT",
    below: "/topics",
    docs: "repos/repos#replace-all-repository-topics",
    access: "administrators",
    run: replaceTopics,
  },
  {
    method: "GET",
    below: "/vulnerability-alerts",
    docs: "repos/repos#check-if-vulnerability-alerts-are-enabled-for-a-repository",
    access: "administrators",
    run: ({ repository }) => {
      if (repository.settings["vulnerability_alerts"] === true) return noContent;
      throw notFound("Vulnerability alerts are disabled.");
    },
  },
  {
    method: "PUT",
    below: "/vulnerability-alerts",
    docs: "repos/repos#enable-vulnerability-alerts",
    access: "administrators",
    run: (call) => turn(call, { vulnerability_alerts: true }),
  },
  {
    method: "DELETE",
    below: "/vulnerability-alerts",
    docs: "repos/repos#disable-vulnerability-alerts",
    access: "administrators",
    // Without alerts there is nothing that fixes could be made for.
    run: (call) => turn(call, { vulnerability_alerts: false, automated_security_fixes: false }),
  },
  {
    method: "GET",
    below: "/automated-security-fixes",
    docs: "repos/repos#check-if-dependabot-security-updates-are-enabled-for-a-repository",
    access: "administrators",
    run: ({ repository }) =>
      ok({ enabled: repository.settings["automated_security_fixes"] === true, paused: false }),
  },
  {
    method: "PUT",
    below: "/automated-security-fixes",
    docs: "repos/repos#enable-dependabot-security-updates",
    access: "administrators",
    run: (call) => {
      if (call.repository.settings["vulnerability_alerts"] !== true) {
        throw new GitHubError(
          422,
          "Vulnerability alerts must be enabled to configure automated security fixes.",
        );
      }
      return turn(call, { automated_security_fixes: true });
    },
  },
  {
    method: "DELETE",
    below: "/automated-security-fixes",
    docs: "repos/repos#disable-dependabot-security-updates",
    access: "administrators",
    run: (call) => turn(call, { automated_security_fixes: false }),
  },
];

async function replaceTopics({ body, repository, store }: RepositoryCall): Promise<Answer> {
  const { names } = readBody(topicsBody, body);
  const topics = [...new Set(names.map((name) => name.toLowerCase()))];
  if (topics.length > mostTopics) {
    throw new GitHubError(422, "Validation Failed", [
      `A repository cannot have more than ${mostTopics} topics.`,
    ]);
  }
  if (!topics.every((topic) => /^[a-z0-9][a-z0-9-]{0,49}$/.test(topic))) {
    throw new GitHubError(422, "Validation Failed", [
      "Topics must start with a lowercase letter or number, consist of 50 characters or less, and can include hyphens.",
    ]);
  }
  repository.topics = topics;
  repository.updatedAt = timestamp();
  await store.save();
  return ok({ names: repository.topics });
}

async function turn(
  { repository, store }: RepositoryCall,
  settings: Record<string, boolean>,
): Promise<Answer> {
  Object.assign(repository.settings, settings);
  await store.save();
  return noContent;
}
