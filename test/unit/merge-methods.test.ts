import { describe, expect, test } from "vitest";
import { githubMerging, gitlabMerging, type MergeMethod } from "../../components/git/merge-methods.ts";

/** Each choice, and what it is on GitHub (merge commit, squash, rebase) and on GitLab (method and squash). */
const table: readonly (readonly [
  MergeMethod[],
  readonly [boolean, boolean, boolean],
  readonly [string, string] | undefined,
])[] = [
  [["merge"], [true, false, false], ["merge", "never"]],
  [["squash"], [false, true, false], ["ff", "always"]],
  [["rebase"], [false, false, true], ["ff", "never"]],
  [
    ["merge", "squash"],
    [true, true, false],
    ["merge", "default_off"],
  ],
  [
    ["rebase", "squash"],
    [false, true, true],
    ["ff", "default_off"],
  ],
  [["merge", "rebase"], [true, false, true], undefined],
  [["merge", "squash", "rebase"], [true, true, true], undefined],
];

describe.each(table)("%j", (methods, github, gitlab) => {
  test("is a switch each on GitHub", () => {
    const [allowMergeCommit, allowSquashMerge, allowRebaseMerge] = github;
    expect(githubMerging(methods)).toEqual({ allowMergeCommit, allowSquashMerge, allowRebaseMerge });
  });

  test("is a method and a rule for squashing on GitLab, or nothing that it has", () => {
    const [mergeMethod, squashOption] = gitlab ?? [];
    expect(gitlabMerging(methods)).toEqual(gitlab && { mergeMethod, squashOption });
  });
});
