"use client";

import { type ReactNode, useRef } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import { formatNumber } from "#components/ui/number.ts";
import { DemandButton } from "#components/ui/on-demand.tsx";
import { Section } from "#components/ui/section.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { restrictionsOf } from "#lib/api-keys/model/restrictions.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";

/** What a key's page shows next to its restrictions. */
export type RestrictionUse = {
  /** The title of each of the installation's permissions, by name. */
  titles: Record<string, string>;
  /** Credits spent in this UTC month, net of refunds. */
  creditsUsed: number;
};

type Props = RestrictionUse & { apiKey: ListedApiKey; canEdit: boolean };

/** Shows a key's permissions, networks and limits, and the credits that it used this month. */
export function KeyRestrictions({ apiKey, canEdit, titles, creditsUsed }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  const live = isLiveKey(apiKey, useNow());
  const { scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = restrictionsOf(apiKey);
  const used = formatNumber(creditsUsed);
  return (
    <Section
      title="Permissions and limits"
      aside={
        canEdit &&
        live && (
          <span className="noscript:hidden">
            <DemandButton
              ref={button}
              needs={KEY_DIALOGS.restrict}
              size="small"
              onClick={() => openDialog("restrict", apiKey, button)}
            >
              Edit permissions
            </DemandButton>
          </span>
        )
      }
    >
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(min(11rem,100%),1fr))] gap-x-6 gap-y-5 rounded-xl border border-line bg-surface p-4 text-[0.8125rem]">
        <Fact term="Permissions">
          {scopes === null
            ? "Full access"
            : scopes.length === 0
              ? "None: it can only read its own details"
              : scopes.map((name) => (
                  <span key={name} className="block break-words" title={name}>
                    {titles[name] ?? `${name} (no longer exists)`}
                  </span>
                ))}
        </Fact>
        <Fact term="Allowed networks">
          {allowedNetworks === null ? (
            "Any"
          ) : (
            <span className="block max-h-40 overflow-y-auto font-mono">
              {allowedNetworks.map((network) => (
                <span key={network} className="block break-all">
                  {network}
                </span>
              ))}
            </span>
          )}
        </Fact>
        <Fact term="Requests per minute">
          {requestsPerMinute === null ? "Your account's limit" : formatNumber(requestsPerMinute)}
        </Fact>
        <Fact term="Credits per month">
          {creditsPerMonth === null
            ? `No limit, ${used} used this month`
            : `${used} of ${formatNumber(creditsPerMonth)} used this month`}
        </Fact>
      </dl>
    </Section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="mb-1 text-muted text-xs">{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
