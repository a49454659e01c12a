import { memo, useId } from "react";
import { KeyActions } from "#components/api-keys/key-actions.tsx";
import {
  EnvironmentBadge,
  Expires,
  isOldKey,
  KeyName,
  KeyPrefix,
  LastUsed,
  RotationBadge,
  Status,
} from "#components/api-keys/key-facts.tsx";
import { OldKeyCallers } from "#components/api-keys/old-key-callers.tsx";
import type { KeySelection } from "#components/api-keys/use-selection.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Time, useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** The same keys on a phone: one below the other, nothing sideways. */
export function KeyList({ rows, selection }: { rows: ListedApiKey[]; selection: KeySelection }) {
  const all = useId();
  return (
    <div className="lg:hidden">
      <label
        htmlFor={all}
        className="flex items-center gap-3 border-line border-b px-4 py-2.5 text-[0.8125rem] text-muted noscript:hidden"
      >
        <Checkbox
          id={all}
          checked={selection.wholePage}
          indeterminate={selection.partOfPage}
          onChange={(event) => selection.toggle(rows, event.currentTarget.checked)}
        />
        Select all keys on this page
      </label>
      <ul aria-label="API keys" className="divide-y divide-line">
        {rows.map((key) => (
          <KeyCard key={key.id} apiKey={key} selected={Boolean(selection.rows[key.id])} onSelect={selection.toggle} />
        ))}
      </ul>
    </div>
  );
}

type CardProps = { apiKey: ListedApiKey; selected: boolean; onSelect: KeySelection["toggle"] };

/** As in the table: one selection renders one key again, and not all of a list that may not even be seen. */
const KeyCard = memo(function KeyCard({ apiKey, selected, onSelect }: CardProps) {
  const now = useNow();
  return (
    <li
      data-selected={selected || undefined}
      className="flex flex-col gap-3 px-4 py-3.5 data-selected:bg-accent-soft/50"
    >
      <div className="flex items-start justify-between gap-3">
        <Checkbox
          aria-label={`Select ${apiKey.name}`}
          checked={selected}
          onChange={(event) => onSelect([apiKey], event.currentTarget.checked)}
          className="mt-1"
        />
        <div className="flex min-w-0 flex-1 flex-col gap-1">
          <KeyName apiKey={apiKey} />
          <KeyPrefix prefix={apiKey.prefix} />
        </div>
        <Status apiKey={apiKey} />
      </div>
      <dl className="grid grid-cols-3 gap-3 sm:max-w-md text-[0.8125rem]">
        <Fact term="Created">
          <Time at={apiKey.createdAt} />
        </Fact>
        <Fact term="Last used">
          <LastUsed apiKey={apiKey} />
        </Fact>
        <Fact term="Expires">
          <Expires apiKey={apiKey} />
        </Fact>
      </dl>
      {isOldKey(apiKey, now) && <OldKeyCallers apiKey={apiKey} />}
      <div className="flex items-center justify-between">
        <span className="flex gap-1.5">
          <EnvironmentBadge environment={apiKey.environment} />
          <RotationBadge apiKey={apiKey} />
        </span>
        <KeyActions apiKey={apiKey} />
      </div>
    </li>
  );
});

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
