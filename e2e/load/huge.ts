import { runHugeProvider } from "#e2e/load/huge-provider.ts";

// `node e2e/load/huge.ts [folder of another build …]` asks for 20 images of 30 MB at once from one
// account, with and without idempotency keys.
for (const cwd of [...process.argv.slice(2), undefined])
  for (const idempotent of [false, true]) {
    const report = await runHugeProvider({ images: 20, bytes: 30_000_000, delayMs: 1_000, idempotent, cwd });
    process.stdout.write(`${JSON.stringify({ cwd, idempotent, ...report })}\n`);
  }
process.exit(0);
