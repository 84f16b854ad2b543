import { readFileSync } from "node:fs";
import { parseImages } from "./options.ts";

/** The programs of images. */
export type Images = Pick<ReadonlyMap<string, string>, "get" | "keys">;

/**
 * The programs of images as a file names them. It is read again for an image that is not in it, since
 * `npm run lab -- up` may have added that meanwhile: the node goes on, and its pods with it.
 */
export class ImagesFile implements Images {
  readonly #path: string;
  #images: ReadonlyMap<string, string>;

  /** @throws when the file cannot be read or is not what `parseImages` wants */
  constructor(path: string) {
    this.#path = path;
    this.#images = this.#read();
  }

  get(image: string): string | undefined {
    return this.#images.get(image) ?? this.#readAgain().get(image);
  }

  keys(): MapIterator<string> {
    return this.#images.keys();
  }

  #readAgain(): ReadonlyMap<string, string> {
    try {
      this.#images = this.#read();
    } catch {
      // The file goes when the lab does: nothing was added then.
    }
    return this.#images;
  }

  #read(): ReadonlyMap<string, string> {
    return parseImages(readFileSync(this.#path, "utf8"), this.#path);
  }
}
