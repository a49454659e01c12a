import net from "node:net";

/** Sends exactly these bytes. Returns all that comes back until the connection ends. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text) => (answer += text));
    socket.on("close", () => resolve(answer)).on("error", reject);
    socket.write(bytes);
  });
}
