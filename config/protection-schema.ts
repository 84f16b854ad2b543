/** What guards a repository's default branch, and how changes get into it. */
import { z } from "zod";
import { checked } from "./forms.ts";
import { show } from "./problems.ts";

/** How a pull or merge request ends up in the default branch. */
export const mergeMethodSchema = z.enum(["merge", "squash", "rebase"]);

/** GitHub takes up to ten: https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */
const reviewCount = z.number().check((context) => {
  const { value } = context;
  if (Number.isInteger(value) && value >= 0 && value <= 10) return;
  const message = `got ${show(value)}, which is no number of reviews: write a whole number from 0 to 10`;
  context.issues.push({ code: "custom", message, input: value });
});

/** A check's name in one line, as a commit status or a job of a workflow has it. */
const checkName = checked((value) =>
  /^(?! )[^\p{Cc}]{1,255}(?<! )$/u.test(value)
    ? undefined
    : `${show(value)} is not the name of a check: write "ci/test", in one line, without blanks around it`,
);

/**
 * The rules of a default branch. With them there, nobody rewrites or deletes it, and changes come by pull or merge
 * request; only the key of a CI that delivers into the repository pushes past that.
 */
export const protectionSchema = z.strictObject({
  /** How many people have to approve a change. */
  reviews: reviewCount.default(0),
  /** Whether those who own the changed files, as CODEOWNERS has it, have to be among them. */
  codeOwners: z.boolean().default(false),
  /** Names of the checks that have to succeed first. */
  checks: z.array(checkName).default([]),
});
