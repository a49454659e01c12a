import { redirect } from "next/navigation";
import { requireUser } from "#lib/auth/require-user.ts";
import { HOME } from "#lib/auth/safe-next.ts";

export default async function RootPage() {
  await requireUser();
  redirect(HOME);
}
