import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Section } from "#components/ui/section.tsx";
import { Time } from "#components/ui/time.tsx";
import type { KeptReport } from "#lib/leaks/read.ts";

/** Lists who found a leaked key and where. Reporters wrote both, so neither is ever a link. */
export function LeakReports({ reports }: { reports: KeptReport[] }) {
  return (
    <Section
      title="Leak reports"
      note="Anyone can send a report, so the source and the address aren't verified. Open an address only if you trust it."
    >
      <ReadingTable
        label="Reports of this key"
        head={["Reported", "Source", "Found at"]}
        rows={reports.map(({ id, createdAt, source, url }) => ({
          key: id,
          cells: [
            <Time key="when" at={createdAt} />,
            <bdi key="source" className="wrap-anywhere">
              {source || "Not given"}
            </bdi>,
            <bdi key="url" dir="ltr" className="font-mono text-xs wrap-anywhere">
              {url || "Not given"}
            </bdi>,
          ],
        }))}
      />
    </Section>
  );
}
