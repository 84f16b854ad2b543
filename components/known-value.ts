import * as pulumi from "@pulumi/pulumi";

/**
 * The value of an input that is known already, secret or not, such as one that the configuration gives. One that is not
 * known in a preview never comes.
 */
export function knownValue<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(value).apply((known) => resolve(known)));
}
