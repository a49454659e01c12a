import { useEffect, useState } from "react";

/**
 * Moves a link's token from the URL into state, so that it isn't left in the address bar or the
 * browser's history. Undefined without JavaScript or without a token.
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
