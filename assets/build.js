// Puts the editor and what it is made of into one file beside the other static files, with the
// licences of what came in. The folder is not tracked.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const MOST_BYTES = 150_000; // compressed; what a page without the editor weighs comes on top

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "..", "publish", "site", "templates", "static", "built");

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["editor.js"],
  outfile: join(target, "editor.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
});
const [{ contents }] = outputFiles;
const size = gzipSync(contents, { level: 6 }).length;
if (size > MOST_BYTES) {
  throw new Error(`The editor is ${size} bytes compressed, more than ${MOST_BYTES}.`);
}

const folders = Object.keys(metafile.inputs)
  .map((path) => path.match(/^(node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1])
  .filter(Boolean);
const notices = [];
for (const folder of [...new Set(folders)].sort()) {
  const about = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
  const name = (await readdir(join(here, folder))).find((file) => /^licen[cs]e/i.test(file));
  if (!name || about.license !== "MIT") {
    throw new Error(`${about.name} is not under the MIT licence, or does not hold its text.`);
  }
  const text = await readFile(join(here, folder, name), "utf8");
  notices.push(`${about.name} ${about.version}\n\n${text.trim()}\n`);
}

await mkdir(target, { recursive: true });
await writeFile(join(target, "editor.js"), contents);
await writeFile(
  join(target, "editor.licences.txt"),
  `editor.js holds these packages.\n\n${notices.join("\n" + "-".repeat(78) + "\n\n")}`,
);
console.log(`editor.js: ${size} bytes compressed, ${contents.length} as it is`);
