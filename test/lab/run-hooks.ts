/** Runs what is bound to a resource, as the engine does around its making. */
import type * as pulumi from "@pulumi/pulumi";

type Bound = pulumi.ResourceHookBinding["afterCreate"];

async function run(hooks: Bound = [], newInputs: object = {}, id = ""): Promise<void> {
  for (const hook of hooks) {
    const work = typeof hook === "function" ? hook : hook.callback;
    await work({ urn: "", id, name: "", type: "", newInputs });
  }
}

/** What is bound to run before a resource with these inputs is made. */
export const before = ({ beforeCreate }: pulumi.ResourceHookBinding, newInputs: object): Promise<void> =>
  run(beforeCreate, newInputs);

/** What is bound to run once it is made. */
export const after = (
  { afterCreate }: pulumi.ResourceHookBinding,
  newInputs: object,
  id = "",
): Promise<void> => run(afterCreate, newInputs, id);
