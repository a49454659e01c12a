"use client";

import { ChartNoAxesColumn, History, KeyRound, ScrollText, UserRound } from "lucide-react";
import { PageNavigation } from "#components/frame/page-navigation.tsx";

const PAGES = [
  { href: "/settings/developer", label: "Developer Settings", Icon: KeyRound },
  { href: "/settings/usage", label: "Usage", Icon: ChartNoAxesColumn },
  { href: "/settings/logs", label: "Logs", Icon: ScrollText },
  { href: "/settings/activity", label: "Activity", Icon: History },
  { href: "/settings/account", label: "Account", Icon: UserRound },
];

export function SettingsNavigation() {
  return <PageNavigation label="Settings" pages={PAGES} />;
}
