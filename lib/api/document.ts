import { createApi } from "#lib/api/app.ts";
import { documentInfo } from "#lib/api/openapi.ts";
import { createGenerate } from "#lib/generation/generate.ts";

/** Builds the OpenAPI document that `/api/v1/openapi.json` answers. */
export function apiDocument(): object {
  return createApi(createGenerate()).getOpenAPI31Document(documentInfo());
}
