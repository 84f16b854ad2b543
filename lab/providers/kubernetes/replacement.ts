import { at, isObject, textAt, without, type JsonObject } from "../values.ts";
import { diffObjects, withoutIgnored, type Changes } from "./diff.ts";
import { forceNewPaths, type Mutability } from "./force-new.ts";
import { apiVersion, isBuiltIn, type Gvk } from "./kinds.ts";
import { isAutonamed, isNamed } from "./naming.ts";
import { normalizeInputs, prune, withNamespace } from "./normalize.ts";

/** What a new set of inputs means for a resource. */
export interface Plan {
  readonly changes: Changes;
  /** Paths because of which the object is replaced. */
  readonly replaces: readonly string[];
  /** Whether the old object has to go first, because the new one has its name. */
  readonly deleteBeforeReplace: boolean;
}

/** What is compared. */
export interface PlanInputs {
  readonly gvk: Gvk;
  readonly namespaced: boolean;
  readonly live: JsonObject;
  readonly oldInputs: JsonObject;
  readonly newInputs: JsonObject;
  readonly ignoreChanges: readonly string[];
  readonly mutability: Mutability;
}

/** Plans an update: the live object in the shape of the old inputs against the new inputs. */
export function planUpdate(inputs: PlanInputs): Plan {
  const { gvk, live } = inputs;
  const oldInputs = normalizeInputs(inputs.oldInputs, gvk);
  const place = (object: JsonObject): JsonObject =>
    withNamespace(object, inputs.namespaced ? namespaceOf(object) || "default" : "");
  const newInputs = place(normalizeInputs(inputs.newInputs, gvk));
  const pruned = place(comparable(prune(live, oldInputs), live, gvk));

  const changes = withoutIgnored(
    diffObjects({
      live: pruned,
      oldInputs,
      newInputs,
      forceNew: forceNewPaths(gvk, newInputs, inputs.mutability),
      dropsEmpty: isBuiltIn(gvk),
    }),
    inputs.ignoreChanges,
  );
  const replaces = [...changes].filter(([, change]) => change.replace).map(([path]) => path);
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && keepsAddress(newInputs, live) };
}

function namespaceOf(object: JsonObject): string {
  return textAt(object, "metadata", "namespace");
}

/** The identity of the live object stays comparable, whatever the old inputs said of it. */
function comparable(pruned: JsonObject, live: JsonObject, gvk: Gvk): JsonObject {
  const metadata = at(pruned, "metadata");
  const fields = without(isObject(metadata) ? metadata : {}, "resourceVersion");
  const name = textAt(live, "metadata", "name");
  return { apiVersion: apiVersion(gvk), kind: gvk.kind, ...pruned, metadata: { ...fields, name } };
}

function keepsAddress(next: JsonObject, live: JsonObject): boolean {
  return (
    isNamed(next) &&
    !isAutonamed(next) &&
    textAt(next, "metadata", "name") === textAt(live, "metadata", "name") &&
    namespaceOf(next) === namespaceOf(live)
  );
}
