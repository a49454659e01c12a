import { failureWords } from "#components/frame/action-failure.tsx";
import { announce, type ToastAction } from "#components/ui/toast.tsx";
import { restoreApiKeysAction } from "#lib/actions/api-keys.ts";

/** Offers to put the rows of deleted keys back into the list. The keys stay revoked. */
export function undoRemoval(deletedAt: Date, restored: string): ToastAction {
  async function undo() {
    try {
      const result = await restoreApiKeysAction(deletedAt);
      announce(result.ok ? restored : "There is nothing to put back.");
    } catch (error) {
      announce(failureWords(error));
    }
  }
  return { label: "Undo", run: () => void undo() };
}
