"use client";

import { Braces, Gauge, KeyRound, Network, TriangleAlert } from "lucide-react";
import { PageNavigation } from "#components/frame/page-navigation.tsx";

const PAGES = [
  { href: "/docs/authentication", label: "Authentication", Icon: KeyRound },
  { href: "/docs/rate-limits", label: "Limits and credits", Icon: Gauge },
  { href: "/docs/errors", label: "Errors", Icon: TriangleAlert },
  { href: "/docs/gateway", label: "Your own API", Icon: Network },
  { href: "/docs/api", label: "API reference", Icon: Braces },
];

export function DocsNavigation() {
  return <PageNavigation label="API documentation" pages={PAGES} />;
}
