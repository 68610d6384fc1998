// Runs after `npm ci`. Makes node_modules/native, which the build knows by the same names on every platform:
//   libchdb.so          a link to the library that npm installed: what tests load
//   libchdb.so.gz       the same, compressed once: what nudge.jar carries
//   libchdb.properties  platform, version and size, written last: there only if the rest is whole
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";

const packages = {
  "darwin-arm64": "lib-darwin-arm64",
  "darwin-x64": "lib-darwin-x64",
  "linux-arm64": "lib-linux-arm64-gnu",
  "linux-x64": "lib-linux-x64-gnu",
};
const platform = `${process.platform}-${process.arch}`;
const folder = join("node_modules", "@chdb", packages[platform] ?? "none");
const library = ["libchdb.so", "libchdb.dylib"].map((name) => join(folder, name)).find(existsSync);
if (!library) {
  console.error(
    `There is no ClickHouse library for ${platform} in ${folder}. Local mode needs Linux with glibc or macOS, on x64 or arm64.`,
  );
  process.exit(1);
}

const target = join("node_modules", "native");
const link = join(target, "libchdb.so");
rmSync(target, { recursive: true, force: true });
mkdirSync(target);
symlinkSync(relative(target, library), link);
// Level 1 takes a third of the time of the default and adds a few percent.
await pipeline(
  createReadStream(library, { highWaterMark: 1 << 20 }),
  createGzip({ level: constants.Z_BEST_SPEED }),
  createWriteStream(link + ".gz"),
);
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
writeFileSync(
  join(target, "libchdb.properties"),
  `platform=${platform}\nversion=${version}\nbytes=${statSync(library).size}\n`,
);
