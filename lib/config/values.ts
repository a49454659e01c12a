import ipaddr from "ipaddr.js";
import { z } from "zod";

/**
 * What `docs/configuration.md` says about a variable. Default and range come from the schema if
 * they are left out.
 */
export type Documentation = {
  description: string;
  /** The installations that have to set it. */
  needed?: string;
  /** The default in words, if it is computed. */
  unset?: string;
  /** The accepted values in words, if the schema's type doesn't say them. */
  values?: string;
  /** The value in `.env.example`; the default if left out. */
  example?: string;
};

/**
 * Treats an empty value as unset, because shells, compose files and `.env` files leave a variable
 * out so.
 */
export function unsetIfEmpty<T extends z.ZodType>(schema: T) {
  const isEmpty = (value: unknown) => typeof value === "string" && value.trim() === "";
  return z.preprocess((value) => (isEmpty(value) ? undefined : value), schema);
}

export function variable<T extends z.ZodType>(schema: T, documentation: Documentation) {
  return unsetIfEmpty(schema).meta(documentation);
}

export function text(documentation: Documentation) {
  return variable(z.string().trim().optional(), documentation);
}

export function origin(documentation: Documentation) {
  const error = "must be an address such as https://dashboard.example.com";
  return variable(
    z
      .url({ protocol: /^https?$/, error, abort: true })
      .refine((value) => new URL(value).pathname === "/" && !new URL(value).search, "must have no path")
      .transform((value) => new URL(value).origin)
      .optional(),
    { values: "an http or https address without a path", ...documentation },
  );
}

export function webAddress() {
  return z.url({ protocol: /^https?$/, error: "must be an http or https address" });
}

export function whole(min: number, max: number, range = `must be from ${min} to ${max}`) {
  return z.coerce.number("must be a whole number").int("must be a whole number").min(min, range).max(max, range);
}

/** Parses addresses and CIDR ranges, separated by commas or spaces, to CIDR ranges. */
export function cidrs() {
  return z
    .string()
    .default("")
    .transform((list, context) =>
      list
        .split(/[\s,]+/)
        .filter(Boolean)
        .flatMap((entry) => {
          try {
            const cidr = entry.includes("/") ? entry : `${entry}/${ipaddr.parse(entry).kind() === "ipv4" ? 32 : 128}`;
            ipaddr.parseCIDR(cidr);
            return [cidr];
          } catch {
            context.addIssue(`"${entry}" is not an IP address or CIDR range`);
            return [];
          }
        }),
    );
}
