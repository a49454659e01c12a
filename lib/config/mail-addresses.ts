/** Tells whether a text is a mail server's URL without options, which could weaken TLS. */
export function isSmtpAddress(text: string): boolean {
  try {
    const url = new URL(text);
    decodeURIComponent(url.username + url.password);
    return /^smtps?:$/.test(url.protocol) && url.hostname !== "" && /^\/?$/.test(url.pathname + url.search + url.hash);
  } catch {
    return false;
  }
}

/** Parses `Name <address>` or a bare address; undefined for anything else. */
export function parseSender(text: string): { name: string; address: string } | undefined {
  const [, name = "", address = text] = /^([^<>]*?)\s*<([^<>]+)>$/.exec(text) ?? [];
  const fits = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/u.test(address) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
  return fits ? { name: name.replace(/^"(.*)"$/, "$1"), address } : undefined;
}
