/**
 * Holds answers against GitHub's own description of its API (the package @octokit/openapi, a devDependency).
 * For tests: nothing that serves loads it.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import addFormatsModule from "ajv-formats";
import { toJsonSchema, toJsonSchemas } from "./openapi-schema.ts";

/** One answer of the host. */
export interface ObservedAnswer {
  readonly method: string;
  /** Path below the API's root, without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** Undefined when nothing came. */
  readonly body: unknown;
}

interface MediaType {
  readonly schema?: object;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}

interface Operation {
  readonly externalDocs?: { readonly url: string };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly "x-multi-segment"?: boolean;
}

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Operation & { parameters?: Parameter[] }>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

const schemaId = "https://lab.invalid/github";

// The package is CommonJS, and its types say otherwise.
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => Ajv;

/** GitHub's API by its own description. */
export class GitHubDescription {
  readonly #description: Description;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<object, ValidateFunction>();

  /**
   * @param name which of the package's descriptions, such as `api.github.com` or `ghes-3.19`
   */
  constructor(name: string) {
    const file = createRequire(import.meta.url).resolve(`@octokit/openapi/generated/${name}.json`);
    this.#description = JSON.parse(readFileSync(file, "utf8")) as Description;
    // A keyword or format that ajv does not know would pass everything, so it is an error.
    const options = { allErrors: true, strict: false, strictSchema: true, validateSchema: false } as const;
    this.#ajv = addFormats(new Ajv(options));
    // Formats that are more hints than rules.
    for (const format of ["uri-template", "repo.nwo"]) this.#ajv.addFormat(format, true);
    this.#ajv.addVocabulary(["components"]);
    const { components } = this.#description;
    this.#ajv.addSchema({ $id: schemaId, components: { schemas: toJsonSchemas(components.schemas) } });
  }

  /**
   * What is wrong with an answer: nothing, if the list is empty. A status that the description does not have
   * for the operation is wrong, unless it is an error: then it has to be of the form of GitHub's errors.
   */
  problems(answer: ObservedAnswer): string[] {
    const where = `${answer.method} ${answer.path} ${answer.status}`;
    const operation = this.#operation(answer.method, answer.path);
    const failed = answer.status >= 400;
    if (operation === undefined) {
      return failed
        ? this.#check(where, this.#error(answer.status), answer.body)
        : [`${where}: no such operation`];
    }
    const response = this.#resolve(operation.responses[String(answer.status)]);
    const documented = [...this.#documentation(where, operation, answer)];
    if (response === undefined) {
      if (!failed) return [`${where}: the description has no such status`];
      return [...documented, ...this.#check(where, this.#error(answer.status), answer.body)];
    }
    if (response.content === undefined) {
      return answer.body === undefined || failed
        ? documented
        : [`${where}: the answer has a body, and should not`];
    }
    const mediaType = (answer.contentType ?? "").split(";", 1)[0] ?? "";
    const schema = response.content[mediaType]?.schema;
    if (schema === undefined)
      return [`${where}: no answer of the type ${JSON.stringify(mediaType)} is described`];
    return [...documented, ...this.#check(where, schema, answer.body)];
  }

  /** An error names the page of the operation, except where the credentials were refused before. */
  *#documentation(where: string, operation: Operation, answer: ObservedAnswer): Generator<string> {
    if (answer.status < 400) return;
    const url = (answer.body as { documentation_url?: string } | undefined)?.documentation_url;
    const expected = operation.externalDocs?.url;
    if (url !== expected && url !== "https://docs.github.com/rest") {
      yield `${where}: documentation_url is ${String(url)}, and should be ${String(expected)}`;
    }
  }

  #check(where: string, schema: object, body: unknown): string[] {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(toJsonSchema(schema, schemaId));
      this.#compiled.set(schema, validate);
    }
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      (error) => `${where}: ${error.instancePath || "the body"} ${error.message ?? ""}`,
    );
  }

  #error(status: number): object {
    const { schemas } = this.#description.components;
    const basic = { $ref: "#/components/schemas/basic-error" };
    if (status !== 422 || schemas["validation-error"] === undefined) return basic;
    return {
      anyOf: [
        { $ref: "#/components/schemas/validation-error" },
        { $ref: "#/components/schemas/validation-error-simple" },
      ],
    };
  }

  #resolve(response: Response | undefined): Response | undefined {
    const name = response?.$ref?.replace("#/components/responses/", "");
    return name === undefined ? response : this.#description.components.responses[name];
  }

  /** The operation of a path; the more of its pattern is literal, the better it fits. */
  #operation(method: string, path: string): Operation | undefined {
    const literal = (pattern: string): number => pattern.replaceAll(/\{[^}]+\}/g, "").length;
    const [pattern] = Object.keys(this.#description.paths)
      .filter((candidate) => this.#pattern(candidate, method).test(path))
      .sort((a, b) => literal(b) - literal(a));
    return pattern === undefined ? undefined : this.#description.paths[pattern]?.[method.toLowerCase()];
  }

  #pattern(path: string, method: string): RegExp {
    const operation = this.#description.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) return /^$/;
    const source = path
      .replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&")
      .replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
        return this.#spansSlashes(operation.parameters ?? [], name) ? ".*" : "[^/]+";
      });
    return new RegExp(`^${source}$`);
  }

  #spansSlashes(parameters: readonly Parameter[], name: string): boolean {
    return parameters.some((parameter) => {
      const key = parameter.$ref?.replace("#/components/parameters/", "");
      const resolved = key === undefined ? parameter : this.#description.components.parameters[key];
      return resolved?.name === name && resolved["x-multi-segment"] === true;
    });
  }
}
