import { useEffect, useState } from "react";

/**
 * Moves the token of a link from the URL into state, so that it stays neither on the screen nor in
 * the browser's history. Undefined without JavaScript and without a token.
 */
export function useFragmentToken(): string | undefined {
  const [token, setToken] = useState<string>();
  useEffect(() => {
    const found = window.location.hash.slice(1);
    if (!found) return;
    setToken(found);
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return token;
}
