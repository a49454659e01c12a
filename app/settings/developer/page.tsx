import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { DeveloperSettings } from "#components/api-keys/list/developer-settings.tsx";
import { KeyHealth } from "#components/api-keys/list/key-health.tsx";
import { viewHref } from "#components/api-keys/list/view-url.ts";
import { WarningNote } from "#components/api-keys/list/warning-note.tsx";
import { Start } from "#components/api-keys/start/start.tsx";
import { findFirstRequest } from "#lib/api-keys/first-request.ts";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";
import { listQuery } from "#lib/api-keys/model/schema.ts";
import { readKeyList } from "#lib/api-keys/read-key-list.ts";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { apiAddress, configuredApiAddress } from "#lib/config/api-address.ts";
import { env } from "#lib/config/env.ts";

export const metadata: Metadata = { title: "Developer Settings" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function DeveloperSettingsPage({ searchParams }: Props) {
  const user = await requireUser();
  const asked = await searchParams;
  const query = listQuery.parse(asked);
  // A secret in the address is not searched for, and is removed from it.
  if (KEY_SHAPE.test(String(asked.q))) redirect(viewHref(query, {}));
  const now = new Date();
  const [{ page, warnings, stamp }, firstRequest] = await Promise.all([
    readKeyList(user.userId, query, now),
    findFirstRequest(user.userId, now),
  ]);
  return (
    <DeveloperSettings
      page={page}
      stamp={stamp}
      query={query}
      now={now}
      apiUrl={configuredApiAddress()}
      lifetimeDays={env().MAX_KEY_LIFETIME_DAYS ?? null}
      health={<KeyHealth warnings={warnings} query={query} />}
      warningNote={query.finding && <WarningNote kind={query.finding} matching={page.matching} query={query} />}
      start={
        <Start empty={page.isEmpty} firstRequest={firstRequest} baseUrl={apiAddress((await headers()).get("host"))} />
      }
    />
  );
});
