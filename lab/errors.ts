/** What went wrong, in a sentence for the person who typed the command. */
import { codeOf, messageOf, ToolchainError } from "../toolchain/errors.ts";

/** The lab cannot do what it was told. The message says what to do instead, and needs no stack trace. */
export class LabError extends Error {
  override readonly name = "LabError";
}

/** The message of anything thrown; what the machine lacks comes with the way out. */
export function explanationOf(error: unknown): string {
  const message = messageOf(error);
  if (error instanceof ToolchainError || error instanceof LabError) return error.message;
  const code = codeOf(error);
  if (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    /no space left on device|disk quota exceeded/i.test(message)
  ) {
    return `the disk is full (${message}). Make room, or put the lab on another disk with SLIPWAY_LAB=/path, then type the same again`;
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return `this user may not do that: ${message}. Does the lab's folder belong to another user?`;
  }
  return message;
}
