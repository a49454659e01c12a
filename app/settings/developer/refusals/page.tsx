import type { Metadata } from "next";
import { Notice } from "#components/ui/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { RejectionSearch } from "#components/usage/rejection-search.tsx";
import { RejectionTable } from "#components/usage/rejection-table.tsx";
import { requireUser } from "#lib/auth/require-user.ts";
import { requestIdIn } from "#lib/usage/model/schema.ts";
import { findRejection, listRejections } from "#lib/usage/read.ts";

export const metadata: Metadata = { title: "Rejected requests" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Explains a rejected request to the key's owner by its id; the caller isn't told the cause. */
export default async function RejectionsPage({ searchParams }: Props) {
  const user = await requireUser();
  const { request } = await searchParams;
  const asked = typeof request === "string" ? request.trim() : "";
  const id = requestIdIn(asked);
  const [found, recent] = await Promise.all([
    id ? findRejection(user.userId, id) : null,
    listRejections(user.userId, null, 50),
  ]);
  return (
    <NowProvider now={new Date()}>
      <h1 className="font-semibold text-xl tracking-tight">Rejected requests</h1>
      <p className="mt-1 max-w-2xl text-muted">
        Every rejection looks the same to its caller. Paste the <code className="font-mono">X-Request-Id</code> of one,
        and see the exact cause.
      </p>
      <RejectionSearch asked={id ?? ""}>
        {asked && !id && (
          <Notice tone="warning">This is not a request id. It looks like 0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60.</Notice>
        )}
        {id && !found && (
          <Notice>
            Nothing is known of this request. It was not rejected for one of your keys, or it was too long ago: the
            latest 1,000 rejections are kept, and of a flood some.
          </Notice>
        )}
      </RejectionSearch>
      {found && (
        <Section title="Why it was rejected">
          <RejectionTable rejections={[found]} withKey />
        </Section>
      )}
      <Section title="Latest rejections" note="With all your keys. New ones are here within a few seconds.">
        {recent.length === 0 ? (
          <p className="text-muted">None of your requests was rejected.</p>
        ) : (
          <RejectionTable rejections={recent} withKey />
        )}
      </Section>
    </NowProvider>
  );
}
