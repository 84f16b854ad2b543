/** What the classes of this package have in common. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

/** The engine loads the plugin of the version that a resource asks for. */
export const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** A resource of the provider: its inputs, and the outputs that only the provider knows. */
export class Resource extends pulumi.CustomResource {
  /**
   * @param type the type's token
   * @param name the resource's name
   * @param args its inputs
   * @param outputs names of the properties that are no input
   * @param required names of the inputs that have to be there
   * @param opts options of every resource
   */
  constructor(type, name, args, outputs, required, opts) {
    for (const property of required) {
      if (args[property] === undefined && opts?.urn === undefined)
        throw new Error(`Missing required property '${property}'`);
    }
    const unknown = Object.fromEntries(outputs.map((property) => [property, undefined]));
    super(type, name, { ...args, ...unknown }, pulumi.mergeOptions({ version }, opts));
  }
}
