import { format } from "node:util";
import pino from "pino";
import pretty from "pino-pretty";
import { env } from "#lib/config/env.ts";
import { onceAProcess } from "#lib/once-a-process.ts";

const API_KEY = /gt_[0-9A-Za-z]{36}/g;
const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Returns a text that is safe to print: without keys, and without characters by which a name could
 * forge a line or change its direction.
 */
export function printable(text: string): string {
  return text
    .replace(API_KEY, (key) => `${key.slice(0, 7)}…`)
    .replace(CONTROL_CHARACTERS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "password",
  "newPassword",
  "currentPassword",
  "passwordHash",
  "secret",
  "token",
  "hash",
  "client_secret",
];

/** Creates a logger whose lines contain no key, password, cookie or authorization header. */
export function createLogger(level: string, destination?: pino.DestinationStream): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    redact: {
      paths: SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: "[redacted]",
    },
    serializers: {
      err: (error: unknown) => {
        const serialized = pino.stdSerializers.err(error as Error);
        return {
          type: serialized.type,
          message: printable(String(serialized.message)),
          code: (error as { code?: unknown }).code,
          stack: keepKeysOut(String(serialized.stack)),
        };
      },
    },
    hooks: {
      logMethod(args, method) {
        method.apply(
          this,
          args.map((arg) => (typeof arg === "string" ? keepKeysOut(arg) : arg)) as Parameters<pino.LogFn>,
        );
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

function keepKeysOut(text: string): string {
  return text.replace(API_KEY, (key) => `${key.slice(0, 7)}…`);
}

/** Returns the logger of the process. */
export const log = onceAProcess("goodtakeLog", () => {
  const { LOG_LEVEL, NODE_ENV } = env();
  // A terminal shows lines; log collectors read JSON.
  const forPeople = NODE_ENV === "development" || process.stdout.isTTY;
  return createLogger(LOG_LEVEL, forPeople ? pretty({ sync: true, translateTime: "HH:MM:ss" }) : undefined);
});

/** Sends the console output of libraries through the logger, in one format and without keys. */
export function captureConsole(): void {
  console.log = console.info = console.debug = (...args) => log().debug(format(...args));
  console.warn = (...args) => log().warn(format(...args));
  console.error = (...args) => log().error(format(...args));
}
