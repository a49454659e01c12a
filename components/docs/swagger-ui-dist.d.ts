declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  import type { ComponentType, createElement } from "react";

  type GetComponent = (name: string, container?: boolean) => ComponentType;
  export type Plugin = (system: { React: { createElement: typeof createElement } }) => {
    components: Record<string, ComponentType<{ getComponent: GetComponent }>>;
  };
  type Options = {
    spec: object;
    domNode: HTMLElement;
    plugins: Plugin[];
    layout: string;
    defaultModelsExpandDepth: number;
    docExpansion: "list" | "full" | "none";
    displayRequestDuration: boolean;
    persistAuthorization: boolean;
    validatorUrl: string | null;
    supportedSubmitMethods?: string[];
  };
  export default function SwaggerUIBundle(options: Options): void;
}
