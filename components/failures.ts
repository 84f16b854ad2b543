import * as pulumi from "@pulumi/pulumi";

/** Tells the user something about one resource. */
export type Say = (severity: "warn" | "error", message: string, urn: string) => Promise<void>;

/** What the engine tells of a failure, as far as it is used. */
export type Failure = Pick<
  pulumi.ErrorHookArgs,
  "urn" | "type" | "failedOperation" | "errors" | "newInputs" | "oldInputs" | "oldOutputs"
>;

/**
 * A hook that the engine calls when a resource could not be made, changed or deleted; not in a preview.
 * https://www.pulumi.com/docs/iac/concepts/options/hooks/
 *
 * @param onFailure says whether to try once more
 */
export function failureHook(
  name: string,
  onFailure: (failure: Failure, say: Say) => Promise<boolean>,
): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async (failure) =>
    pulumi.runtime.isDryRun() ? false : await onFailure(failure, say),
  );
}

/** Tells it beside the resource. */
export const say: Say = async (severity, message, urn) => {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the log wants no more of a resource
  const resource = { urn: pulumi.output(urn) } as pulumi.Resource;
  await pulumi.log[severity](message, resource);
};
