import { ReadingTable } from "#components/ui/reading-table.tsx";
import { signedCredits } from "#components/usage/ledger-words.ts";
import { movementWords } from "#components/usage/movement-words.ts";
import type { Movement } from "#lib/credits/movements.ts";

const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });

/** Shows the movements of credits on one UTC day. */
export function MovementTable({ movements }: { movements: Movement[] }) {
  return (
    <ReadingTable
      label="Single movements"
      head={["What", "Credits", "Time (UTC)"]}
      rows={movements.map(({ id, kind, amount, createdAt }) => ({
        key: id,
        cells: [
          movementWords(kind),
          <span key="amount" className="tabular-nums">
            {signedCredits(amount)}
          </span>,
          <time key="time" dateTime={createdAt.toISOString()} className="tabular-nums">
            {time.format(createdAt)}
          </time>,
        ],
      }))}
    />
  );
}
