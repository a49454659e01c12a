import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { DeveloperSettings } from "#components/api-keys/developer-settings.tsx";
import { viewHref } from "#components/api-keys/view-url.ts";
import { findHygiene } from "#lib/api-keys/hygiene.ts";
import { KEY_SHAPE } from "#lib/api-keys/key-text.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import { listQuery } from "#lib/api-keys/schema.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/env.ts";
import { apiAddress, configuredApiAddress } from "#lib/http/api-address.ts";

export const metadata: Metadata = { title: "Developer Settings" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function DeveloperSettingsPage({ searchParams }: Props) {
  const user = await requireUser();
  const asked = await searchParams;
  const query = listQuery.parse(asked);
  // A key in the address is not looked for, and does not stay there.
  if (KEY_SHAPE.test(String(asked.q))) redirect(viewHref(query, {}));
  const now = new Date();
  const [page, findings] = await Promise.all([listApiKeys(user.id, query, now), findHygiene(user.id, now)]);
  return (
    <DeveloperSettings
      page={page}
      query={query}
      now={now}
      apiUrl={configuredApiAddress()}
      exampleUrl={apiAddress((await headers()).get("host"))}
      findings={findings}
      sandbox={!env().ARK_API_KEY}
    />
  );
}
