"use client";

import { KeyRound } from "lucide-react";
import { PageNavigation } from "#components/frame/page-navigation.tsx";

/** Only what exists: each page adds itself here when it does. */
const PAGES = [{ href: "/settings/developer", label: "Developer Settings", Icon: KeyRound }];

export function SettingsNavigation() {
  return <PageNavigation label="Settings" pages={PAGES} />;
}
