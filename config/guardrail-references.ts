/** Merge methods and protection: what is given twice, and what a kind of host does not have. */
import { gitlabMerging } from "../components/git/merge-methods.ts";
import { list, object, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";

/**
 * What is wrong with how changes get into one repository.
 *
 * @param kind the Git host's kind; another one is reported elsewhere
 */
export function guardrailProblems([name, repository]: [string, Loose], kind: unknown): Problem[] {
  const base = `slipway:repositories.${name}`;
  const { mergeMethods, protection } = repository;
  return [
    ...mergeProblems(`${base}.mergeMethods`, mergeMethods, kind),
    ...twins(`${base}.protection.checks`, object(protection)["checks"]),
  ];
}

function mergeProblems(key: string, methods: unknown, kind: unknown): Problem[] {
  if (!Array.isArray(methods)) return [];
  if (methods.length === 0) return [{ key, message: "is empty: name one at least, or leave the key out" }];
  const found = twins(key, methods);
  if (found.length > 0 || kind !== "gitlab" || gitlabMerging(methods.map(String)) !== undefined) return found;
  const message =
    "are merge and rebase, and a GitLab project has one of them, with or without squash: leave out merge or rebase";
  return [{ key, message }];
}

/** A host keeps each once, so that every run would find one missing. */
function twins(key: string, values: unknown): Problem[] {
  const all = list(values);
  return all.flatMap((value, index) =>
    typeof value !== "string" || all.indexOf(value) === index
      ? []
      : [{ key: `${key}.${index}`, message: `"${value}" is there already: remove one of them` }],
  );
}
