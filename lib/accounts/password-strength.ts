import commonPasswords from "#lib/accounts/common-passwords.json" with { type: "json" };

/**
 * The 10,000 commonest passwords of at least 10 characters, in lower case; see
 * common-passwords.LICENSE.md for their source.
 */
const COMMON = new Set(commonPasswords);

/** Tells why a long enough password would be among the first guesses; undefined if it wouldn't. */
export function passwordWeakness(
  password: string,
  user: { email: string; name: string },
): "common_password" | "own_name_password" | undefined {
  const folded = fold(password);
  if (COMMON.has(folded)) return "common_password";
  const own = [user.email, user.email.split("@")[0] ?? "", user.name, user.name.replaceAll(" ", "")];
  return own.some((text) => fold(text) === folded) ? "own_name_password" : undefined;
}

/** Ignores case, because upper and lower case are one guess. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
