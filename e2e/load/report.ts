import { formatTable, type Row } from "#scripts/table.ts";

/** A bound, which the figure may reach. */
export type Target = { least: number } | { most: number };
type Words = { unit?: string; against?: string; because?: string };

/** Collects figures, each beside its target, and names the missed targets at the end. */
export class Report {
  readonly #rows: Row[] = [];
  readonly #missed: string[] = [];
  readonly #print: (line: string) => void;
  #judged = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Adds a figure that has no target. */
  note(figure: string, measured: string, against = ""): void {
    this.#add({ figure, measured, against, target: "", verdict: "" });
  }

  /**
   * Adds a figure and its verdict. NaN, which means that nothing was measured, misses its target.
   */
  judge(figure: string, value: number, target: Target, { unit = "", against = "", because = "" }: Words = {}): void {
    const met = "least" in target ? value >= target.least : value <= target.most;
    const [sign, bound] = "least" in target ? ["≥", target.least] : ["≤", target.most];
    const row = {
      figure,
      measured: inWords(value, unit),
      against,
      target: `${sign} ${inWords(bound, unit)}${because && ` (${because})`}`,
      verdict: met ? "met" : "MISSED",
    };
    this.#judged += 1;
    if (!met) this.#missed.push(`${figure}: ${row.measured}, target ${row.target}`);
    this.#add(row);
  }

  /** Notes figures that could not be measured. */
  fail(what: string, error: Error): void {
    this.#judged += 1;
    this.#missed.push(`${what}: not measured, ${error.message}`);
    this.#print(`${what}: ${error.stack}`);
  }

  /** The table of all figures, and a line for each target that is missed. */
  summary(): string {
    const missed =
      this.#missed.length === 0 ? "No target is missed." : `Missed, ${this.#missed.length} of ${this.#judged} targets:`;
    return [formatTable(this.#rows), "", missed, ...this.#missed].join("\n");
  }

  #add(row: { figure: string; measured: string; against: string; target: string; verdict: string }): void {
    this.#rows.push(row);
    this.#print([`${row.figure}:`, row.measured, row.against, row.verdict].filter(Boolean).join(" "));
  }
}

function inWords(value: number, unit: string): string {
  return `${Math.abs(value) >= 100 ? Math.round(value) : value.toFixed(2)}${unit && ` ${unit}`}`;
}
