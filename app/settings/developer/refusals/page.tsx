import { permanentRedirect } from "next/navigation";
import { logsHref } from "#components/logs/logs-url.ts";
import { requestIdIn } from "#lib/usage/model/schema.ts";

type Props = { searchParams: Promise<{ request?: string | string[] }> };

/** Leads from the former address of Logs, which links and bookmarks may have. */
export default async function FormerLogsPage({ searchParams }: Props) {
  const { request } = await searchParams;
  permanentRedirect(logsHref({ request: (typeof request === "string" && requestIdIn(request)) || undefined }));
}
