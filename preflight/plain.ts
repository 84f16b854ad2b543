import type * as pulumi from "@pulumi/pulumi";

/** The value of a secret that the configuration has: it is never unknown. */
export function plain(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  if (secret === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => secret.apply((value) => resolve(value)));
}
