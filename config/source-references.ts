/** The sources of an environment: each of one kind, following one thing. */
import { entries, refersToNothing, text, type Loose } from "./loose.ts";
import { setCommand, type Problem } from "./problems.ts";

/** What a source can follow. */
const heads = ["branch", "tag", "semver"];

/** What is wrong between the sources of an environment and the repositories of the stack. */
export function sourceProblems(
  environment: string,
  settings: Loose,
  repositories: [string, Loose][],
): Problem[] {
  return entries(settings["sources"]).flatMap(([key, source]) => {
    const at = `slipway:environments.${environment}.sources.${key}`;
    const candidates = repositories.map(([name]) => name);
    const { repository, url } = source;
    const followed = heads.filter((head) => source[head] !== undefined);
    const problems: Problem[] = [];
    if ((repository === undefined) === (url === undefined)) {
      const message =
        "needs either `repository` (one of this stack, or a reference) or `url` (a public one of somebody else)";
      problems.push({ key: at, message });
    }
    const got = text(repository);
    if (got !== undefined && !candidates.includes(got)) {
      const message = refersToNothing("repository of this stack", got, candidates);
      problems.push({ key: `${at}.repository`, message });
    }
    if (url !== undefined && followed.length === 0) {
      problems.push({
        key: `${at}.branch`,
        message: "is missing: a public repository needs the branch to follow, or a `tag` or `semver`",
        command: setCommand(`${at}.branch`, "main"),
      });
    }
    if (followed.length > 1) {
      problems.push({ key: at, message: `follows ${followed.join(" and ")}: keep one of them` });
    }
    return problems;
  });
}
