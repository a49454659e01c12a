/** The first match counts: browsers also name the browsers that they imitate. */
const BROWSERS = [
  [/Edg(A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|CriOS)\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
] as const;

/** Returns "Firefox on Windows", or the user agent itself if it names no known browser. */
export function browserName(userAgent: string): string {
  const named = (all: typeof BROWSERS | typeof SYSTEMS) => all.find(([sign]) => sign.test(userAgent))?.[1];
  const browser = named(BROWSERS);
  if (!browser) return userAgent || "Unknown browser";
  const system = named(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}
