/** The whole catalogue, as if every part had been loaded. */
import { bring } from "../src/words";

const files = import.meta.glob<Record<string, string>>("../words/en/*.json", { eager: true, import: "default" });
for (const words of Object.values(files)) bring(words);
