import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const IMAGE = {
  model: "seedream-4-5-251128",
  created: 1_768_518_000,
  data: [{ url: "https://images.example/1.png", size: "2048x2048" }],
  usage: { generated_images: 1, output_tokens: 16_384, total_tokens: 16_384 },
};

export type ImageProvider = {
  /** The settings of a server that uses it. */
  settings: { ARK_API_KEY: string; ARK_BASE_URL: string };
  /** Answers a request. It draws until a test replaces it. */
  behave: (response: ServerResponse) => void;
  /** Closes all connections that wait for an answer. */
  breakOff: () => void;
  stop: () => void;
};

export const draw = (response: ServerResponse) => void response.end(JSON.stringify(IMAGE));

/** Starts a server with the image provider's wire format. */
export async function startImageProvider(): Promise<ImageProvider> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => provider.behave(response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const provider: ImageProvider = {
    settings: { ARK_API_KEY: "ark-secret", ARK_BASE_URL: `http://127.0.0.1:${port}/api/v3` },
    behave: draw,
    breakOff: () => server.closeAllConnections(),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return provider;
}
