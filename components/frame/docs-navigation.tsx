"use client";

import {
  Bot,
  Braces,
  Gauge,
  KeyRound,
  type LucideIcon,
  Network,
  Rocket,
  ShieldAlert,
  ShieldCheck,
  TriangleAlert,
} from "lucide-react";
import { DOCS_PAGES, type DocsSlug } from "#components/docs/docs-pages.ts";
import { PageNavigation } from "#components/frame/page-navigation.tsx";

const ICONS: Record<DocsSlug, LucideIcon> = {
  "quick-start": Rocket,
  authentication: KeyRound,
  permissions: ShieldCheck,
  errors: TriangleAlert,
  "rate-limits": Gauge,
  gateway: Network,
  agents: Bot,
  leaks: ShieldAlert,
  api: Braces,
};
const PAGES = DOCS_PAGES.map(({ slug, title }) => ({ href: `/docs/${slug}`, label: title, Icon: ICONS[slug] }));

export function DocsNavigation() {
  return <PageNavigation label="API documentation" pages={PAGES} />;
}
