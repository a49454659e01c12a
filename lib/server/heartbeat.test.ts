import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { killWhenHung } from "#lib/server/heartbeat.ts";

const BEAT_MS = 50;
/** More beats than a child may miss. */
const LONG_MS = 20 * BEAT_MS;

const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

let child: ChildProcess;
afterEach(() => child.kill("SIGKILL"));

/**
 * Starts a process that says when it runs, answers heartbeats, and runs any program that it is
 * sent.
 */
async function startChild(): Promise<void> {
  const program = `
    const block = ${block};
    process.on("message", ({ kind, program }) => { if (program) eval(program); else process.send({ kind: "alive" }); });
    process.send({ kind: "serving" });`;
  child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await once(child, "message");
  killWhenHung(child, BEAT_MS);
}

/** Waits for the answer to a message that is sent now, after everything before it. */
async function answerOf(program: string): Promise<void> {
  const done = Promise.withResolvers<void>();
  const listen = ({ kind }: { kind: string }) => kind === "done" && done.resolve();
  child.on("message", listen);
  child.send({ program: `${program}; process.send({ kind: "done" });` });
  await done.promise;
  child.off("message", listen);
}

test.each(["SIGSTOP", "a loop"])("a process that hangs by %s is killed", async (cause) => {
  await startChild();
  const exit = once(child, "exit");
  if (cause === "SIGSTOP") child.kill("SIGSTOP");
  else child.send({ program: "for (;;);" });
  expect(await exit).toEqual([null, "SIGKILL"]);
});

test("a process that is busy for less is left alone, however often", async () => {
  await startChild();
  for (let i = 0; i < 5; i += 1) await answerOf(`block(${3 * BEAT_MS})`);
  expect(child.signalCode).toBe(null);
});

test("while this process itself stands still, no answer of the other one is missed", async () => {
  await startChild();
  for (let i = 0; i < 3; i += 1) {
    block(LONG_MS);
    await answerOf("0");
  }
  expect(child.signalCode).toBe(null);
});
