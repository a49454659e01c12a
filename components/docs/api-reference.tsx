"use client";

import { useEffect, useRef } from "react";
import type { Plugin } from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "#components/docs/api-reference.css";

type Props = { document: object; canTry: boolean };

/** The OpenAPI document in Swagger UI, which is loaded on this page only. A key that is tried is kept nowhere. */
export function ApiReference({ document, canTry }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = place.current;
    if (!root) return;
    const observer = new MutationObserver(() => nameParts(root));
    observer.observe(root, { childList: true, subtree: true });
    let gone = false;
    void import("swagger-ui-dist/swagger-ui-es-bundle.js").then(({ default: SwaggerUIBundle }) => {
      if (gone) return;
      SwaggerUIBundle({
        spec: document,
        domNode: root,
        plugins: [partOfPage],
        layout: "PartOfPage",
        defaultModelsExpandDepth: -1,
        docExpansion: "list",
        displayRequestDuration: true,
        persistAuthorization: false,
        validatorUrl: null,
        ...(!canTry && { supportedSubmitMethods: [] }),
      });
    });
    return () => {
      gone = true;
      observer.disconnect();
    };
  }, [document, canTry]);
  return <div ref={place} className="api-reference mt-8 min-h-96" />;
}

/** Its own layout makes a whole page, with a second `main`, and says again what ours says already. */
const partOfPage: Plugin = ({ React }) => ({
  components: {
    // biome-ignore lint/correctness/noComponentHookFactories: Swagger UI calls this once, with a React of its own
    PartOfPage: ({ getComponent }) => {
      const part = (name: string) => React.createElement(getComponent(name, true));
      return React.createElement(
        "div",
        { className: "swagger-ui" },
        React.createElement(getComponent("SvgAssets")),
        part("AuthorizeBtnContainer"),
        part("operations"),
      );
    },
  },
});

/** It leaves parts without a name for screen readers. */
function nameParts(root: HTMLElement): void {
  for (const select of root.querySelectorAll("select:not([aria-label])"))
    select.setAttribute("aria-label", select.closest("tr")?.dataset.paramName ?? "Media type");
  for (const region of root.querySelectorAll("[role=region]:not([aria-label])"))
    region.setAttribute("aria-label", `Answers ${region.id}`);
}
