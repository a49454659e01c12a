export const ENVIRONMENTS = ["production", "staging", "development"] as const;
export type ApiKeyEnvironment = (typeof ENVIRONMENTS)[number];
