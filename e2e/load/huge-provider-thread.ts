import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

// A thread of its own keeps hundreds of megabytes from delaying what huge-provider.ts measures.

export type HugeOptions = { bytes: number; delayMs: number };
export type HugeOrder = { url: string; secret: string; images: number; idempotent: boolean };
/** Counts of the answers by status, and of the images that arrived whole. */
export type HugeResult = { statuses: Record<string, number>; whole: number };

const { bytes, delayMs } = workerData as HugeOptions;
const PIECE = Buffer.alloc(64 * 1024, "QUJD");
let drawn = 0;

const provider = createServer((request, response) => {
  request.resume().on("end", () => void draw(response));
}).listen(0, "127.0.0.1");
await once(provider, "listening");
parentPort?.on("message", (order: HugeOrder) => void ask(order));
parentPort?.postMessage((provider.address() as AddressInfo).port);

/** Answers in ModelArk's format after `delayMs`, with an image of `bytes` characters of base64. */
async function draw(response: ServerResponse): Promise<void> {
  await sleep(delayMs);
  drawn += 1;
  response.writeHead(200, { "content-type": "application/json" });
  Readable.from(answer()).pipe(response);
}

function* answer() {
  yield '{"model":"seedream-4-5-251128","created":1768518000,"data":[{"b64_json":"';
  for (let left = bytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
  yield '","size":"4096x4096"}],"usage":{"generated_images":1}}';
}

async function ask({ url, secret, images, idempotent }: HugeOrder): Promise<void> {
  const result: HugeResult & { drawn: number } = { statuses: {}, whole: 0, drawn: 0 };
  drawn = 0;
  await Promise.all(
    Array.from({ length: images }, async () => {
      const answer = await fetch(`${url}/api/v1/bytedance/generate-image`, {
        method: "POST",
        headers: {
          "x-api-key": secret,
          "content-type": "application/json",
          ...(idempotent && { "idempotency-key": randomUUID() }),
        },
        body: '{"prompt":"A cat","response_format":"b64_json","size":"4K"}',
      }).catch(() => undefined);
      const status = String(answer?.status ?? "none");
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      let received = 0;
      try {
        for await (const chunk of answer?.body ?? []) received += chunk.length;
      } catch {
        return;
      }
      if (answer?.ok && received > bytes) result.whole += 1;
    }),
  );
  parentPort?.postMessage({ ...result, drawn });
}
