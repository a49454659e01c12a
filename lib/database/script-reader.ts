import { OperatorError } from "#lib/operator-error.ts";

/** Splits a stream into lines and into blocks that end with a marker line. */
export class ScriptReader {
  #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#source.next();
    if (done) throw new OperatorError("The backup ends too early.");
    this.#held = Buffer.concat([this.#held, value]);
  }

  async line(): Promise<string> {
    while (!this.#held.includes("\n")) await this.#more();
    const end = this.#held.indexOf("\n");
    const line = this.#held.subarray(0, end).toString();
    this.#held = this.#held.subarray(end + 1);
    return line;
  }

  /** Yields everything before the line `marker` and consumes the marker. */
  async *until(marker: string): AsyncGenerator<Buffer> {
    // An empty block starts with the marker; any other has it after a line break.
    while (this.#held.length < marker.length) await this.#more();
    if (this.#held.subarray(0, marker.length).equals(Buffer.from(marker))) {
      this.#held = this.#held.subarray(marker.length);
      return;
    }
    for (;;) {
      const end = this.#held.indexOf(`\n${marker}`);
      if (end >= 0) {
        yield this.#held.subarray(0, end + 1);
        this.#held = this.#held.subarray(end + 1 + marker.length);
        return;
      }
      const whole = Math.max(0, this.#held.length - marker.length);
      if (whole > 0) yield this.#held.subarray(0, whole);
      this.#held = this.#held.subarray(whole);
      await this.#more();
    }
  }
}
