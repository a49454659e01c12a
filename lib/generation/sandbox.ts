import { createHash } from "node:crypto";
import type { GeneratedImage, GenerateImageInput } from "#lib/generation/model/schema.ts";

const SIZES: Record<string, string> = { "1K": "1024x1024", "2K": "2048x2048", "4K": "4096x4096" };
const LINE_LENGTH = 34;
const LINES = 4;

/**
 * Draws a small picture of the prompt, the same for the same prompt and seed, so that an
 * integration can be tried for free.
 */
export function drawInSandbox(input: GenerateImageInput, now: Date): GeneratedImage {
  const size = SIZES[input.size ?? "2K"] ?? input.size ?? "2048x2048";
  const image = Buffer.from(draw(input.prompt, input.seed ?? 0, size));
  return {
    model: input.model,
    created: Math.floor(now.getTime() / 1000),
    data: [
      input.response_format === "b64_json"
        ? { b64_json: image.toString("base64"), size }
        : { url: `data:image/svg+xml;base64,${image.toString("base64")}`, size },
    ],
    usage: { generated_images: 1, output_tokens: 0, total_tokens: 0 },
    sandbox: true,
  };
}

function draw(prompt: string, seed: number, size: string): string {
  const digest = createHash("sha256").update(`${seed}\0${prompt}`).digest();
  const byte = (i: number) => digest[i % digest.length] ?? 0;
  const hue = (byte(0) * 360) / 256;
  const [width = 2048, height = 2048] = size.split("x").map(Number);
  const hills = [0, 1, 2].map((layer) => {
    const y = 190 + layer * 45 - byte(layer + 3) / 8;
    const [a, b] = [y - 30 - byte(layer + 6) / 5, y + byte(layer + 9) / 6];
    return `<path d="M0 ${y.toFixed(0)}C110 ${a.toFixed(0)} 220 ${b.toFixed(0)} 400 ${(y - 12).toFixed(0)}V300H0Z" fill="hsl(${((hue + 150 + layer * 14) % 360).toFixed(0)} 45% ${46 - layer * 13}%)"/>`;
  });
  const text = wrap(prompt).map((line, i) => `<tspan x="20" dy="${i ? 17 : 0}">${escapeXml(line)}</tspan>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue.toFixed(0)} 70% 58%)"/><stop offset="1" stop-color="hsl(${((hue + 50) % 360).toFixed(0)} 85% 80%)"/></linearGradient></defs><rect width="400" height="300" fill="url(#s)"/><circle cx="${60 + byte(1)}" cy="${60 + byte(2) / 4}" r="${22 + byte(15) / 12}" fill="#fff" fill-opacity=".85"/>${hills.join("")}<text y="${286 - (text.length - 1) * 17}" font-family="system-ui,sans-serif" font-size="13" fill="#fff">${text.join("")}</text></svg>`;
}

function wrap(prompt: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of prompt.trim().split(/\s+/)) {
    const next = line ? `${line} ${word}` : word;
    if ([...next].length > LINE_LENGTH * 1.5 && line) {
      lines.push(line);
      line = word;
    } else line = next;
  }
  lines.push(line);
  const shown = lines.slice(0, LINES).map((text) => [...text].slice(0, LINE_LENGTH * 2).join(""));
  return lines.length > LINES ? [...shown.slice(0, -1), `${shown.at(-1)}…`] : shown;
}

/** Keeps the characters that XML 1.0 allows and escapes those that have a meaning in it. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
