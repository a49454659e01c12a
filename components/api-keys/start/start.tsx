import { FirstRequest } from "#components/api-keys/start/first-request.tsx";
import { PlaceholderExamples } from "#components/api-keys/start/placeholder-examples.tsx";
import { StartSteps } from "#components/api-keys/start/start-steps.tsx";
import { Link } from "#components/ui/link.tsx";
import type { FirstRequest as State } from "#lib/api-keys/first-request.ts";

type Props = {
  /** The account has no key in its list. */
  empty: boolean;
  firstRequest: State;
  baseUrl: string;
};

/**
 * Leads a new account to its first request. The list gets it rendered by the server, so that the
 * code that colors the examples stays there.
 */
export function Start({ empty, firstRequest, baseUrl }: Props) {
  const examples = <PlaceholderExamples baseUrl={baseUrl} />;
  return (
    <>
      {empty && <StartSteps examples={examples} />}
      <FirstRequest
        state={firstRequest}
        received={
          <Link href="/settings/usage" className="text-accent-ink underline underline-offset-3">
            See your usage
          </Link>
        }
      >
        {firstRequest === "waiting" && examples}
      </FirstRequest>
    </>
  );
}
