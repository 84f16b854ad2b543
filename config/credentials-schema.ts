/** The section `credentials`: the life of the stack's keys and tokens. */
import { z } from "zod";
import { filledText, matching } from "./forms.ts";

/** Days: hosts end keys by the day. */
const days = matching(/^[1-9][0-9]{0,3}d$/, 'is not a number of days: write "90d"');

/** How long the stack's keys live, and when others take their place. */
export const credentialsSchema = z.strictObject({
  /** Any text: another one replaces every key, once. Taking it out changes nothing. */
  rotation: filledText.optional(),
  /** The same for single keys, by their names in the output `credentials`. */
  rotate: z.record(z.string(), filledText).default({}),
  /** Age from which on `pulumi up` replaces a key. */
  maxAge: days.optional(),
  /** How long the host takes a key, where a host ends keys: GitLab. */
  expireAfter: days.optional(),
  /** How long before a key's end a preview warns of it. */
  renewBefore: days.default("14d"),
});
