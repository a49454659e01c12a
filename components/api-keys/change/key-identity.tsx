import { EnvironmentBadge, KeyText, RotationBadge } from "#components/api-keys/detail/key-facts.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** Tells a key from others of the same name: its prefix, environment and place in a rotation. */
export function KeyIdentity({ apiKey }: { apiKey: ListedApiKey }) {
  return (
    <p className="flex flex-wrap items-center gap-2">
      <KeyText apiKey={apiKey} />
      <EnvironmentBadge environment={apiKey.environment} />
      <RotationBadge apiKey={apiKey} />
    </p>
  );
}
