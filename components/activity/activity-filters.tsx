import { X } from "lucide-react";
import type { ReactNode } from "react";
import { activityHref } from "#components/activity/activity-url.ts";
import { ACTION_WORDS } from "#components/activity/activity-words.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Link } from "#components/ui/link.tsx";
import { Select } from "#components/ui/select.tsx";
import type { ActivityQuery } from "#lib/activity/model/schema.ts";

const GROUPS = { api_key: "Keys", account: "Account" } as const;
const TABS = [[null, "All"], ...Object.entries(GROUPS)] as const;
const actionsOf = (group: string) => Object.entries(ACTION_WORDS).filter(([action]) => action.startsWith(`${group}.`));

type Props = { query: ActivityQuery; keyName: string | null };

/** Filters the activity by action, day and key. Links and a GET form work without JavaScript. */
export function ActivityFilters({ query, keyName }: Props) {
  const { about, key, from, to } = query;
  const groups = key ? (["api_key"] as const) : (["api_key", "account"] as const);
  return (
    <div className="mb-3 flex flex-col gap-3 text-[0.8125rem]">
      {key ? (
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0">
            Activity of <bdi className="break-words font-medium">{keyName ?? "an unknown key"}</bdi>
          </span>
          <Link href={activityHref({ ...query, key: null, page: null })} className={buttonClass({ size: "small" })}>
            <X aria-hidden className="size-4" />
            All keys
          </Link>
        </p>
      ) : (
        <nav aria-label="Filter" className="flex flex-wrap gap-1">
          {TABS.map(([value, label]) => (
            <Link
              key={label}
              href={activityHref({ ...query, about: value, page: null })}
              aria-current={about === value ? "true" : undefined}
              className="rounded-lg px-2.5 py-1 text-muted hover:bg-hover hover:text-ink aria-[current=true]:bg-hover aria-[current=true]:font-medium aria-[current=true]:text-ink"
            >
              {label}
            </Link>
          ))}
        </nav>
      )}
      <form action="/settings/activity" className="flex flex-wrap items-end gap-2">
        {key && <input type="hidden" name="key" value={key} />}
        <Labeled id="about" label="Action">
          <Select key={about} id="about" name="about" defaultValue={about ?? ""}>
            <option value="">All actions</option>
            {groups.map((group) => (
              <optgroup key={group} label={GROUPS[group]}>
                <option value={group}>{`All of ${GROUPS[group].toLowerCase()}`}</option>
                {actionsOf(group).map(([action, [title]]) => (
                  <option key={action} value={action}>
                    {title}
                  </option>
                ))}
              </optgroup>
            ))}
          </Select>
        </Labeled>
        {(["from", "to"] as const).map((name) => (
          <Labeled key={`${name} ${query[name]}`} id={name} label={name === "from" ? "From (UTC)" : "To (UTC)"}>
            <input id={name} type="date" name={name} defaultValue={query[name] ?? ""} className={INPUT_CLASS} />
          </Labeled>
        ))}
        <Button type="submit">Filter</Button>
        {(about || from || to) && (
          <Link href={activityHref({ key })} className={buttonClass({ variant: "quiet" })}>
            Clear
          </Link>
        )}
      </form>
    </div>
  );
}

function Labeled({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 max-w-full flex-auto flex-col gap-1 sm:flex-none">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
    </div>
  );
}
