import { defineConfig } from "prisma/config";

// `prisma generate` looks for an engine binary that it does not need and would download it; naming any
// executable stops that, and generating itself is WebAssembly.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
});
