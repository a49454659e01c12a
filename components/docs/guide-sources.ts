import type { GuideSlug } from "#components/docs/docs-pages.ts";
import agents from "#components/docs/guides/agents.md";
import authentication from "#components/docs/guides/authentication.md";
import errors from "#components/docs/guides/errors.md";
import gateway from "#components/docs/guides/gateway.md";
import leaks from "#components/docs/guides/leaks.md";
import permissions from "#components/docs/guides/permissions.md";
import quickStart from "#components/docs/guides/quick-start.md";
import rateLimits from "#components/docs/guides/rate-limits.md";

/** The Markdown of each guide. `{{name}}` stands for a value that `fillIn` puts there. */
export const GUIDE_SOURCES: Record<GuideSlug, string> = {
  "quick-start": quickStart,
  authentication,
  permissions,
  errors,
  "rate-limits": rateLimits,
  gateway,
  agents,
  leaks,
};
