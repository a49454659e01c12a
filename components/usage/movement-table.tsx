import { KeyLink } from "#components/api-keys/key-link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { movementWords } from "#components/usage/movement-words.ts";
import type { Movement } from "#lib/credits/ledger.ts";

const signed = new Intl.NumberFormat("en", { signDisplay: "exceptZero" });

/** What came to an account's credits and went from them. */
export function MovementTable({ movements }: { movements: Movement[] }) {
  return (
    <ReadingTable
      label="Movements"
      head={["What", "Credits", "Key", "When"]}
      rows={movements.map(({ id, kind, amount, apiKeyId, keyName, createdAt }) => ({
        key: id,
        cells: [
          movementWords(kind),
          <span key="amount" className="tabular-nums">
            {signed.format(amount)}
          </span>,
          apiKeyId && keyName ? <KeyLink key="key" id={apiKeyId} name={keyName} /> : "–",
          <Time key="when" at={createdAt} />,
        ],
      }))}
    />
  );
}
