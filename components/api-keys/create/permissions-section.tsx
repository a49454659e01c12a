"use client";

import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { FULL_ACCESS, type RestrictionDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import type { Problems } from "#components/frame/form-problems.ts";
import { onDemand, onIntent, useDemand } from "#components/ui/on-demand.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";

export const RestrictionFields = onDemand(() =>
  import("#components/api-keys/restrictions/loaded-restriction-fields.tsx").then(
    (module) => module.LoadedRestrictionFields,
  ),
);

type Props = {
  draft: RestrictionDraft;
  onChange: (draft: RestrictionDraft) => void;
  problems: Problems;
  /** Undefined until it is first opened, so that its code isn't loaded. */
  open: boolean | undefined;
  onToggle: (open: boolean) => void;
};

/** Collapses the restrictions of a new key, because most keys have none. Keeps what was typed. */
export function PermissionsSection({ draft, onChange, problems, open, onToggle }: Props) {
  const id = useId();
  const { demand, pending, failure } = useDemand();
  const { access, networks, requestsPerMinute, creditsPerMonth } = draft;
  const limited = [networks, requestsPerMinute, creditsPerMonth].some((text) => text.trim() !== "");
  return (
    <div className="rounded-lg border border-line">
      <button
        type="button"
        {...onIntent(RestrictionFields)}
        aria-expanded={open ?? false}
        aria-controls={open === undefined ? undefined : id}
        aria-busy={pending || undefined}
        onClick={() => demand(RestrictionFields, () => onToggle(!open))}
        className="flex w-full flex-wrap items-center gap-x-2 rounded-lg px-3 py-2 text-left hover:bg-hover"
      >
        {pending ? (
          <Spinner />
        ) : (
          <ChevronRight aria-hidden className={`size-4 text-muted transition-transform ${open ? "rotate-90" : ""}`} />
        )}
        <span className="font-medium">Permissions and limits</span>
        <span className="ml-auto text-[0.8125rem] text-muted">
          {access === "restricted" || limited ? "Restricted" : "Full access"}
        </span>
      </button>
      {failure}
      {open !== undefined && (
        <div id={id} hidden={!open} className="border-line border-t px-3 py-4">
          <div className="flex flex-col gap-5">
            <RestrictionFields apiKeyId={null} draft={draft} onChange={onChange} problems={problems} />
          </div>
        </div>
      )}
    </div>
  );
}

/**
 * Returns the restrictions that were typed, or none for full access, or the problems with them.
 * Loads the fields, which show the problems.
 */
export async function readPermissions(
  draft: RestrictionDraft,
): Promise<{ restrictions?: Restrictions } | { problems: Problems }> {
  if (draft === FULL_ACCESS) return {};
  await RestrictionFields.load();
  const { readDraft } = await import("#components/api-keys/restrictions/read-draft.ts");
  return readDraft(draft);
}
