import { randomUUID } from "node:crypto";
import { type GeneratedImage, generatedImage } from "#lib/generation/model/schema.ts";

/** The answer to the caller: bytes of JSON. */
export type ImageAnswer = { chunks: Uint8Array[]; bytes: number };

/** Longer strings are images in base64, which are passed on unparsed. */
const PARSED_STRING_MAX_BYTES = 8_192;
/** An answer with URLs has less than 2 KB, and so has one with base64 besides its images. */
export const PARSED_MAX_BYTES = 256 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Characters that would need escaping in JSON. Base64 has none of them. */
const NOT_PLAIN = /[^ !#-[\]-~]/;

export function answerOf(image: GeneratedImage): ImageAnswer {
  return toAnswer([Buffer.from(JSON.stringify(image))]);
}

/**
 * Reads a provider's answer while it arrives. Images in base64 stay the bytes that came: parsing 30
 * MB would block all other requests for a second. A placeholder stands for each image while the
 * rest is parsed and checked against the schema, so that no unknown field is passed on.
 */
export class ImageAnswerReader {
  readonly #placeholder = `${randomUUID()} `;
  readonly #images: Uint8Array[][] = [];
  #parsed = "";
  /** Bytes since the last quote that opens or closes a string. */
  #part: Uint8Array[] = [];
  #partBytes = 0;
  #plain = true;
  #inString = false;

  /** @throws if this can't be an image provider's answer. */
  add(chunk: Buffer): void {
    for (let start = 0; start <= chunk.length; ) {
      const quote = chunk.indexOf(QUOTE, start);
      this.#extend(chunk.subarray(start, quote === -1 ? undefined : quote));
      if (quote === -1) return;
      if (this.#isEscaped()) this.#extend(chunk.subarray(quote, quote + 1));
      else this.#endPart();
      start = quote + 1;
    }
  }

  /** @throws if the answer has no image. */
  end(): ImageAnswer {
    const image = this.#parse();
    if (!image?.data.some(({ url, b64_json }) => url || b64_json))
      throw new Error("the answer is not one with an image");
    const [head = "", ...rest] = JSON.stringify(image).split(this.#placeholder);
    const tails = rest.map((text) => {
      const end = text.indexOf('"');
      return [...(this.#images[Number(text.slice(0, end))] ?? []), Buffer.from(text.slice(end))];
    });
    return toAnswer([Buffer.from(head), ...tails.flat()]);
  }

  /**
   * Returns undefined for an answer that has no image. Doesn't say why: the answer may quote our
   * key.
   */
  #parse(): GeneratedImage | undefined {
    try {
      return generatedImage.omit({ sandbox: true }).safeParse(JSON.parse(this.#parsed + this.#text())).data;
    } catch {
      return undefined;
    }
  }

  #extend(piece: Buffer): void {
    this.#part.push(piece);
    this.#partBytes += piece.length;
    if (this.#inString) this.#plain &&= !NOT_PLAIN.test(piece.toString("latin1"));
    else if (this.#parsed.length + this.#partBytes > PARSED_MAX_BYTES) throw new Error("the answer is too long");
  }

  #endPart(): void {
    if (this.#inString && this.#partBytes > PARSED_STRING_MAX_BYTES) {
      if (!this.#plain) throw new Error("a long string in the answer is not base64");
      this.#parsed += `${this.#placeholder}${this.#images.push(this.#part) - 1}"`;
    } else this.#parsed += `${this.#text()}"`;
    this.#inString = !this.#inString;
    this.#part = [];
    this.#partBytes = 0;
    this.#plain = true;
  }

  /** Returns whether a quote that follows belongs to the string. */
  #isEscaped(): boolean {
    if (this.#plain) return false;
    let backslashes = 0;
    for (const piece of this.#part.toReversed())
      for (let i = piece.length - 1; i >= 0; i -= 1) {
        if (piece[i] !== BACKSLASH) return backslashes % 2 === 1;
        backslashes += 1;
      }
    return backslashes % 2 === 1;
  }

  #text(): string {
    return Buffer.concat(this.#part).toString("utf8");
  }
}

function toAnswer(chunks: Uint8Array[]): ImageAnswer {
  return { chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
}
