import { NO_TRANSACTION } from "#lib/database/apply-migration.ts";

/** Marks a statement that is quick for a reason that the SQL doesn't show, and gives the reason. */
const EXCUSE = "-- migrate: short, because ";

const CONSTANT = "(?:''|-?[\\d.]+|true|false|null|current_timestamp|now\\(\\))";
/**
 * Statements that read, rewrite or lock every row of a table while requests wait, and what to write
 * instead.
 */
const RULES: [RegExp, string][] = [
  [
    /^create (unique )?index (?!concurrently)/,
    "blocks every write while it reads the table; write CREATE INDEX CONCURRENTLY IF NOT EXISTS into a file of its own",
  ],
  [/ concurrently /, `can't be in a transaction; write it into a file of its own that begins with "${NO_TRANSACTION}"`],
  [/ alter column "\w+" (set data )?type /, "rewrites the table; add a column, fill it in bounded steps, then switch"],
  [
    new RegExp(` add column (if not exists )?"\\w+" [^,]*(default (?!${CONSTANT})|generated |serial\\b)`),
    "rewrites the table; add the column without it, fill it in bounded steps, then set its default",
  ],
  [/ add column (if not exists )?"\w+" (?![^,]*default )[^,]*not null/, "fails where there are rows; give a default"],
  [
    /add column (if not exists )?"\w+" [^,]*( references | check |unique|primary key)/,
    "reads the table; add the constraint alone, as NOT VALID",
  ],
  [
    /add (constraint "\w+" )?(foreign key|check)\b(?!.* not valid)/,
    "reads the table; write NOT VALID, and VALIDATE CONSTRAINT in a file of its own",
  ],
  [
    /add (constraint "\w+" )?(unique|primary key|exclude)\b(?! using index)/,
    "builds an index; build it concurrently and write USING INDEX",
  ],
  [/ set not null/, "reads the table; validate a CHECK of it before, and say so"],
  [
    /^(update|delete|merge|insert .* select) /,
    "changes many rows at once; write a DO block that commits bounded steps",
  ],
  [
    /^(cluster|vacuum|reindex|truncate|lock) | set (un)?logged| set tablespace/,
    "holds the table for as long as it takes",
  ],
];
const ALONE =
  /^(create (unique )?index concurrently if not exists "|drop index concurrently if exists "|alter table "\w+" validate constraint )/;

/**
 * Returns a sentence for each statement of a migration that may block charges or usage for long on
 * a large table.
 */
export function lockProblems(sql: string): string[] {
  const all = statements(sql);
  if (sql.startsWith(NO_TRANSACTION)) return outsideProblems(all, sql);
  const made = all.flatMap(({ text }) => /^create table (?:if not exists )?("\w+")/.exec(text)?.[1] ?? []);
  return all.flatMap(({ source, text }) => {
    if (source.includes(EXCUSE) || made.some((table) => text.includes(` ${table}`) && isOn(text, table))) return [];
    if (/ validate constraint /.test(text) && all.length > 1)
      return [
        `${short(text)}: reads the table while the rest of the file has its locks; write it into a file of its own.`,
      ];
    return RULES.flatMap(([pattern, advice]) => (pattern.test(text) ? [`${short(text)}: ${advice}.`] : []));
  });
}

/**
 * Splits a migration so that each index of an existing table is built concurrently in a file of its
 * own.
 */
export function splitMigration(sql: string): string[] {
  const all = statements(sql);
  const made = new Set(all.flatMap(({ text }) => /^create table ("\w+")/.exec(text)?.[1] ?? []));
  const isLong = (text: string) => {
    const [, table] = /^create (?:unique )?index "\w+" on ("\w+")/.exec(text) ?? [];
    return table !== undefined && !made.has(table);
  };
  const rest = all.filter(({ text }) => !isLong(text)).map(({ source }) => `${source};\n`);
  const indexes = all
    .filter(({ text }) => isLong(text))
    .map(
      ({ source }) =>
        `${NO_TRANSACTION}\n${source.replace(/(CREATE (UNIQUE )?INDEX) /, "$1 CONCURRENTLY IF NOT EXISTS ")};\n`,
    );
  return rest.length > 0 ? [rest.join("\n"), ...indexes] : indexes;
}

type Statement = { source: string; text: string };

/**
 * Splits a script into statements. `text` has no comments and no quoted text, and is in lower case
 * except for names.
 */
function statements(sql: string): Statement[] {
  const bare = sql.replace(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|--[^\n]*/g, (part) => part.replace(/[^\n]/g, " "));
  const ends = [...bare.matchAll(/;/g)].map(({ index }) => index);
  return [...ends, sql.length].flatMap((end, i) => {
    const source = sql.slice(i === 0 ? 0 : (ends[i - 1] as number) + 1, end).trim();
    const text = source
      .replace(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'/g, "''")
      .replace(/--[^\n]*/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .replace(/"[^"]*"|[^"]+/g, (part) => (part.startsWith('"') ? part : part.toLowerCase()));
    return text ? [{ source, text }] : [];
  });
}

function outsideProblems(all: Statement[], sql: string): string[] {
  const [{ text = "" } = {}, ...more] = all;
  if (more.length > 0) return ["A file that runs outside of a transaction holds one statement."];
  if (ALONE.test(text) || (text.startsWith("do ") && /\bCOMMIT;/.test(sql) && /lock_timeout/.test(sql))) return [];
  return [
    `${short(text)}: is not safe to repeat; write IF (NOT) EXISTS, or a DO block that sets lock_timeout and commits.`,
  ];
}

/**
 * Returns whether a statement locks a table, instead of naming it as the other end of a foreign
 * key.
 */
function isOn(text: string, table: string): boolean {
  return new RegExp(
    `^(alter table (only )?|create (unique )?index "\\w+" on |insert into |update |delete from )${table}`,
  ).test(text);
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
