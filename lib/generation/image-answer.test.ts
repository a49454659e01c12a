import { expect, test } from "vitest";
import { ImageAnswerReader } from "#lib/generation/image-answer.ts";

const LARGE = Buffer.alloc(100_000, "QUJD/+==").toString();
const IMAGE = { model: "seedream", created: 1_768_518_000, data: [{ b64_json: LARGE, size: "4096x4096" }] };

/** Reads a text that arrives in pieces of `size` bytes. */
function read(text: string, size = 1_000): string {
  const bytes = Buffer.from(text);
  const reader = new ImageAnswerReader();
  for (let start = 0; start < bytes.length; start += size) reader.add(bytes.subarray(start, start + size));
  const { chunks, bytes: length } = reader.end();
  const answer = Buffer.concat(chunks);
  expect(answer.length).toBe(length);
  return answer.toString();
}

test.each([1, 7, 8_191, 65_536, 1_000_000])("an answer in pieces of %i bytes is read as JSON is", (size) => {
  const several = {
    ...IMAGE,
    data: [...IMAGE.data, { url: "https://images.example/ü" }, { b64_json: `${LARGE}QQ==` }],
  };
  for (const answer of [IMAGE, several, { ...IMAGE, model: 'a "quoted\\\\" \\ name\\' }])
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 2)])
      expect(JSON.parse(read(text, size))).toEqual(answer);
});

test("what is not in the schema is not passed on, however long, in particular no error beside an image", () => {
  const secret = { code: "x", message: "ark-secret" };
  const answer = { ...IMAGE, error: secret, extra: LARGE, data: [...IMAGE.data, { error: secret }] };
  expect(JSON.parse(read(JSON.stringify(answer)))).toEqual({ ...IMAGE, data: [...IMAGE.data, {}] });
});

test.each([
  ["no JSON", `<html>ark-secret`],
  ["two answers", JSON.stringify(IMAGE).repeat(2)],
  ["one that breaks off in the image", JSON.stringify(IMAGE).slice(0, 50_000)],
  ["no image", JSON.stringify({ ...IMAGE, data: [{ error: { message: "ark-secret" } }] })],
  ["an empty image", JSON.stringify({ ...IMAGE, data: [{ b64_json: "" }] })],
  ["another shape", JSON.stringify({ images: [LARGE] })],
  ["a long text in place of the image", JSON.stringify({ ...IMAGE, data: [{ b64_json: "\n".repeat(20_000) }] })],
  ["much beside the image", `{"a":[${"1,".repeat(200_000)}1]}`],
])("%s is rejected, and the reason quotes nothing of it", (_, text) => {
  expect(() => read(text)).toThrow(/^the answer|^a long string/);
  expect(() => read(text)).not.toThrow(/ark-secret/);
});
