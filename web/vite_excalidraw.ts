/**
 * What Excalidraw needs to be built into pages that ask nobody but their own server: its fonts become assets of ours, its
 * fallback to a foreign address, its Chinese face (13 MB), its other languages and its font subsetter (WebAssembly in
 * a worker, which the content policy refuses) go: a saved SVG has its faces whole. Each change must meet exactly what it was written for, or the build fails.
 */
import type { Plugin } from "vite";

const INSIDE = /@excalidraw\/excalidraw\/dist\/prod\/[^/]+\.js$/;
const SUBSETTER = /^\.\/subset-(worker|shared)\.chunk\.js$/;
const CLIENT = /^["']use client["'];/;
const NO_SUBSETTER = "\0no-font-subsetter";
const WHOLE_FONTS = `
  const whole = async (octets) => {
    const letters = Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet));
    return "data:font/woff2;base64," + btoa(letters.join(""));
  };
  export { whole as toBase64, whole as subsetToBase64 };
  export const Commands = {}, WorkerUrl = undefined;`;

export function excalidraw(): Plugin {
  let fallbacks = 0;
  let met = false;
  return {
    name: "visavis-excalidraw",
    enforce: "pre",
    apply: "build",
    resolveId(source, importer) {
      return importer && INSIDE.test(importer) && SUBSETTER.test(source) ? NO_SUBSETTER : null;
    },
    load(id) {
      if (id !== NO_SUBSETTER) return null;
      return WHOLE_FONTS;
    },
    transform(code, id) {
      // meant for servers that render React; here it is only warned of
      if (CLIENT.test(code)) return { code: code.replace(CLIENT, ""), map: null };
      if (!INSIDE.test(id)) return null;
      met = true;
      const { code: patched, fallbacks: found } = patch(code);
      fallbacks += found;
      return patched === code ? null : { code: patched, map: null };
    },
    generateBundle(_, bundle) {
      if (met && fallbacks !== 1) this.error(`Excalidraw's foreign font address was met ${fallbacks} times, not once`);
      const chinese = Object.keys(bundle).filter((name) => name.includes("Xiaolai"));
      if (chinese.length > 0) this.error(`${chinese.length} files of Excalidraw's Chinese face are still there`);
    },
  };
}

/** One of Excalidraw's files without what is not wanted, and how often its foreign address stood in it. */
export function patch(code: string): { code: string; fallbacks: number } {
  let fallbacks = 0;
  const own = code.replace(/("ASSETS_FALLBACK_URL",)`https:\/\/esm\.sh\/.*?\/dist\/prod\/`/g, (_, start: string) => {
    fallbacks += 1;
    return `${start}window.location.origin+"/"`;
  });
  return { code: onlyEnglish(withFonts(withoutChinese(withoutWorkers(styledByScript(own))))), fallbacks };
}

/** A style attribute set as text is against the content policy; set as a property it is not, and reads the same. */
function styledByScript(code: string): string {
  return code.replace(/([\w$]+)\.setAttribute\("style","white-space: pre;"\)/g, '($1.style.whiteSpace="pre")');
}

function withoutWorkers(code: string): string {
  return code.replace('=typeof Worker<"u"', "=false");
}

/** Its many faces are strings, followed by the one list of them. */
function withoutChinese(code: string): string {
  return code.replace(/(?:var [\w$]+="\.\/fonts\/Xiaolai\/[^"]+";)+var ([\w$]+)=\[\{uri:.*?\}\}\];/g, "var $1=[];");
}

function withFonts(code: string): string {
  const imports: string[] = [];
  const used = code.replace(/"(\.\/fonts\/[^"]+\.woff2)"/g, (_, path: string) => {
    imports.push(`import font${imports.length} from ${JSON.stringify(`${path}?url`)};`);
    return `font${imports.length - 1}`;
  });
  return imports.join("") + used;
}

function onlyEnglish(code: string): string {
  return code.replace(/"\.\/locales\/(?!en\.json)[^"]+\.json":\(\)=>import\("\.\/locales\/[^"]+"\),?/g, "");
}
