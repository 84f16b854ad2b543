/**
 * Leaves stack traces to Node, whose positions in these files are right: it strips types without moving a character.
 * Pulumi's runtime puts a translation by source maps in front of it, and takes a trace for every promise that it
 * watches, thousands in a run: that was a fifth of the processor time that a preview of the stack `dev` took.
 * Imported for its effect, before any resource is registered.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/nodejs/runtime/debuggable.ts
 * @see https://nodejs.org/api/errors.html#errorpreparestacktraceerror-trace
 */
Object.assign(Error, { prepareStackTrace: undefined });
