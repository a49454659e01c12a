"use client";

import { ACTOR_WORDS, activityDetail, activityWords } from "#components/activity/activity-words.ts";
import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { browserName } from "#lib/accounts/model/browser-name.ts";
import type { ActivityRecord } from "#lib/activity/read.ts";

export function ActivityTable({ records }: { records: ActivityRecord[] }) {
  return (
    <ReadingTable
      label="Activity"
      head={["Action", "Details", "By", "From", "Time"]}
      rows={records.map((record) => ({
        key: record.id,
        cells: [
          activityWords(record.action),
          <Detail key="detail" record={record} />,
          ACTOR_WORDS[record.actor],
          <From key="from" record={record} />,
          <Time key="when" at={record.createdAt} />,
        ],
      }))}
    />
  );
}

function Detail({ record }: { record: ActivityRecord }) {
  const text = activityDetail(record) || "–";
  return record.apiKeyId ? <KeyLink id={record.apiKeyId} name={text} /> : <bdi className="break-words">{text}</bdi>;
}

function From({ record: { address, userAgent } }: { record: ActivityRecord }) {
  return (
    <span className="block sm:max-w-40 lg:max-w-72">
      <span className="block font-mono text-[0.8125rem]">{address ?? "–"}</span>
      {userAgent && (
        <span title={userAgent} className="block truncate text-muted text-xs">
          {browserName(userAgent)}
        </span>
      )}
    </span>
  );
}
