import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mirrorsAmong } from "../../testbed/mirrors.ts";

const table = [
  {
    what: "a machine with Debian and a source of another maker",
    codename: "bookworm",
    sources: `http://mirror.test/debian/ bookworm main
http://mirror.test/debian/ bookworm main-debug
http://mirror.test/debian/ bookworm-updates main
http://mirror.test/debian-security/ bookworm-security main
https://maker.test/node/ nodistro main
`,
    found: {
      debian: "http://mirror.test/debian",
      "debian-security": "http://mirror.test/debian-security",
    },
  },
  {
    what: "a mirror without a security archive, which apt knows as stable",
    codename: "trixie",
    sources: "https://mirror.test/deb stable main\n",
    found: { debian: "https://mirror.test/deb" },
  },
  {
    what: "only updates: not the archive itself",
    codename: "bookworm",
    sources: "http://mirror.test/debian/ bookworm-updates main\n",
    found: {},
  },
  {
    what: "the maker's own archive comes before Debian's",
    codename: "bookworm",
    sources: `https://maker.test/apt/ cloud-sdk-bookworm main
http://mirror.test/debian/ bookworm main
`,
    found: { debian: "http://mirror.test/debian" },
  },
  { what: "no sources at all", codename: "bookworm", sources: "\n", found: {} },
];

describe("the Debian archives among apt's sources", () => {
  for (const { what, codename, sources, found } of table) {
    test(what, () => {
      assert.deepEqual(mirrorsAmong(sources, codename), found);
    });
  }
});
