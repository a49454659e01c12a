"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { KeyActions } from "#components/api-keys/change/key-actions.tsx";
import { KeyDialogProvider } from "#components/api-keys/change/key-dialog-provider.tsx";
import { OpenRotate } from "#components/api-keys/change/open-rotate.tsx";
import {
  EnvironmentBadge,
  Expires,
  KeyText,
  LastUsed,
  RotationBadge,
  Status,
} from "#components/api-keys/detail/key-facts.tsx";
import { LifetimeDaysProvider } from "#components/api-keys/expiry/lifetime-days.ts";
import { ListRef } from "#components/api-keys/list/list-ref.ts";
import { RecentRequests } from "#components/api-keys/list/recent-requests.tsx";
import { KeyRestrictions, type RestrictionUse } from "#components/api-keys/restrictions/key-restrictions.tsx";
import { ApiAddressProvider } from "#components/api-keys/save/api-address.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { NowProvider, Time } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { isLiveKey, keyStatus } from "#lib/api-keys/model/status.ts";
import { programName } from "#lib/usage/model/program-name.ts";

type Props = {
  apiKey: ListedApiKey & { deletedAt: Date | null };
  now: Date;
  apiUrl: string | null;
  lifetimeDays: number | null;
  /** Scheduled work disabled the key, not its owner. */
  disabledAsUnused: boolean;
  /** Opens the rotation dialog, if the key can be rotated. */
  opensRotate: boolean;
  restrictions: RestrictionUse;
  /** Usage, callers, rejections and activity, rendered on the server. */
  children: ReactNode;
};

export function KeyPage({
  apiKey,
  now,
  apiUrl,
  lifetimeDays,
  disabledAsUnused,
  opensRotate,
  restrictions,
  children,
}: Props) {
  const heading = useRef<HTMLElement>(null);
  const { lastUsedAddress, lastUsedAgent, disabledAt, deletedAt } = apiKey;
  return (
    <NowProvider now={now}>
      <ApiAddressProvider value={apiUrl}>
        <LifetimeDaysProvider value={lifetimeDays}>
          <ListRef value={heading}>
            <KeyDialogProvider keys={[apiKey]}>
              <nav aria-label="Breadcrumb" className="mb-3 flex items-center gap-1 text-[0.8125rem] text-muted">
                <Link href="/settings/developer" className="rounded hover:text-ink">
                  Developer Settings
                </Link>
                <ChevronRight aria-hidden className="size-3.5" />
                <span aria-current="page">
                  <bdi>{apiKey.name}</bdi>
                </span>
              </nav>
              <header
                ref={heading}
                id="api-keys"
                tabIndex={-1}
                className="flex flex-wrap items-center justify-between gap-4 outline-none"
              >
                <div className="flex min-w-0 flex-wrap items-center gap-2">
                  <h1 className="min-w-0 break-words font-semibold text-xl tracking-tight">
                    <bdi>{apiKey.name}</bdi>
                  </h1>
                  <RotationBadge apiKey={apiKey} />
                </div>
                {!deletedAt && <KeyActions apiKey={apiKey} inList={false} />}
                {opensRotate && !apiKey.successorId && keyStatus(apiKey, now) === "active" && (
                  <OpenRotate apiKey={apiKey} />
                )}
              </header>
              {deletedAt && (
                <div className="mt-4">
                  <Notice>
                    This key was deleted <Time at={deletedAt} />. Its history is kept.
                  </Notice>
                </div>
              )}
              {apiKey.revokesAt && isLiveKey(apiKey, now) && (
                <div className="mt-4">
                  <Notice tone="danger">
                    This key was reported as leaked. It will be revoked <Time at={apiKey.revokesAt} />, which can't be
                    postponed. Rotate it now, move your programs to the new key, and check how this one was used.
                  </Notice>
                </div>
              )}
              {disabledAsUnused && disabledAt && (
                <div className="mt-4">
                  <Notice tone="warning">
                    This key was disabled <Time at={disabledAt} /> because it hadn't been used for a long time. Enable
                    it if a program still needs it.
                  </Notice>
                </div>
              )}
              <Rotation apiKey={apiKey} />
              <dl className="mt-6 grid grid-cols-[repeat(auto-fit,minmax(min(7rem,100%),1fr))] gap-x-6 gap-y-5 rounded-xl border border-line bg-surface p-4 sm:grid-cols-4">
                <Fact term="Status">
                  <Status apiKey={apiKey} />
                </Fact>
                <Fact term="Key">
                  <KeyText apiKey={apiKey} />
                </Fact>
                <Fact term="Environment">
                  <EnvironmentBadge environment={apiKey.environment} />
                </Fact>
                <Fact term="Created">
                  <Time at={apiKey.createdAt} />
                </Fact>
                <Fact term="Expires">
                  <Expires apiKey={apiKey} />
                </Fact>
                <Fact term="Last used">
                  <LastUsed apiKey={apiKey} />
                  {lastUsedAddress && (
                    <span className="block break-words text-muted text-xs">
                      from <span className="font-mono">{lastUsedAddress}</span>
                      {lastUsedAgent && (
                        <>
                          {" "}
                          by <bdi title={lastUsedAgent}>{programName(lastUsedAgent)}</bdi>
                        </>
                      )}
                    </span>
                  )}
                </Fact>
                <Fact term="Requests (24 h)">
                  <RecentRequests apiKey={apiKey} />
                </Fact>
                {apiKey.note && (
                  <div className="col-span-full min-w-0">
                    <dt className="mb-1 text-muted text-xs">Note</dt>
                    <dd className="whitespace-pre-line break-words text-[0.8125rem]">
                      <bdi dir="auto">{apiKey.note}</bdi>
                    </dd>
                  </div>
                )}
              </dl>
              <KeyRestrictions apiKey={apiKey} canEdit={!deletedAt} {...restrictions} />
            </KeyDialogProvider>
          </ListRef>
          {children}
        </LifetimeDaysProvider>
      </ApiAddressProvider>
    </NowProvider>
  );
}

function Rotation({ apiKey: { successorId, replacesId } }: Pick<Props, "apiKey">) {
  if (!successorId && !replacesId) return null;
  const link = (id: string, words: string) => (
    <Link href={`/settings/developer/${id}`} className="underline underline-offset-3">
      {words}
    </Link>
  );
  return (
    <div className="mt-4 flex flex-col gap-2">
      {successorId && (
        <Notice tone="warning">This key was rotated. {link(successorId, "Its successor")} replaces it.</Notice>
      )}
      {replacesId && <Notice>This key replaces {link(replacesId, "an older one")}.</Notice>}
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="mb-1 text-muted text-xs">{term}</dt>
      <dd className="text-[0.8125rem] [&_.flex-col]:items-start [&_.flex-wrap]:justify-start">{children}</dd>
    </div>
  );
}
