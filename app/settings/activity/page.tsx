import { Download } from "lucide-react";
import type { Metadata } from "next";
import { ActivityTable } from "#components/activity/activity-table.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import { PageLinks } from "#components/ui/page-links.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { listActivity } from "#lib/activity/read.ts";
import { activityQuery } from "#lib/activity/schema.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { readPage } from "#lib/read-page.ts";

export const metadata: Metadata = { title: "Activity" };

const PAGE = 50;
const FILTERS = [
  [null, "Everything"],
  ["api_key", "Keys"],
  ["account", "Account"],
] as const;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Everything that happened to the account and its keys. */
export default async function ActivityPage({ searchParams }: Props) {
  const user = await requireUser();
  const { about, page: asked } = activityQuery.parse(await searchParams);
  const { rows, page, pages } = await readPage(asked, PAGE, (slice) => listActivity(user.id, { about }, slice));
  const href = (to: { about?: string | null; page?: number }) => {
    const parameters = new URLSearchParams();
    if (to.about) parameters.set("about", to.about);
    if (to.page && to.page > 1) parameters.set("page", String(to.page));
    return parameters.size > 0 ? `/settings/activity?${parameters}` : "/settings/activity";
  };
  return (
    <NowProvider now={new Date()}>
      <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
        <div>
          <h1 className="font-semibold text-xl tracking-tight">Activity</h1>
          <p className="mt-1 text-muted">What happened to your keys and your account: who, from where, and when.</p>
        </div>
        <a href={`/settings/activity/export${about ? `?about=${about}` : ""}`} className={buttonClass({})}>
          <Download aria-hidden className="size-4" />
          Export CSV
        </a>
      </header>
      <nav aria-label="Filter" className="mb-3 flex gap-1 text-[0.8125rem]">
        {FILTERS.map(([value, label]) => (
          <Link
            key={label}
            href={href({ about: value })}
            aria-current={about === value ? "true" : undefined}
            className="rounded-lg px-2.5 py-1 text-muted hover:bg-hover hover:text-ink aria-[current=true]:bg-hover aria-[current=true]:font-medium aria-[current=true]:text-ink"
          >
            {label}
          </Link>
        ))}
      </nav>
      {rows.length === 0 ? <p className="text-muted">Nothing is on record.</p> : <ActivityTable records={rows} />}
      <PageLinks page={page} pages={pages} href={(to) => href({ about, page: to })} />
    </NowProvider>
  );
}
