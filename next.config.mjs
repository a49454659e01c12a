// Not TypeScript: Next.js would load its compiler at each start to read it, and an image doesn't have one.

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The same for the same sources, so that dashboards behind one address may each be built where they run.
  generateBuildId: () => process.env.GOODTAKE_BUILD_ID ?? null,
  // Types are checked by `npm test`; checking them again would double the time of a first start.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname, rules: { "*.md": { type: "text" } } },
  rewrites: async () => [{ source: "/docs/:page.md", destination: "/docs/markdown/:page" }],
  // Pages are small and few; a second image format or size has no use here.
  images: { unoptimized: true },
  serverExternalPackages: ["@node-rs/argon2", "@prisma/adapter-pg", "@prisma/client", "pg", "pino", "pino-pretty"],
};

export default config;
