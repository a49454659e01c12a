import { z } from "zod";
import type { Documentation } from "#lib/config/values.ts";
import { VARIABLES_BY_HEADING, variables } from "#lib/config/variables.ts";

const WIDTH = 100;

type Property = Documentation & {
  default?: string | number;
  enum?: string[];
  minimum?: number;
  maximum?: number;
};

/**
 * The schema's description of each variable. It describes the input, which an operator writes, not
 * what a transform returns.
 */
const PROPERTIES = z.toJSONSchema(variables, { io: "input", unrepresentable: "any" }).properties ?? {};

/** Returns the text of `docs/configuration.md`. */
export function configurationPage(): string {
  const introduction = [
    "<!-- Written by `npm run configuration` from lib/config/variables.ts. Change it there. -->",
    "# Configuration",
    paragraph(
      "Set these variables in the environment or in a `.env` file in the project's folder, which never replaces what " +
        "the environment sets. `GOODTAKE_ENV_FILE` names another file. [.env.example](../.env.example) is one to copy. " +
        "An empty value means that the variable is not set. A bad value stops the start with a sentence that names it.",
    ),
  ];
  const sections = headings().map(({ heading, names }) => [`## ${heading}`, ...names.map(entry)]);
  return `${[...introduction, ...sections.flat()].join("\n\n")}\n`;
}

/**
 * Returns the text of `.env.example`: every variable, commented out, with its default or an
 * example.
 */
export function exampleFile(): string {
  const sections = headings().map(({ heading, names }) =>
    [`# ${heading}`, ...names.map((name) => `# ${name}=${exampleOf(property(name))}`)].join("\n"),
  );
  const introduction =
    "# Copy to .env and keep what you need: everything has a default. docs/configuration.md explains each variable.\n" +
    "# Written by `npm run configuration` from lib/config/variables.ts.";
  return `${[introduction, ...sections].join("\n\n")}\n`;
}

function headings(): { heading: string; names: string[] }[] {
  return Object.entries(VARIABLES_BY_HEADING).map(([heading, shape]) => ({ heading, names: Object.keys(shape) }));
}

function property(name: string): Property {
  return PROPERTIES[name] as Property;
}

function entry(name: string): string {
  const found = property(name);
  const facts = [`- Default: ${defaultOf(found)}`, `- Values: ${valuesOf(found)}`];
  if (found.needed) facts.push(`- Needed by: ${found.needed}`);
  return [`### ${name}`, paragraph(found.description), facts.map((fact) => paragraph(fact, "  ")).join("\n")].join(
    "\n\n",
  );
}

function defaultOf({ unset, default: value }: Property): string {
  return unset ?? (value === undefined ? "none" : `\`${value}\``);
}

function valuesOf({ values, enum: words, minimum, maximum }: Property): string {
  if (values) return values;
  if (words) return words.map((word) => `\`${word}\``).join(", ");
  return minimum === undefined ? "text" : `${minimum} to ${maximum?.toLocaleString("en-US")}`;
}

function exampleOf({ example, default: value = "" }: Property): string {
  return example ?? String(value);
}

/** Wraps at 100 columns, never inside `code`. */
function paragraph(text: string, indent = ""): string {
  const lines = [""];
  for (const [word] of text.matchAll(/(`[^`]*`|[^\s`])+/g)) {
    const line = lines.at(-1) as string;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`${indent}${word}`);
  }
  return lines.join("\n");
}
