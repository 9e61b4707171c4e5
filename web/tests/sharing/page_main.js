/** Commands are JSON lines on standard input; each is answered by one on standard output. */
import { createInterface } from "node:readline";
import { obey } from "./page.ts";

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.info(JSON.stringify(await obey(JSON.parse(line))));
  } catch (error) {
    console.info(JSON.stringify({ failed: String(error) }));
  }
}
process.exit(0);
