import { stackName } from "../../stack-name.ts";
import type { StackTitles } from "./found-keys.ts";

/** How the titles of a stack's keys begin on the host: by it a stack knows its own, also when its state is lost. */
const titlePrefix = (): string => `${stackName()}: `;

/** The title of a key: whose it is, and for what. */
export const keyTitle = (purpose: string): string => `${titlePrefix()}${purpose}`;

/** Titles of the keys that a run of the program wants, by repository. */
export class KeyTitles {
  readonly #titles = new Map<string, Set<string>>();

  add(repository: string, title: string): void {
    this.#at(repository).add(title);
  }

  /** Those of one repository, with those that the program adds after this. */
  of(repository: string): StackTitles {
    return { prefix: titlePrefix(), titles: this.#at(repository) };
  }

  #at(repository: string): Set<string> {
    const titles = this.#titles.get(repository) ?? new Set();
    this.#titles.set(repository, titles);
    return titles;
  }
}
