/**
 * What a shape cannot say: that the names in a configuration refer to something, and that no two
 * things want the same name. Works on unchecked input, so that wrong shapes and wrong references
 * are reported together.
 */
import { ciProblems } from "./ci-references.ts";
import { credentialProblems } from "./credential-references.ts";
import { environmentProblems } from "./environment-references.ts";
import { eventProblems } from "./event-references.ts";
import { fluxProblems } from "./flux-references.ts";
import { guardrailProblems } from "./guardrail-references.ts";
import { guardedIdentityProblems, identityProblems } from "./identity-references.ts";
import { limitProblems } from "./limit-references.ts";
import { entries, object, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";
import { repositoryProblems } from "./repository-references.ts";
import { sourceProblems } from "./source-references.ts";
import { syncProblems } from "./sync-references.ts";

/** All problems of references and of names that collide. */
export function referenceProblems(stack: Loose, secretNames: readonly string[]): Problem[] {
  const repositories = entries(stack["repositories"]);
  const environments = entries(stack["environments"]);
  const { kind } = object(stack["git"]);
  const { expireAfter } = object(stack["credentials"]);
  return [
    ...fluxProblems(stack["flux"]),
    ...eventProblems(stack),
    ...repositoryProblems(repositories, environments),
    ...ciProblems(repositories, secretNames, stack["git"]),
    ...repositories.flatMap(([name, repository]) =>
      identityProblems(name, repository, secretNames, { kind, expireAfter }),
    ),
    ...guardedIdentityProblems(repositories),
    ...repositories.flatMap((repository) => guardrailProblems(repository, kind)),
    ...environments.flatMap(([name, environment]) => [
      ...sourceProblems(name, environment, repositories),
      ...syncProblems(name, environment, stack["flux"]),
      ...limitProblems(name, environment),
    ]),
    ...environmentProblems(environments),
    ...credentialProblems(stack),
  ];
}
