import { createHash } from "node:crypto";

/** The weak entity tag of an answer's content. */
export function entityTag(content: string | Buffer): string {
  return `W/"${createHash("sha256").update(content).digest("hex")}"`;
}

/** Whether an `If-None-Match` header names the tag, by the weak comparison of RFC 9110. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  const strip = (text: string): string => text.trim().replace(/^W\//, "");
  return header !== undefined && header.split(",").some((candidate) => strip(candidate) === strip(tag));
}
