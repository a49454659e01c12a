import type { ReactNode } from "react";
import { logsHref } from "#components/logs/logs-url.ts";
import { reasonWords } from "#components/logs/reason-words.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import { Select } from "#components/ui/select.tsx";
import { browserName } from "#lib/accounts/model/browser-name.ts";
import type { LogsChoices } from "#lib/usage/logs.ts";
import { ANY_FAILURE } from "#lib/usage/model/log-rows.ts";
import type { LogsFilter } from "#lib/usage/model/logs-query.ts";

const STATUS_CLASSES = { "2xx": "2xx Successful", "4xx": "4xx Rejected", "5xx": "5xx Server error" };

type Choice = readonly [value: string, words: string];

/** Filters Logs by what occurs in them. A GET form works without JavaScript. */
export function LogsFilters({ filter, choices }: { filter: LogsFilter; choices: LogsChoices }) {
  const { keys, statuses, reasons, routes, callers } = choices;
  const selects: [name: keyof LogsFilter, label: string, all: string, choices: Choice[]][] = [
    ["key", "Key", "All keys", keys.map(({ id, name, prefix }) => [id, `${name} (${prefix}…)`])],
    [
      "status",
      "Status",
      "All statuses",
      [...Object.entries(STATUS_CLASSES), ...statuses.map((status): Choice => [String(status), String(status)])],
    ],
    ["reason", "Reason", "All reasons", [ANY_FAILURE, ...reasons].map((reason) => [reason, reasonWords(reason)])],
    ["route", "Route", "All routes", routes.map((route) => [route, route])],
    ["caller", "Caller", "All callers", callers.map((caller) => [caller, callerWords(caller)])],
  ];
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <form
      action="/settings/logs"
      className="mb-3 grid grid-cols-[repeat(auto-fit,minmax(8rem,1fr))] items-end gap-2 text-[0.8125rem]"
    >
      {selects.map(([name, label, all, known]) => (
        <Labeled key={`${name} ${filter[name]}`} id={`logs-${name}`} label={label}>
          <Select id={`logs-${name}`} name={name} defaultValue={filter[name] ?? ""}>
            <option value="">{all}</option>
            {withChosen(known, filter[name]).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </Labeled>
      ))}
      <div className="flex gap-2">
        <Button type="submit">Filter</Button>
        {isFiltered && (
          <Link href={logsHref({})} className={buttonClass({ variant: "quiet" })}>
            Clear
          </Link>
        )}
      </div>
    </form>
  );
}

/** Adds the chosen value, which may no longer occur. */
function withChosen(known: Choice[], chosen: string | null): Choice[] {
  return !chosen || known.some(([value]) => value === chosen) ? known : [...known, [chosen, chosen]];
}

function callerWords(caller: string): string {
  const space = caller.indexOf(" ");
  return `${caller.slice(0, space) || "–"} ${browserName(caller.slice(space + 1))}`;
}

function Labeled({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
    </div>
  );
}
