import { redirect } from "next/navigation";
import { HOME } from "#lib/auth/safe-next.ts";

export default function SettingsIndexPage() {
  redirect(HOME);
}
